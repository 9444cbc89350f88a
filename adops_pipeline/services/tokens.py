"""Named tokens of the API: create, list, revoke, and find out whose one is.

A token is 256 random bits, so its SHA-256 is as good as a slow hash of a password would be: there is nothing to guess.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from adops_pipeline.clock import Clock
from adops_pipeline.domain.access import LOCAL, SETTINGS, Role
from adops_pipeline.operations import tokens
from adops_pipeline.operations.errors import InvalidError, StoreError
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.tokens import Token, TokenStatus

__all__ = ["PREFIX", "Token", "TokenStatus", "Tokens"]

PREFIX = "adops_"
"""Every token begins with it: people, log filters and secret scanners recognise one."""
_BYTES = 32
_NAME = re.compile(r"\w[\w .@-]{0,63}")
_RESERVED = (LOCAL.name, SETTINGS.name)


@dataclass(frozen=True)
class Tokens:
    """The named tokens of one installation."""

    store: Callable[[], Store]
    clock: Clock

    def create(self, name: str, role: Role, *, by: str, expires_at: datetime | None = None) -> tuple[Token, str]:
        """A new token and its secret, which is not kept. Raises InvalidError and RefusedError."""
        now, name = self.clock(), name.strip()
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise InvalidError("name", "must be 1 to 64 letters, digits, spaces or . @ _ -, and not local or settings")
        if expires_at is not None and expires_at <= now:
            raise InvalidError("expires_at", "must be in the future")
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        with self.store().writing() as con:
            return tokens.create(con, name, role, _hash(secret), by=by, at=now, expires_at=expires_at), secret

    def every(self) -> list[Token]:
        """Tokens by name; revoked and expired ones too."""
        with self.store().reading() as con:
            return tokens.every(con)

    def get(self, token_id: str) -> Token:
        """The token. Raises NotFoundError."""
        with self.store().reading() as con:
            return tokens.get(con, token_id)

    def revoke(self, token_id: str) -> Token:
        """Revoke a token; its sessions end too. Raises NotFoundError, and RefusedError where that has been done."""
        with self.store().writing() as con:
            return tokens.revoke(con, token_id, self.clock())

    def purge(self) -> int:
        """Delete revoked and expired tokens; their number. Without any token left, none is needed any more."""
        with self.store().writing() as con:
            return tokens.purge(con, self.clock())

    def are_used(self) -> bool:
        """Whether there is a token, even a revoked or expired one: then each request needs one."""
        with self.store().reading() as con:
            return tokens.are_used(con)

    def holder(self, secret: str) -> Token | None:
        """The valid token with this secret."""
        if not secret.startswith(PREFIX):
            return None
        with self.store().reading() as con:
            token = tokens.find(con, _hash(secret))
        return None if token is None else self.used(token)

    def used(self, token: Token) -> Token | None:
        """The token if it is valid, with its use recorded: at most once a minute, and not where the store is busy."""
        now = self.clock()
        if token.status(now) != "active":
            return None
        if tokens.is_use_due(token, now):
            try:
                with self.store().writing() as con:
                    tokens.record_use(con, token.id, now)
            except StoreError:
                return token
        return token


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
