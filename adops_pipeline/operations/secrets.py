"""Encrypts stored secrets with Fernet (AES-128-CBC and HMAC-SHA256, cryptography.io) under keys passed in.

No message and no repr shows a secret or a key.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from adops_pipeline.operations.errors import StoreError


class SecretError(StoreError):
    """A secret cannot be encrypted or decrypted; the message says why without showing it."""


def new_key() -> str:
    """A new encryption key, for the product's settings."""
    return Fernet.generate_key().decode()


class SecretBox:
    """Encrypts and decrypts with ``keys``: the first encrypts, all decrypt, so that a key can be replaced."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet: MultiFernet | None = None
        try:
            ring = [Fernet(key.strip()) for key in keys if key.strip()]
        except ValueError:
            raise SecretError(
                "a key for secrets is malformed: it is 32 bytes in URL-safe base64 (44 letters)"
            ) from None
        if ring:
            self._fernet = MultiFernet(ring)

    def __repr__(self) -> str:
        return f"SecretBox({'with' if self._fernet else 'without'} a key)"

    def encrypt(self, secret: str) -> str:
        """The encrypted secret as text."""
        return self._ready().encrypt(secret.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The decrypted secret."""
        try:
            return self._ready().decrypt(token.encode()).decode()
        except InvalidToken:
            raise SecretError("a stored secret cannot be read: it was encrypted with another key, or damaged") from None

    def rotate(self, token: str) -> str:
        """The same secret under the first key."""
        try:
            return self._ready().rotate(token.encode()).decode()
        except InvalidToken:
            raise SecretError("a stored secret cannot be read: it was encrypted with another key, or damaged") from None

    def _ready(self) -> MultiFernet:
        if self._fernet is None:
            raise SecretError("storing a secret requires a key and none is set")
        return self._fernet
