"""Standard Webhooks (standardwebhooks.com): signs and verifies messages, v1 (HMAC-SHA256) and v1a (Ed25519).

The signed content is ``id.timestamp.body``. What arrives is never trusted: `verify` gives a reason for a refusal and
raises nothing, whatever the headers contain. No message shows a key.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRET_PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"
"""Prefixes of keys: the shared secret of v1, the sender's private key and the receiver's public key of v1a."""
TOLERANCE_SECONDS = 300
"""How far the timestamp may be from the receiver's clock, in both directions."""

_SECRET_BYTES = range(24, 65)
_NEW_SECRET_BYTES = 32
_ED25519_BYTES = 32
_MOST_SIGNATURES = 16
"""Signatures of one message that are looked at: a rotation needs two."""
_ID = re.compile(r"[!-~]{1,200}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class KeyFormatError(ValueError):
    """A key is malformed; the message says what it must look like."""


def new_secret() -> str:
    """A new shared secret for v1."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_NEW_SECRET_BYTES)).decode()


def new_key_pair() -> tuple[str, str]:
    """A new private and public key for v1a."""
    private = Ed25519PrivateKey.generate()
    return (
        PRIVATE_PREFIX + base64.b64encode(private.private_bytes_raw()).decode(),
        PUBLIC_PREFIX + base64.b64encode(private.public_key().public_bytes_raw()).decode(),
    )


def check_key(key: str) -> None:
    """Raise KeyFormatError unless ``key`` is a shared secret, a private key or a public key."""
    if key.startswith(PUBLIC_PREFIX):
        _public_key(key)
    elif key.startswith(PRIVATE_PREFIX):
        _private_key(key)
    else:
        _secret(key)


def sign(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature for the header ``webhook-signature``: v1a with a private key, v1 with a shared secret.

    ``timestamp`` is in Unix seconds. Raises KeyFormatError for a malformed key.
    """
    content = _content(message_id, str(timestamp), body)
    if key.startswith(PRIVATE_PREFIX):
        return "v1a," + base64.b64encode(_private_key(key).sign(content)).decode()
    return "v1," + base64.b64encode(_hmac(_secret(key), content)).decode()


def verify(
    keys: Sequence[str], message_id: str, timestamp: str, signatures: str, body: bytes, now: float
) -> str | None:
    """Why the message is refused; None if one of ``signatures`` (separated by spaces) was made with one of ``keys``.

    ``keys`` are shared secrets and public keys; those that are malformed match nothing. ``now`` is in Unix seconds.
    """
    if not _ID.fullmatch(message_id):
        return "webhook-id is missing or malformed"
    if not _TIMESTAMP.fullmatch(timestamp):
        return "webhook-timestamp is missing or not in whole Unix seconds"
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return f"webhook-timestamp is more than {TOLERANCE_SECONDS // 60} minutes from the receiver's clock"
    given = [part.partition(",") for part in signatures.split(" ")[:_MOST_SIGNATURES]]
    content = _content(message_id, timestamp, body)
    found = [_is_signed(key, version, _decoded(text), content) for key in keys for version, _, text in given]
    return None if any(found) else "no signature in webhook-signature matches"


def _is_signed(key: str, version: str, signature: bytes, content: bytes) -> bool:
    try:
        if key.startswith(PUBLIC_PREFIX):
            if version != "v1a":
                return False
            _public_key(key).verify(signature, content)
            return True
        return version == "v1" and hmac.compare_digest(_hmac(_secret(key), content), signature)
    except (InvalidSignature, KeyFormatError):
        return False


def _content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def _hmac(secret: bytes, content: bytes) -> bytes:
    return hmac.new(secret, content, hashlib.sha256).digest()


def _secret(key: str) -> bytes:
    decoded = _decoded(key.removeprefix(SECRET_PREFIX))
    if len(decoded) not in _SECRET_BYTES:
        raise KeyFormatError(
            f"a secret is {SECRET_PREFIX} and {_SECRET_BYTES[0]} to {_SECRET_BYTES[-1]} bytes in base64"
        )
    return decoded


def _private_key(key: str) -> Ed25519PrivateKey:
    decoded = _decoded(key.removeprefix(PRIVATE_PREFIX))
    # Some libraries append the public key to the private one.
    if len(decoded) not in (_ED25519_BYTES, 2 * _ED25519_BYTES):
        raise KeyFormatError(f"a private key is {PRIVATE_PREFIX} and the 32 bytes of an Ed25519 key in base64")
    return Ed25519PrivateKey.from_private_bytes(decoded[:_ED25519_BYTES])


def _public_key(key: str) -> Ed25519PublicKey:
    decoded = _decoded(key.removeprefix(PUBLIC_PREFIX))
    if len(decoded) != _ED25519_BYTES:
        raise KeyFormatError(f"a public key is {PUBLIC_PREFIX} and the 32 bytes of an Ed25519 key in base64")
    return Ed25519PublicKey.from_public_bytes(decoded)


def _decoded(text: str) -> bytes:
    """The bytes of base64, also without padding; empty if it is malformed."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
