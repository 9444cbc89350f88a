"""Who may use the API, and for what: reading needs the role reader, everything else operator or what the route says.

Every route but the open ones needs a token where one is configured; without any the API is open to this machine.
Routes receive who asks as ``ActorDep``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.identity import CSRF_HEADER, READING, SESSION_COOKIE, unauthorized
from adops_pipeline.api.problems import ApiError, expected_error
from adops_pipeline.api.redaction import TOKEN
from adops_pipeline.domain.access import Actor, Role
from adops_pipeline.services.errors import StoreError

ROLE_KEY = "x-role"
"""Key of ``openapi_extra``: the role that a route needs where it is not the usual one of its method."""
CHANGES_KEY = "x-changes"
"""Key of ``openapi_extra``: False where an operation that is not a GET changes nothing, so that it is not recorded."""
CHANGING = "changing"
"""Key of the request's state: who calls which operation, where that changes something."""
_CHECKED_EVERY_SECONDS = 5.0
"""How often the token of an open live stream is checked again."""
_TOKEN_PARAMETERS = ("token", "access_token", "api_token")
_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="ADOPS_API_TOKEN, or a named token.")
_session = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"Set by `POST /api/login`. Changes also need the header `{CSRF_HEADER}`, from a page of this server.",
)


class Gate:
    """Lets only requests with a valid token pass, before their bodies are read; the open routes need none."""

    def __init__(
        self, app: ASGIApp, identify: Callable[[Request], Awaitable[Actor]], open_routes: Sequence[BaseRoute]
    ) -> None:
        self._app, self._identify, self._open_routes = app, identify, open_routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                _refuse_token_in_address(scope)
                if not self._is_open(scope):
                    request.state.actor = await self._identify(request)
                    receive = self._while_valid(request, receive)
            except (ApiError, StoreError) as error:
                await expected_error(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _while_valid(self, request: Request, receive: Receive) -> Receive:
        """``receive``, which reports a disconnect as soon as the token is not valid any more: live streams then end."""

        async def receive_while_valid() -> Message:
            waiting = asyncio.ensure_future(receive())
            try:
                while not (await asyncio.wait({waiting}, timeout=_CHECKED_EVERY_SECONDS))[0]:
                    try:
                        await self._identify(request)
                    except ApiError:
                        return {"type": "http.disconnect"}
                    except StoreError:  # nobody can tell now; the next check may
                        continue
                return waiting.result()
            finally:
                waiting.cancel()

        return receive_while_valid

    def _is_open(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in self._open_routes)


def _refuse_token_in_address(scope: Scope) -> None:
    """Refuse a token in the address, even a valid one. Raises ApiError."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    is_named = any(name.lower() in _TOKEN_PARAMETERS for name, _ in query)
    if is_named or TOKEN.search(scope["path"]) or any(TOKEN.search(value) for _, value in query):
        detail = "a token in the address ends up in logs and histories: revoke it, and send tokens as a header"
        raise ApiError(400, "token-in-address", detail)


def needed_role(method: str, extra: Mapping[str, object] | None) -> Role:
    """The role that an operation needs; ``extra`` is the route's ``openapi_extra``."""
    stated = (extra or {}).get(ROLE_KEY)
    if stated in ("reader", "operator", "admin"):
        return stated
    return "reader" if method in READING else "operator"


async def authorize(
    request: Request,
    _: Annotated[object, Depends(_bearer)] = None,
    __: Annotated[object, Depends(_session)] = None,
) -> Actor:
    """Who makes the request. Raises ApiError where there is nobody, or one whose role does not allow it."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise unauthorized()
    route = request.scope["route"]
    needed = needed_role(request.method, route.openapi_extra)
    if not actor.may(needed):
        raise ApiError(403, "forbidden", f"this needs the role {needed}; the token of {actor.name} has {actor.role}")
    if request.method not in READING and needed != "reader" and (route.openapi_extra or {}).get(CHANGES_KEY, True):
        request.scope["state"][CHANGING] = (actor, route.operation_id or route.name)
    return actor


ActorDep = Annotated[Actor, Depends(authorize)]
