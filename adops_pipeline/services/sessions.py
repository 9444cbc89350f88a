"""Sessions of browsers that signed in with a token. They survive restarts, and end with their token.

A cookie is 256 random bits. The store has its SHA-256; for the token of the settings an HMAC keyed by that token, so
that a session ends when the token is changed, and nobody who reads the store can test guesses of the token.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from pydantic import SecretStr

from adops_pipeline.clock import Clock
from adops_pipeline.domain.access import SETTINGS, Actor
from adops_pipeline.operations import sessions, tokens
from adops_pipeline.operations.store import Store
from adops_pipeline.services.tokens import Tokens

_BYTES = 32


@dataclass(frozen=True)
class Sessions:
    """The sessions of one installation."""

    store: Callable[[], Store]
    clock: Clock
    tokens: Tokens
    settings_token: SecretStr | None
    length: timedelta

    def open(self, token_id: str | None) -> str:
        """A new session of a named token, or of the settings' for None; the value of its cookie."""
        cookie, now = secrets.token_urlsafe(_BYTES), self.clock()
        kept = self._named(cookie) if token_id is not None else self._of_settings(cookie)
        with self.store().writing() as con:
            sessions.create(con, kept, token_id, now, now + self.length)
        return cookie

    def actor(self, cookie: str) -> Actor | None:
        """Who signed in; None where the session or its token has ended."""
        with self.store().reading() as con:
            found = sessions.token_of(con, self._hashes(cookie), self.clock())
            opened_with = tokens.get(con, found[0]) if found is not None and found[0] is not None else None
        if opened_with is None:
            return None if found is None else SETTINGS
        token = self.tokens.used(opened_with)
        return None if token is None else Actor(token.name, token.role)

    def close(self, cookie: str) -> None:
        """End a session."""
        with self.store().writing() as con:
            sessions.end(con, self._hashes(cookie))

    def _hashes(self, cookie: str) -> list[str]:
        return [self._named(cookie), *([] if self.settings_token is None else [self._of_settings(cookie)])]

    def _of_settings(self, cookie: str) -> str:
        key = "" if self.settings_token is None else self.settings_token.get_secret_value()
        return hmac.new(key.encode(), cookie.encode(), sha256).hexdigest()

    @staticmethod
    def _named(cookie: str) -> str:
        return sha256(cookie.encode()).hexdigest()
