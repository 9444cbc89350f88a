"""Makes pages of problem documents: a browser that asks for a page gets one, with what happened and what to do.

Without a valid session it is sent to the sign-in, and back after it.
"""

import json
import logging
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.problems import MEDIA_TYPE
from adops_pipeline.dashboard.parts import Failure
from adops_pipeline.dashboard.rendering import is_htmx, render_failure

_log = logging.getLogger(__name__)
_NO_PAGES = ("/api/", "/odata", "/mcp", "/metrics", "/healthz", "/readyz", "/assets/")
_TITLES = {
    400: "This address cannot be read",
    401: "Please sign in",
    403: "This is not allowed",
    404: "There is nothing here",
    422: "This address cannot be read",
    429: "Too many attempts",
    503: "The data cannot be read now",
}
_SNAPSHOT_TITLES = {"no-snapshot": "No data yet", "damaged-snapshot": "The published data are damaged"}


class PageGuard:
    """Around the whole application; requests of programs pass unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _asks_for_page(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        start: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")

        try:
            await self._app(scope, receive, send_page)
        except Exception:  # noqa: BLE001 - whatever failed, the visitor gets a page; the log has the reason
            _log.exception("%s %s failed", request.method, request.url.path)
            failure = Failure(
                "This page could not be made", "The server failed; its log says why. Reload to try again."
            )
            await render_failure(request, failure, 500)(scope, receive, send)
            return
        if start is not None:
            await _page(request, start, json.loads(body))(scope, receive, send)


def _asks_for_page(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    wants_html = b"text/html" in headers.get(b"accept", b"") or headers.get(b"hx-request") == b"true"
    return wants_html and not scope["path"].startswith(_NO_PAGES)


def _is_problem(start: Message) -> bool:
    kind: bytes = dict(start["headers"]).get(b"content-type", b"")
    return kind.startswith(MEDIA_TYPE.encode())


def _page(request: Request, start: Message, problem: dict[str, str]) -> Response:
    status = start["status"]
    if status == 401:
        return _to_sign_in(request)
    title = _SNAPSHOT_TITLES.get(problem["code"]) or _TITLES.get(status, problem["title"])
    response = render_failure(request, Failure(title, problem["detail"], problem["code"]), status)
    for name, value in start["headers"]:
        if name == b"retry-after":
            response.headers["Retry-After"] = value.decode()
    return response


def _to_sign_in(request: Request) -> Response:
    """The sign-in, which comes back to the page; htmx goes there instead of showing it within the page."""
    if not is_htmx(request):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': wanted})}", 303)
    shown = urlsplit(request.headers.get("hx-current-url", "/"))
    wanted = shown.path + (f"?{shown.query}" if shown.query else "")
    return Response(headers={"HX-Redirect": f"/login?{urlencode({'next': wanted})}"})
