"""Words of inbound webhooks: schemes of verification, kinds of stored keys, outcomes of deliveries."""

from typing import Literal, get_args

Scheme = Literal["standard", "standard-ed25519", "api-key", "github", "stripe"]
"""Standard Webhooks v1 and v1a, a key in `x-api-key`, and the schemes of GitHub and Stripe."""
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

KeyKind = Literal["hash", "encrypted", "reference", "public-key"]
"""What is stored of a key: its hash, the key encrypted, the name of the variable that holds it, or a public key."""

DeliveryStatus = Literal["triggered", "ignored", "rejected", "unmapped", "paused"]
"""A delivery that started an execution, that only tried out the address, that was refused, whose payload does not fit
the mapping, and that came while the webhook was paused."""
