"""Keys of inbound webhooks: issued and shown once, stored as a hash, encrypted, or by the name of a variable."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from adops_pipeline.domain.webhooks import standard
from adops_pipeline.domain.webhooks.schemes import key_hash
from adops_pipeline.domain.webhooks.vocabulary import Scheme
from adops_pipeline.operations import checks
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.secrets import SecretBox, SecretError
from adops_pipeline.operations.webhooks import StoredKey, Webhook

_RANDOM_BYTES = 32
_SHORTEST_SECRET = 16
_LONGEST_SECRET = 500
_NO_KEY = (
    "verification {scheme!r} needs its secret later, so it is stored encrypted, and no encryption key is set: make one"
    " with `adops notify new-key` and set it as ADOPS_SECRET_KEYS, or give secretRef, the name of an environment"
    " variable that holds the secret"
)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key as it is stored, and as its user sees it once: None if the user has it already."""

    stored: StoredKey
    shown: str | None = field(repr=False)


@dataclass(frozen=True)
class WebhookKeys:
    """Issues keys, and finds them for verification.

    ``find_secret`` gives the value of a variable by its name; ``can_encrypt`` is whether ``box`` has a key.
    """

    box: Callable[[], SecretBox]
    can_encrypt: bool
    find_secret: Callable[[str], SecretStr | None]

    def issue(self, scheme: Scheme, *, secret: str | None = None, secret_ref: str | None = None) -> IssuedKey:
        """A new key for a webhook: the user's ``secret`` or public key, a reference, or a random one.

        Raises InvalidError, which does not show the secret.
        """
        if secret is not None and secret_ref is not None:
            raise InvalidError("secretRef", "and secret are both given; give only one of them")
        if secret_ref is not None:
            return IssuedKey(_reference(scheme, secret_ref), None)
        match scheme:
            case "api-key":
                if secret is not None:
                    raise InvalidError("secret", "must be left out: a key for x-api-key is always generated")
                key = f"adops_{secrets.token_urlsafe(_RANDOM_BYTES)}"
                return IssuedKey(StoredKey("hash", key_hash(key)), key)
            case "standard-ed25519":
                private, public = standard.new_key_pair() if secret is None else (None, _public_key(secret))
                return IssuedKey(StoredKey("public-key", public), private)
            case "standard" | "github" | "stripe":
                if not self.can_encrypt:
                    raise InvalidError("secretRef", _NO_KEY.format(scheme=scheme))
                plain = _new_secret(scheme) if secret is None else _given_secret(scheme, secret)
                stored = StoredKey("encrypted", self.box().encrypt(plain))
                return IssuedKey(stored, plain if secret is None else None)

    def accepted(self, webhook: Webhook, now: datetime) -> tuple[list[str], list[str]]:
        """The keys that verify a delivery at ``now``, and why others cannot be read."""
        found: list[str] = []
        problems: list[str] = []
        for stored in webhook.keys_at(now):
            try:
                found.append(self._for_verification(webhook, stored))
            except SecretError as error:
                problems.append(str(error))
        return found, problems

    def plain(self, stored: StoredKey) -> str:
        """The key in plain text; of a hash the hash. Raises SecretError, which does not show it."""
        match stored.kind:
            case "hash" | "public-key":
                return stored.value
            case "encrypted":
                return self.box().decrypt(stored.value)
            case "reference":
                named = self.find_secret(stored.value)
                if named is None:
                    raise SecretError(f"{stored.value} is not set; put the webhook's secret there")
                return named.get_secret_value()

    def _for_verification(self, webhook: Webhook, stored: StoredKey) -> str:
        plain = self.plain(stored)
        is_named_key = stored.kind == "reference" and webhook.verification == "api-key"
        return key_hash(plain) if is_named_key else plain


def _reference(scheme: Scheme, name: str) -> StoredKey:
    if scheme == "standard-ed25519":
        raise InvalidError("secretRef", "must be left out: a public key is not secret; give it as secret")
    checks.reference("secretRef", name)
    if name.upper().startswith("ADOPS_"):
        raise InvalidError("secretRef", "must not begin with ADOPS_, which is reserved for settings")
    return StoredKey("reference", name)


def _new_secret(scheme: Scheme) -> str:
    if scheme == "standard":
        return standard.new_secret()
    return secrets.token_urlsafe(_RANDOM_BYTES)


def _given_secret(scheme: Scheme, secret: str) -> str:
    if scheme == "standard":
        if secret.startswith((standard.PRIVATE_PREFIX, standard.PUBLIC_PREFIX)):
            raise InvalidError("secret", "is a key of verification 'standard-ed25519'")
        _check(secret)
    elif not _SHORTEST_SECRET <= len(secret.strip()) <= _LONGEST_SECRET:
        raise InvalidError("secret", f"must have {_SHORTEST_SECRET} to {_LONGEST_SECRET} characters")
    return secret.strip()


def _public_key(key: str) -> str:
    if not key.startswith(standard.PUBLIC_PREFIX):
        raise InvalidError("secret", f"must be the sender's public key, which begins with {standard.PUBLIC_PREFIX}")
    _check(key)
    return key


def _check(key: str) -> None:
    try:
        standard.check_key(key)
    except standard.KeyFormatError as error:
        raise InvalidError("secret", str(error)) from None
