"""How a webhook proves who sends a delivery: the schemes, their headers, and the sender's id of the delivery.

`verify` gives a reason for a refusal and raises nothing, whatever the headers contain. Keys are compared in constant
time.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.webhooks import standard
from adops_pipeline.domain.webhooks.vocabulary import Scheme

GITHUB_EVENT = "x-github-event"
KEPT_HEADERS = (
    "content-type", "user-agent", "webhook-id", "webhook-timestamp", "idempotency-key", "x-github-delivery",
    GITHUB_EVENT,
)  # fmt: skip
"""Headers that the delivery log keeps; none proves anything."""

_MOST_SIGNATURES = 16
_STRIPE_TIME = re.compile(r"[0-9]{1,12}")
_CALL_ID = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers of a request, names in lower case."""

    pairs: Sequence[tuple[str, str]]

    def get(self, name: str) -> str:
        """The value; empty where the header is missing or was sent more than once."""
        found = [value for key, value in self.pairs if key == name]
        return found[0] if len(found) == 1 else ""

    def kept(self) -> dict[str, str]:
        """The headers for the delivery log."""
        return {name: self.get(name)[:200] for name in KEPT_HEADERS if self.get(name)}


def key_hash(key: str) -> str:
    """What is stored of a key for `x-api-key`. Keys are long and random, so that a plain hash cannot be reversed."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def verify(scheme: Scheme, keys: Sequence[str], headers: Headers, body: bytes, now: float) -> str | None:
    """Why the delivery is refused; None if it was sent by somebody who has one of ``keys``.

    For `api-key`, ``keys`` are hashes; for `standard-ed25519` public keys; otherwise shared secrets. ``now`` is in Unix
    seconds.
    """
    match scheme:
        case "standard" | "standard-ed25519":
            message_id, at, signatures = (
                headers.get(f"webhook-{name}") for name in ("id", "timestamp", "signature")
            )  # fmt: skip
            return standard.verify(keys, message_id, at, signatures, body, now)
        case "api-key":
            return _verify_api_key(keys, headers.get("x-api-key"))
        case "github":
            return _verify_github(keys, headers.get("x-hub-signature-256"), body)
        case "stripe":
            return _verify_stripe(keys, headers.get("stripe-signature"), body, now)


def sign(scheme: Scheme, key: str, body: bytes, delivery_id: str, at: int) -> dict[str, str]:
    """The headers with which a sender that has ``key`` proves itself; ``at`` is in Unix seconds.

    Raises KeyFormatError for a malformed key of Standard Webhooks.
    """
    match scheme:
        case "standard" | "standard-ed25519":
            signature = standard.sign(key, delivery_id, at, body)
            return {"webhook-id": delivery_id, "webhook-timestamp": str(at), "webhook-signature": signature}
        case "api-key":
            return {"x-api-key": key, "idempotency-key": delivery_id}
        case "github":
            return {"x-hub-signature-256": f"sha256={_hex_hmac(key, body)}", "x-github-delivery": delivery_id}
        case "stripe":
            return {"stripe-signature": f"t={at},v1={_hex_hmac(key, f'{at}.'.encode() + body)}"}


def call_id(scheme: Scheme, headers: Headers, payload: Mapping[str, Any], body: bytes) -> str | None:
    """The sender's id of the delivery: the same id again is the same delivery. None if the sender gives none."""
    match scheme:
        case "standard" | "standard-ed25519":
            given = headers.get("webhook-id")
        case "api-key":
            given = headers.get("idempotency-key") or headers.get("webhook-id")
        case "github":
            given = headers.get("x-github-delivery")
        case "stripe":
            event_id = payload.get("id")
            given = event_id if isinstance(event_id, str) else ""
    if not given:
        # A captured request of these senders must not be usable again by leaving its id out.
        return None if scheme == "api-key" else _digest(body)
    return given if _CALL_ID.fullmatch(given) else _digest(given.encode("utf-8", "replace"))


def is_ping(scheme: Scheme, headers: Headers) -> bool:
    """Whether the sender only tries out the address."""
    return scheme == "github" and headers.get(GITHUB_EVENT) == "ping"


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _verify_api_key(hashes: Sequence[str], given: str) -> str | None:
    sent = key_hash(given)
    matches = [hmac.compare_digest(sent, known) for known in hashes]
    if not given:
        return "x-api-key is missing"
    return None if any(matches) else "x-api-key is wrong"


def _verify_github(keys: Sequence[str], header: str, body: bytes) -> str | None:
    version, _, signature = header.partition("=")
    matches = [_same(_hex_hmac(key, body), signature) for key in keys]
    if version != "sha256":
        return "X-Hub-Signature-256 is missing or malformed"
    return None if any(matches) else "X-Hub-Signature-256 does not match"


def _verify_stripe(keys: Sequence[str], header: str, body: bytes, now: float) -> str | None:
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    at = times[0] if len(times) == 1 and _STRIPE_TIME.fullmatch(times[0]) else ""
    signatures = [value for name, _, value in parts if name == "v1"][:_MOST_SIGNATURES]
    matches = [_same(_hex_hmac(key, f"{at}.".encode() + body), one) for key in keys for one in signatures]
    if not at or not signatures:
        return "Stripe-Signature is missing or malformed"
    if abs(now - int(at)) > standard.TOLERANCE_SECONDS:
        return f"Stripe-Signature is more than {standard.TOLERANCE_SECONDS // 60} minutes from the receiver's clock"
    return None if any(matches) else "Stripe-Signature does not match"


def _hex_hmac(key: str, content: bytes) -> str:
    return hmac.new(key.encode("utf-8", "replace"), content, hashlib.sha256).hexdigest()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
