"""Pinterest's OAuth for httpx: access tokens fetched when needed, new refresh tokens kept before they are used.

Pinterest hands out a new refresh token with each refresh (60 days, refreshable for ever); the former one stops working
some time later. So the new one goes to the token store first: whenever the process dies, the store holds the former
token, still good for a while, or the new one. Grants and answers: `oauth/token` in Pinterest's OpenAPI description.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from adops_pipeline.connectors.errors import AuthError, FailureContext, TransientError
from adops_pipeline.connectors.json_body import decode, json_flaw
from adops_pipeline.connectors.pinterest.models import TokenGrant
from adops_pipeline.connectors.pinterest.policy import PinterestPolicy, failure_context
from adops_pipeline.connectors.tokens import TokenStore, lifetime, usable_token
from adops_pipeline.domain.vocabulary import Platform

_RENEW_BEFORE_EXPIRY = timedelta(minutes=5)
_USUAL_LIFETIME = timedelta(days=30)
# Two refreshes: a new token may not be known to all of Pinterest's servers at once.
_ROUNDS = 3
_MISSING_SCOPE = "3"


@dataclass(frozen=True, slots=True)
class PinterestCredentials:
    """An app and the refresh token that an advertiser granted it."""

    app_id: str
    app_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class PinterestAuth(httpx.Auth):
    """Bearer tokens; one refresh serves all requests that wait for it. For asynchronous clients only."""

    def __init__(
        self,
        credentials: PinterestCredentials,
        *,
        token_url: str,
        token_store: TokenStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._token_url = token_url
        self._store = token_store
        self._clock = clock
        self._policy = PinterestPolicy()
        self._lock = asyncio.Lock()
        self._access_token = ""
        self._renew_at = datetime.min.replace(tzinfo=clock().tzinfo)
        self._refusal: AuthError | None = None
        self.scopes: tuple[str, ...] = ()
        """Scopes of the last grant; empty before the first."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send ``request`` with a valid token; on a 401 refresh the token and send again."""
        rejected = ""
        for _ in range(_ROUNDS):
            async with self._lock:
                if self._needs_refresh(rejected):
                    for refresh_token in self._refresh_tokens():
                        response = yield self._refresh_request(refresh_token)
                        await response.aread()
                        if self._accept(response):
                            break
                    else:
                        raise self._refused()
            rejected = self._access_token
            request.headers["authorization"] = f"Bearer {rejected}"
            response = yield request
            if response.status_code != 401:
                return
            await response.aread()
            if failure_context(response, None).code == _MISSING_SCOPE:
                return

    def _needs_refresh(self, rejected: str) -> bool:
        """None yet, nearly expired, or just rejected and not yet replaced by another request's refresh."""
        return not self._access_token or self._access_token == rejected or self._clock() >= self._renew_at

    def _refresh_tokens(self) -> Iterator[str]:
        """The stored token, then the one in the settings, so that a user can replace a stored one that is invalid."""
        kept = self._store.load(Platform.PINTEREST)
        if kept:
            yield kept
        if kept != self._credentials.refresh_token:
            yield self._credentials.refresh_token

    def _refresh_request(self, refresh_token: str) -> httpx.Request:
        """``continuous_refresh`` is what apps made before 2025-09-25 have to say; newer ones may."""
        request = httpx.Request(
            "POST",
            self._token_url,
            data={"grant_type": "refresh_token", "refresh_token": refresh_token, "continuous_refresh": "true"},
        )
        basic = httpx.BasicAuth(self._credentials.app_id, self._credentials.app_secret)
        return next(basic.sync_auth_flow(request))

    def _accept(self, response: httpx.Response) -> bool:
        """Adopt a grant; False if this refresh token was rejected. Raises errors that may be temporary."""
        failure = self._policy.failure(response, None)
        if isinstance(failure, TransientError):
            raise failure
        context = failure_context(response, None)
        if failure is not None:
            self._refusal = AuthError(replace(context, message=f"refresh token refused: {context.message}"))
            return False
        flaw = json_flaw(response.content)
        if flaw is not None and flaw.is_truncated:
            raise TransientError(replace(context, message=flaw.reason))
        grant = decode(response.content, TokenGrant, context)
        access_token = usable_token(grant.access_token, context)
        if grant.refresh_token:
            self._keep(usable_token(grant.refresh_token, context), context)
        self._access_token = access_token
        lives = lifetime(bytes(grant.expires_in), _USUAL_LIFETIME, context)
        self._renew_at = self._clock() + lives - _RENEW_BEFORE_EXPIRY
        self.scopes = tuple((grant.scope or "").replace(",", " ").split())
        return True

    def _keep(self, refresh_token: str, context: FailureContext) -> None:
        try:
            self._store.save(Platform.PINTEREST, refresh_token)
        except OSError as error:
            message = (
                f"Pinterest's new refresh token could not be stored ({error.strerror}); the former one stays stored"
            )
            raise AuthError(replace(context, message=message)) from None

    def _refused(self) -> AuthError:
        """The last rejection; there is one, because at least the settings' token was tried."""
        if self._refusal is None:
            return AuthError(FailureContext(Platform.PINTEREST, "POST /oauth/token", message="no refresh token is set"))
        return self._refusal
