"""Protection before anything else: host names (DNS rebinding), other sites' pages, security headers."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.problems import problem

_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with no-referrer, forms of our own pages send "Origin: null"
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
"""Added to answers that do not set them. A page sets its own policy; JSON needs none of what a page does."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Shield:
    """Refuses requests under foreign host names and from other sites' pages; adds security headers to every answer."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str]) -> None:
        self._app = app
        self._names = {name.lower() for name in (*_OWN_NAMES, *allowed_hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_reported = False

        async def send_shielded(message: Message) -> None:
            nonlocal is_reported
            if message["type"] == "http.response.start":
                is_reported = message["status"] == 500
                present = {name.lower() for name, _ in message["headers"]}
                added = [one for one in _HEADERS if one[0] not in present]
                if present.isdisjoint((b"cache-control", b"etag")):
                    added.append((b"cache-control", b"no-store"))
                message["headers"] = [*message["headers"], *added]
            await send(message)

        headers = _single_headers(scope)
        if _name(headers.get("host", "")) not in self._names:
            detail = "this server does not answer under that host name; add it to api.allowed_hosts"
            await problem(421, "foreign-host", detail)(scope, receive, send_shielded)
        elif not _is_own(scope, headers):
            detail = "pages of other sites may not use this API; there is no CORS"
            await problem(403, "cross-origin", detail)(scope, receive, send_shielded)
        else:
            try:
                await self._app(scope, receive, send_shielded)
            except Exception:
                if (
                    not is_reported
                ):  # the problem document of an error is sent, and the error logged, before it comes here
                    raise


def _single_headers(scope: Scope) -> Mapping[str, str]:
    """The headers that decide here. One that comes twice is as good as a wrong one: it is empty."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in (b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode"):
            key = name.decode()
            found[key] = "" if key in found else value.decode("latin-1").lower()
    return found


def _name(host: str) -> str:
    """A Host header without its port."""
    bracket = host.rfind("]")
    colon = host.rfind(":")
    return host[:colon] if colon > bracket else host


def _is_own(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether no other site's page made the request; programs send no such headers. Links may open pages."""
    if "origin" in headers and not _is_own_origin(scope["scheme"], headers["host"], headers["origin"]):
        return False
    site = headers.get("sec-fetch-site", "none")
    is_opened = scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return site in ("same-origin", "none") or is_opened


def _is_own_origin(scheme: str, host: str, origin: str) -> bool:
    """Whether ``origin`` is this server. A proxy that ends TLS and does not say so makes https look like http here."""
    try:
        own, given = urlsplit(f"//{host}"), urlsplit(origin)
        is_same = (given.hostname, given.port) == (own.hostname, own.port)
    except ValueError:
        return False
    return is_same and given.netloc != "" and given.scheme in ("https", scheme)
