"""Finds out who makes a request: by bearer token, by session cookie, or nobody where no token is configured."""

import base64
import hmac
import time
from contextlib import suppress

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from adops_pipeline.api.problems import ApiError
from adops_pipeline.api.shield import is_loopback
from adops_pipeline.api.throttle import Throttle
from adops_pipeline.domain.access import LOCAL, SETTINGS, Actor
from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.tokens import PREFIX
from adops_pipeline.wiring import Services

SESSION_COOKIE = "adops_session"
ODATA = "/odata"
"""Address of the OData service."""
CSRF_HEADER = "X-Requested-With"
READING = ("GET", "HEAD", "OPTIONS")
_ASKED_EVERY_SECONDS = 1.0
"""How old an answer may be to whether any named token exists. Whether one is valid is asked for each request."""


class Identity:
    """Who makes a request; slows down those who guess."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._settings_token = services.settings.api_token
        self._is_local = is_loopback(services.settings.api.host)
        self._throttle = Throttle()
        self._is_needed = True
        self._asked_at = -_ASKED_EVERY_SECONDS

    async def actor(self, request: Request) -> Actor:
        """Who makes the request. Raises ApiError without a valid token where one is needed."""
        sent, cookie = request.headers.get("authorization"), request.cookies.get(SESSION_COOKIE)
        found: Actor | None = None
        if sent is not None:
            token = _sent_token(request, sent)
            if token is not None:
                found, _ = await self.holder(request, token)
        elif cookie is not None:
            found = await run_in_threadpool(self._services.sessions.actor, cookie)
            if found is not None and request.method not in READING:
                _require_own_page(request)
        if found is not None:
            return found
        if await self._needs_token():
            raise unauthorized()
        return LOCAL

    async def holder(self, request: Request, token: str) -> tuple[Actor | None, str | None]:
        """Whose token it is, and its id if it is a named one. Raises ApiError for those who have guessed too often."""
        address = request.client.host if request.client else ""
        if token.startswith(PREFIX):
            named = await run_in_threadpool(self._services.tokens.holder, token)
            if named is not None:
                return Actor(named.name, named.role), named.id
        wait_seconds = self._throttle.wait_seconds(address)
        if wait_seconds:
            detail = f"too many wrong tokens from this address; try again in {wait_seconds} s"
            raise ApiError(429, "too-many-attempts", detail, {"Retry-After": str(wait_seconds)})
        if self._settings_token is not None:
            expected = self._settings_token.get_secret_value().encode()
            if hmac.compare_digest(token.encode(), expected):
                return SETTINGS, None
        self._throttle.failed(address, token)
        return None, None

    async def _needs_token(self) -> bool:
        """Whether a request without a token is refused: as soon as one exists, and always beyond this machine."""
        if self._settings_token is not None or not self._is_local:
            return True
        if time.monotonic() - self._asked_at >= _ASKED_EVERY_SECONDS:
            try:
                self._is_needed = await run_in_threadpool(self._services.tokens.are_used)
            except StoreError:
                if self._asked_at < 0:
                    raise
            self._asked_at = time.monotonic()
        return self._is_needed


def _sent_token(request: Request, sent: str) -> str | None:
    """The token in the header Authorization, if there is one. Raises ApiError.

    Excel and Power BI know no tokens: for OData a token may be the password of any user. They ask with an empty token
    which ways to sign in there are, so that this is never taken for a request without a token.
    """
    scheme, _, rest = sent.partition(" ")
    is_odata = is_within_odata(request.scope["path"])
    match scheme.lower():
        case "bearer" if is_odata and not rest.strip():
            raise unauthorized()
        case "bearer":
            return rest.strip()
        case "basic" if is_odata:
            with suppress(ValueError):
                return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    return None


def is_within_odata(path: str) -> bool:
    """Whether an address belongs to the OData service."""
    return path == ODATA or path.startswith(f"{ODATA}/")


def unauthorized() -> ApiError:
    """The request has no valid token. What is wrong with the one sent is not said."""
    detail = "send a valid token as `Authorization: Bearer …`: ADOPS_API_TOKEN or one of `adops token create`"
    return ApiError(401, "unauthorized", detail, {"WWW-Authenticate": "Bearer"})


def _require_own_page(request: Request) -> None:
    """Refuse a change with a cookie unless a page of this server asks for it. Raises ApiError.

    `shield` has refused foreign origins; here the request must also name its own, and have a header that no form of
    another site can send.
    """
    says_own = "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"
    if not says_own or not request.headers.get(CSRF_HEADER):
        detail = f"a change with a session cookie needs the headers Origin and {CSRF_HEADER}; a bearer token needs none"
        raise ApiError(403, "csrf", detail)
