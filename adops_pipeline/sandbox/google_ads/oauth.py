"""Google's OAuth in the sandbox: refresh grants and access tokens.

Tokens are signed, not stored, so a token from one process is good in the next. The refresh token never changes.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

SANDBOX_CLIENT_ID = "sandbox-client-id"
SANDBOX_CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105  a made-up word, opens nothing
SANDBOX_REFRESH_TOKEN = "sandbox-refresh-token"  # noqa: S105  a made-up word, opens nothing
SANDBOX_DEVELOPER_TOKEN = "sandbox-developer-token"  # noqa: S105  a made-up word, opens nothing

SCOPE = "https://www.googleapis.com/auth/adwords"
ACCESS_LIFETIME = timedelta(seconds=3599)

_PREFIX = "ya29.sandbox"
_SIGNING_KEY = b"the sandbox signs its own tokens"


class TokenDesk:
    """Issues and verifies access tokens, by the sandbox's clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def grant(self, form: bytes) -> tuple[int, Mapping[str, object]]:
        """Status and body of the response to a form-encoded refresh grant (RFC 6749, sections 5.2 and 6)."""
        fields = {name: values[-1] for name, values in parse_qs(form.decode("ascii", "replace")).items()}
        for name in ("grant_type", "client_id", "client_secret", "refresh_token"):
            if name not in fields:
                return _refused(400, "invalid_request", f"Missing required parameter: {name}")
        if fields["grant_type"] != "refresh_token":
            return _refused(400, "unsupported_grant_type", f"Invalid grant_type: {fields['grant_type']}")
        if fields["client_id"] != SANDBOX_CLIENT_ID:
            return _refused(401, "invalid_client", "The OAuth client was not found.")
        if fields["client_secret"] != SANDBOX_CLIENT_SECRET:
            return _refused(401, "invalid_client", "The provided client secret is invalid.")
        if fields["refresh_token"] != SANDBOX_REFRESH_TOKEN:
            return _refused(400, "invalid_grant", "Token has been expired or revoked.")
        issued = str(int(self._clock().timestamp()))
        return 200, {
            "access_token": f"{_PREFIX}.{issued}.{_signature(issued)}",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
            "scope": SCOPE,
            "token_type": "Bearer",
        }

    def is_good(self, authorization: str | None) -> bool:
        """Whether the header carries a bearer token of ours that has not expired."""
        scheme, _, token = (authorization or "").partition(" ")
        prefix, _, payload = token.rpartition(f"{_PREFIX}.")
        issued, _, signature = payload.partition(".")
        if scheme.lower() != "bearer" or prefix or not hmac.compare_digest(signature, _signature(issued)):
            return False
        return self._clock() - datetime.fromtimestamp(int(issued), UTC) < ACCESS_LIFETIME


def _refused(status: int, error: str, description: str) -> tuple[int, Mapping[str, object]]:
    return status, {"error": error, "error_description": description}


def _signature(issued: str) -> str:
    return hmac.new(_SIGNING_KEY, issued.encode(), hashlib.sha256).hexdigest()[:32]
