"""Senders of deliveries: what Standard Webhooks' own package, GitHub, Stripe and Zapier send."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Sender:
    """Signs deliveries with the secret that the API has shown."""

    scheme: str
    secret: str

    def headers(self, body: bytes, call_id: str, at: datetime) -> dict[str, str]:
        """The headers of a delivery."""
        seconds = int(at.timestamp())
        match self.scheme:
            case "standard":
                signature = Webhook(self.secret).sign(call_id, at.astimezone(UTC), body.decode())
                return _standard(call_id, seconds, signature)
            case "standard-ed25519":
                key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.secret.removeprefix("whsk_")))
                signed = key.sign(f"{call_id}.{seconds}.".encode() + body)
                return _standard(call_id, seconds, "v1a," + base64.b64encode(signed).decode())
            case "api-key":
                return {"x-api-key": self.secret, "idempotency-key": call_id}
            case "github":
                signature = self._hmac(body)
                return {
                    "x-hub-signature-256": f"sha256={signature}", "x-github-delivery": call_id,
                    "x-github-event": "push",
                }  # fmt: skip
            case "stripe":  # its id is in the payload
                return {"stripe-signature": f"t={seconds},v1={self._hmac(f'{seconds}.'.encode() + body)}"}
            case _:
                raise ValueError(self.scheme)

    def _hmac(self, content: bytes) -> str:
        return hmac.new(self.secret.encode(), content, hashlib.sha256).hexdigest()


def _standard(call_id: str, seconds: int, signature: str) -> dict[str, str]:
    return {"webhook-id": call_id, "webhook-timestamp": str(seconds), "webhook-signature": signature}
