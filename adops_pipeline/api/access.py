"""Who may use the API: the token, and the names under which clients may address the server."""

import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.problems import ApiError, problem

_bearer = HTTPBearer(auto_error=False, description="The value of ADOPS_API_TOKEN, where it is set.")
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_token(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
) -> None:
    """Refuse a request without the token, where one is set. Raises ApiError."""
    token: SecretStr | None = request.app.state.token
    if token is None:
        return
    sent = "" if given is None else given.credentials
    if not hmac.compare_digest(sent.encode(), token.get_secret_value().encode()):
        raise ApiError(
            401,
            "unauthorized",
            "send the token of ADOPS_API_TOKEN as `Authorization: Bearer …`",
            {"WWW-Authenticate": "Bearer"},
        )


class Shield:
    """Refuses requests under foreign host names (DNS rebinding) and adds security headers to every answer."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str]) -> None:
        self._app = app
        self._names = {name.lower() for name in (*_OWN_NAMES, *allowed_hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in _HEADERS if one[0] not in present)]
            await send(message)

        if self._name(scope) in self._names:
            await self._app(scope, receive, send_shielded)
        else:
            detail = "this server does not answer under that host name; add it to api.allowed_hosts"
            await problem(421, "foreign-host", detail)(scope, receive, send_shielded)

    @staticmethod
    def _name(scope: Scope) -> str:
        """The Host header without its port; empty where it is missing."""
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return ""
        host: str = hosts[0].lower()
        bracket = host.rfind("]")
        colon = host.rfind(":")
        return host[:colon] if colon > bracket else host
