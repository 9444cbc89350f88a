"""Who may call: access tokens, their expiry and exchange, and proofs. The values below are names, not secrets.

A user token carries its own expiry, so that a sandbox that was restarted still knows the tokens it handed out.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from adops_pipeline.sandbox.meta_ads.errors import (
    GraphError,
    expired_token,
    token_required,
    unparsable_token,
    wrong_proof,
)
from adops_pipeline.sandbox.meta_ads.params import Params

SANDBOX_APP_ID = "1000000000000001"
SANDBOX_APP_SECRET = "sandbox-app-secret"  # noqa: S105 - an invented word
SANDBOX_ACCESS_TOKEN = "sandbox-system-user-token"  # noqa: S105 - an invented word
"""A system user's token: it never expires."""

SCOPES = ("ads_read", "ads_management", "business_management", "public_profile")
USER_ID = "1220000000000007"
LONG_LIVED = timedelta(seconds=5_183_944)
"""About 60 days: what the real exchange answers."""

_USER_TOKEN = "sandbox-user-token-"  # noqa: S105 - an invented word


def user_token(expires_at: datetime) -> str:
    """A user's token that this sandbox honours until ``expires_at``."""
    return f"{_USER_TOKEN}{int(expires_at.timestamp())}"


def expiry(token: str) -> datetime | None:
    """When a token of ours expires; None for the system user's. Anything else is a refusal."""
    if token == SANDBOX_ACCESS_TOKEN:
        return None
    epoch = token.removeprefix(_USER_TOKEN)
    if epoch == token or not epoch.isdecimal() or len(epoch) > 10:
        raise unparsable_token()
    return datetime.fromtimestamp(int(epoch), UTC)


def check_token(token: str, now: datetime) -> None:
    """Refuse a token that is missing, not ours or expired."""
    if not token:
        raise token_required()
    expires_at = expiry(token)
    if expires_at is not None and expires_at <= now:
        raise expired_token(_spoken(expires_at), _spoken(now))


def check_proof(params: Params, token: str) -> None:
    """Refuse a proof that was not made from this token and the app's secret; none at all is fine."""
    proof = params.get("appsecret_proof")
    expected = hmac.new(SANDBOX_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    if proof is not None and not hmac.compare_digest(proof.encode(), expected.encode()):
        raise wrong_proof()


def exchange(params: Params, now: datetime) -> dict[str, object]:
    """``GET /oauth/access_token?grant_type=fb_exchange_token``: a good token for one that lives 60 days."""
    _check_app(params)
    if params.get("grant_type") != "fb_exchange_token":
        raise GraphError("Invalid grant_type: only fb_exchange_token is served here.", 1)
    if "fb_exchange_token" not in params:
        raise GraphError("fb_exchange_token parameter not specified", 1)
    check_token(params["fb_exchange_token"], now)
    return {
        "access_token": user_token(now + LONG_LIVED),
        "token_type": "bearer",
        "expires_in": int(LONG_LIVED.total_seconds()),
    }


def inspect(params: Params, caller: str, now: datetime) -> dict[str, object]:
    """``GET /debug_token``: what a token is good for. Asked with the app's own token or with a user's."""
    if caller != f"{SANDBOX_APP_ID}|{SANDBOX_APP_SECRET}":
        check_token(caller, now)
    token = params.get("input_token")
    if token is None:
        raise GraphError("(#100) The parameter input_token is required", 100)
    facts: dict[str, object] = {"app_id": SANDBOX_APP_ID, "application": "Sandbox"}
    try:
        check_token(token, now)
    except GraphError as refusal:
        error = {key: refusal.body("")["error"].get(key) for key in ("code", "message", "error_subcode")}
        subcode = error.pop("error_subcode")
        error |= {"subcode": subcode} if subcode is not None else {}
        return {"data": {**facts, "is_valid": False, "error": error, "scopes": []}}
    expires_at = expiry(token)
    return {
        "data": {
            **facts,
            "type": "SYSTEM_USER" if expires_at is None else "USER",
            "expires_at": 0 if expires_at is None else int(expires_at.timestamp()),
            "data_access_expires_at": 0,
            "is_valid": True,
            "scopes": list(SCOPES),
            "user_id": USER_ID,
        }
    }


def _check_app(params: Params) -> None:
    for name in ("client_id", "client_secret"):
        if not params.get(name):
            raise GraphError(f"Missing {name} parameter.", 101)
    if params["client_id"] != SANDBOX_APP_ID:
        message = "Error validating application. Cannot get application info due to a system error."
        raise GraphError(message, 101)
    if params["client_secret"] != SANDBOX_APP_SECRET:
        raise GraphError("Error validating client secret.", 1)


def _spoken(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
