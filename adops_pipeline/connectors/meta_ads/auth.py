"""Meta's access tokens for httpx: sent as a bearer header, proven by the app's secret, exchanged before they expire.

There is no refresh token. A long-lived token (60 days) that is still good is exchanged for a new one by the app that it
was made for (developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived); an expired one is not:
then a person has to log in again. System users' tokens do not expire. Tokens travel in headers and forms only.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from adops_pipeline.connectors.errors import AuthError, ConnectorError, TransientError
from adops_pipeline.connectors.json_body import decode, decoded, json_flaw
from adops_pipeline.connectors.meta_ads.models import TokenGrant, TokenInspection
from adops_pipeline.connectors.meta_ads.policy import MetaAdsPolicy, failure_context, is_bad_token, read_error
from adops_pipeline.connectors.tokens import TokenStore, lifetime, number_in, usable_token
from adops_pipeline.domain.vocabulary import Platform

_LOG = logging.getLogger(__name__)
_RENEW_BEFORE_EXPIRY = timedelta(days=7)
_USUAL_LIFETIME = timedelta(days=60)
# Two exchanges: a new token may not be known to all of Meta's servers at once.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class MetaAdsCredentials:
    """A user's or system user's token; with the app's id and secret calls are proven and the token is renewed."""

    access_token: str = field(repr=False)
    app_id: str | None = None
    app_secret: str | None = field(default=None, repr=False)


class _Kept(msgspec.Struct, omit_defaults=True):
    """Entry of the token store: a token, its expiry (Unix seconds), and which token of the settings it came from."""

    access_token: str
    made_from: str
    expires_at: float | None = None


