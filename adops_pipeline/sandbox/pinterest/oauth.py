"""Pinterest's OAuth in the sandbox: refresh grants and the check of bearer tokens.

Tokens are signed, not stored, so a token from one process is good in the next. Each grant hands out a new refresh token
(continuous refresh: 60 days); the one it was bought with stays good for a day, so that a client which crashed before it
kept the new one is not locked out. The refresh token everybody starts with never retires: there is no login page.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qs

from adops_pipeline.sandbox.pinterest.wire import ApiError

SANDBOX_APP_ID = "sandbox-app-id"
SANDBOX_APP_SECRET = "sandbox-app-secret"  # noqa: S105 - a made-up word, opens nothing
SANDBOX_REFRESH_TOKEN = "pinr_sandbox_refresh_token"  # noqa: S105 - a made-up word, opens nothing

SCOPES = (
    *("ads:read", "ads:write", "boards:read", "boards:write"),
    *("pins:read", "pins:write", "user_accounts:read"),
)
ACCESS_LIFETIME = timedelta(days=30)
REFRESH_LIFETIME = timedelta(days=60)
FORMER_TOKEN_GRACE = timedelta(days=1)

_PARTS_BEFORE_SCOPES = 3
_SIGNING_KEY = b"the sandbox signs its own tokens"


def authentication_failed() -> ApiError:
    """Pinterest's answer to a missing, wrong or expired token."""
    return ApiError(401, 2, "Authentication failed.")


class TokenDesk:
    """Hands out tokens and recognises them again, by the sandbox's clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._serial = count(1)
        self._superseded: dict[str, datetime] = {}

    def grant(self, authorization: str | None, form: bytes) -> dict[str, str | int]:
        """Answer to ``POST /oauth/token``: HTTP Basic app credentials, form-encoded refresh grant."""
        self._check_app(authorization)
        fields = {name: values[-1] for name, values in parse_qs(form.decode("ascii", "replace")).items()}
        if fields.get("grant_type") != "refresh_token":
            raise ApiError(400, 1, "Invalid request: 'grant_type' must be refresh_token here.")
        former = fields.get("refresh_token", "")
        scopes = self._check_refresh_token(former)
        if "scope" in fields:
            scopes = _wanted(fields["scope"], scopes)
        now = self._clock()
        self._superseded.setdefault(former, now)
        return {
            "response_type": "refresh_token",
            "access_token": self._issue("pina", now, former, scopes),
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
            "scope": " ".join(scopes),
            "refresh_token": self._issue("pinr", now, former, scopes),
            "refresh_token_expires_in": int(REFRESH_LIFETIME.total_seconds()),
            "refresh_token_expires_at": int((now + REFRESH_LIFETIME).timestamp()),
        }

    def check_bearer(self, authorization: str | None, needed: Collection[str]) -> None:
        """Raise Pinterest's 401 unless the header carries a valid access token of ours with the scopes needed."""
        scheme, _, token = (authorization or "").partition(" ")
        issued = self._read("pina", token)
        if scheme.lower() != "bearer" or issued is None or self._clock() - issued.at > ACCESS_LIFETIME:
            raise authentication_failed()
        missing = [scope for scope in needed if scope not in issued.scopes]
        if missing:
            message = f"Your access token does not have the required scopes: {', '.join(missing)}"
            raise ApiError(401, 3, message)

    def _check_app(self, authorization: str | None) -> None:
        scheme, _, credentials = (authorization or "").partition(" ")
        try:
            given = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            given = b""
        expected = f"{SANDBOX_APP_ID}:{SANDBOX_APP_SECRET}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
            raise authentication_failed()

    def _check_refresh_token(self, token: str) -> tuple[str, ...]:
        """The scopes that a refresh token grants; Pinterest's 401 for a bad one."""
        if token == SANDBOX_REFRESH_TOKEN:
            return SCOPES
        issued = self._read("pinr", token)
        now = self._clock()
        retired = self._superseded.get(token)
        is_retired = retired is not None and now - retired > FORMER_TOKEN_GRACE
        if issued is None or now - issued.at > REFRESH_LIFETIME or is_retired:
            raise ApiError(401, 283, "The authorization grant is invalid")
        return issued.scopes

    def _issue(self, kind: str, now: datetime, former: str, scopes: Collection[str]) -> str:
        # The former token is part of it: two processes at one moment of a standing clock hand out different ones.
        origin = hashlib.sha256(former.encode()).hexdigest()[:8]
        granted = sum(1 << n for n, scope in enumerate(SCOPES) if scope in scopes)
        payload = f"{int(now.timestamp())}.{granted}.{next(self._serial)}.{origin}"
        return f"{kind}_{payload}.{_signature(kind, payload)}"

    @staticmethod
    def _read(kind: str, token: str) -> "_Issued | None":
        """What a token of ours says; None for any other."""
        payload, _, signature = token.removeprefix(f"{kind}_").rpartition(".")
        if not token.startswith(f"{kind}_") or not hmac.compare_digest(signature, _signature(kind, payload)):
            return None
        parts = payload.split(".")
        # Tokens of former versions of the sandbox, which data folders may hold, do not name their scopes.
        granted = int(parts[1]) if len(parts) > _PARTS_BEFORE_SCOPES else ~0
        return _Issued(
            datetime.fromtimestamp(int(parts[0]), UTC), tuple(s for n, s in enumerate(SCOPES) if granted & 1 << n)
        )


@dataclass(frozen=True, slots=True)
class _Issued:
    at: datetime
    scopes: tuple[str, ...]


def _wanted(text: str, granted: Collection[str]) -> tuple[str, ...]:
    """The scopes of a request, which may be fewer than those that were granted, never more."""
    asked = text.replace(",", " ").split()
    for scope in asked:
        if scope not in granted:
            raise ApiError(400, 1, f"Invalid request: the scope '{scope}' was not granted.")
    return tuple(scope for scope in SCOPES if scope in asked)


def _signature(kind: str, payload: str) -> str:
    return hmac.new(_SIGNING_KEY, f"{kind}.{payload}".encode(), hashlib.sha256).hexdigest()[:32]
