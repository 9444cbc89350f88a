"""Google's OAuth for httpx: access tokens fetched when needed, for an hour each. The refresh token stays the same.

Refresh grant: https://developers.google.com/identity/protocols/oauth2/web-server#offline
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx

from adops_pipeline.clock import Clock
from adops_pipeline.connectors.errors import AuthError, FailureContext, TransientError
from adops_pipeline.connectors.google_ads.models import TokenGrant, TokenRefusal, api_error
from adops_pipeline.connectors.http import request_name
from adops_pipeline.connectors.json_body import decode, decoded, json_flaw
from adops_pipeline.connectors.tokens import lifetime, usable_token
from adops_pipeline.domain.vocabulary import Platform

_RENEW_BEFORE_EXPIRY = timedelta(minutes=5)
_USUAL_LIFETIME = timedelta(hours=1)
# Two refreshes: a new token may not be known to all of Google's servers at once.
_ROUNDS = 3
_TOKEN_FAULT = "authenticationError.OAUTH_TOKEN"  # noqa: S105  beginning of an error code


@dataclass(frozen=True, slots=True)
class GoogleAdsCredentials:
    """An OAuth client, the refresh token a user granted it, and the developer token.

    ``login_customer_id``: the manager account (digits) that access goes through; None: every account the user was
    invited to, and those below it.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    developer_token: str = field(repr=False)
    login_customer_id: str | None = None


class GoogleAdsAuth(httpx.Auth):
    """Bearer and developer token; one refresh serves all requests that wait for it."""

    def __init__(self, credentials: GoogleAdsCredentials, *, token_url: str, clock: Clock) -> None:
        self._credentials = credentials
        self._token_url = token_url
        self._clock = clock
        self._lock = asyncio.Lock()
        self._access_token = ""
        self._grants = 0
        self._renew_at = datetime.min.replace(tzinfo=UTC)
        self.scopes: tuple[str, ...] = ()
        """Scopes of the last grant; empty before the first."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send ``request`` with a valid token; if Google rejects it, refresh the token and send again."""
        refused_grant: int | None = None
        for _ in range(_ROUNDS):
            async with self._lock:
                if self._grants == refused_grant or self._clock() >= self._renew_at:
                    granted = yield self._refresh_request()
                    await granted.aread()
                    self._accept(granted)
            refused_grant = self._grants
            request.headers["authorization"] = f"Bearer {self._access_token}"
            request.headers["developer-token"] = self._credentials.developer_token
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if not _is_token_at_fault(await response.aread()):
                return

    def _refresh_request(self) -> httpx.Request:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        return httpx.Request("POST", self._token_url, data=form)

    def _accept(self, response: httpx.Response) -> None:
        """Take over a grant. Raises AuthError if there is none, TransientError if the failure may be temporary."""
        context = FailureContext(Platform.GOOGLE_ADS, request_name(response.request), status=response.status_code)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code in (408, 429):
            raise TransientError(replace(context, message="the token endpoint is not available"))
        if not response.is_success:
            raise AuthError(_refusal(response, context))
        flaw = json_flaw(response.content)
        if flaw is not None and flaw.is_truncated:
            raise TransientError(replace(context, message=flaw.reason))
        grant = decode(response.content, TokenGrant, context)
        self._access_token = usable_token(grant.access_token, context)
        self._grants += 1
        lives = lifetime(bytes(grant.expires_in), _USUAL_LIFETIME, context)
        self._renew_at = self._clock() + lives - _RENEW_BEFORE_EXPIRY
        self.scopes = tuple((grant.scope or "").split())


def _is_token_at_fault(body: bytes) -> bool:
    """Whether a new access token may cure a 401: not if Google rejects the developer token or the user."""
    error = api_error(body)
    codes = [reason.code for reason in error.reasons] if error is not None else []
    return not codes or any(code.startswith(_TOKEN_FAULT) for code in codes)


def _refusal(response: httpx.Response, context: FailureContext) -> FailureContext:
    refusal = decoded(response.content, TokenRefusal) or TokenRefusal()
    message = f"Google gave no access token: {refusal.error_description or refusal.error or 'no reason given'}"
    return replace(context, code=refusal.error or None, message=message)