class MetaAdsAuth(httpx.Auth):
    """Bearer tokens and proofs; one exchange serves all requests that wait for it."""

    def __init__(
        self,
        credentials: MetaAdsCredentials,
        *,
        graph_url: str,
        token_store: TokenStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._credentials = credentials
        self._graph_url = graph_url
        self._store = token_store
        self._clock = clock
        self._policy = MetaAdsPolicy()
        self._lock = asyncio.Lock()
        self._token = credentials.access_token
        self._expires_at: datetime | None = None
        self._is_ready = False
        self._is_refused = False

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send ``request`` with a valid token; if it is rejected, exchange the token and send again."""
        rejected = ""
        for _ in range(_ROUNDS):
            async with self._lock:
                if self._can_exchange and not self._is_ready:
                    if not self._use_kept():
                        response = yield self._inspection()
                        await response.aread()
                        self._learn_expiry(response)
                    self._is_ready = True
                if self._token == rejected or self._is_about_to_expire():
                    response = yield self._exchange()
                    await response.aread()
                    self._accept(response, is_needed=self._token == rejected)
            rejected = self._token
            self._sign(request)
            response = yield request
            await response.aread()
            error = read_error(response)
            if error is None or not is_bad_token(error) or not self._can_exchange:
                return

    @property
    def _can_exchange(self) -> bool:
        return self._credentials.app_id is not None and self._credentials.app_secret is not None

    def _is_about_to_expire(self) -> bool:
        if self._expires_at is None or self._is_refused:
            return False
        return self._clock() >= self._expires_at - _RENEW_BEFORE_EXPIRY

    def _sign(self, request: httpx.Request) -> None:
        request.headers["authorization"] = f"Bearer {self._token}"
        if self._credentials.app_secret is not None:
            key = self._credentials.app_secret.encode()
            proof = hmac.new(key, self._token.encode(), hashlib.sha256).hexdigest()
            request.url = request.url.copy_set_param("appsecret_proof", proof)

    def _use_kept(self) -> bool:
        """Use the token of an earlier exchange, if it came from the token in the settings."""
        text = self._store.load(Platform.META_ADS)
        kept = None if text is None else decoded(text, _Kept)
        if kept is None or kept.made_from != self._origin():
            return False
        self._take(kept.access_token, kept.expires_at)
        return True

    def _take(self, token: str, expires_at: float | None) -> None:
        self._token = token
        self._expires_at = _moment(expires_at)

    def _inspection(self) -> httpx.Request:
        """``debug_token`` as a POST that says it is a GET: tokens stay out of the URL."""
        app_token = f"{self._credentials.app_id}|{self._credentials.app_secret}"
        form = {"method": "get", "input_token": self._token, "access_token": app_token}
        return httpx.Request("POST", f"{self._graph_url}/debug_token", data=form)

    def _learn_expiry(self, response: httpx.Response) -> None:
        """Record when the token expires. A rejection here is ignored: the token's next use shows it."""
        failure = self._failure(response)
        if isinstance(failure, TransientError):
            raise failure
        if failure is not None:
            _LOG.warning("the expiry of the Meta token could not be determined: %s", failure)
            return
        inspection = decoded(response.content, TokenInspection)
        if inspection is None:
            _LOG.warning("the expiry of the Meta token could not be determined: the answer has an unknown form")
        elif inspection.data.is_valid:
            self._expires_at = _moment(number_in(bytes(inspection.data.expires_at)))

    def _exchange(self) -> httpx.Request:
        form = {
            "grant_type": "fb_exchange_token",
            "client_id": self._credentials.app_id,
            "client_secret": self._credentials.app_secret,
            "fb_exchange_token": self._token,
        }
        return httpx.Request("POST", f"{self._graph_url}/oauth/access_token", data=form)

    def _accept(self, response: httpx.Response, *, is_needed: bool) -> None:
        """Adopt an exchanged token. A rejection matters only if the former token was rejected as well."""
        failure = self._failure(response)
        if isinstance(failure, TransientError):
            raise failure
        if failure is not None:
            self._refused(failure, is_needed=is_needed)
            return
        context = failure_context(response, None)
        grant = decode(response.content, TokenGrant, context)
        token = usable_token(grant.access_token, context)
        expires_at = None
        if bytes(grant.expires_in) not in (b"", b"null"):
            lives = lifetime(bytes(grant.expires_in), _USUAL_LIFETIME, context)
            expires_at = (self._clock() + lives).timestamp()
        kept = _Kept(token, self._origin(), expires_at)
        try:
            self._store.save(Platform.META_ADS, msgspec.json.encode(kept).decode())
        except OSError as error:
            # The former token stays valid beside the new one: the next run exchanges it again.
            _LOG.warning("Meta's new token could not be stored: %s", error.strerror)
        self._take(token, expires_at)

    def _refused(self, failure: ConnectorError, *, is_needed: bool) -> None:
        """Continue with the former token while it is valid, otherwise with the settings' token.

        So a user can replace a stored token that was revoked. Raises AuthError if neither is left.
        """
        if not is_needed:
            self._is_refused = True
            _LOG.warning("the Meta token expires on %s and could not be exchanged: %s", self._expires_at, failure)
        elif self._token != self._credentials.access_token:
            self._take(self._credentials.access_token, None)
        else:
            message = f"access token refused, log in again for a new one: {failure.context.message}"
            raise AuthError(replace(failure.context, message=message))

    def _failure(self, response: httpx.Response) -> ConnectorError | None:
        """What is wrong with a response about tokens; None if nothing is."""
        failure = self._policy.failure(response, None)
        if failure is not None:
            return failure
        context = failure_context(response, None)
        flaw = json_flaw(response.content)
        if response.status_code >= 500 or (response.is_success and flaw is not None and flaw.is_truncated):
            return TransientError(context)
        if not response.is_success or flaw is not None:
            return AuthError(replace(context, message=context.message or "the answer is not JSON"))
        return None

    def _origin(self) -> str:
        """Identifies the settings' token without revealing it."""
        return hashlib.sha256(self._credentials.access_token.encode()).hexdigest()[:16]


def _moment(seconds: float | None) -> datetime | None:
    """A Unix time; None for none, for Meta's 0 (never), and for what no calendar has."""
    if seconds is None or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
