"""What OData wants of every answer at its address: the version once, errors in its format, the ways to sign in."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.identity import is_within_odata
from adops_pipeline.api.problems import MEDIA_TYPE

_VERSION = (b"odata-version", b"4.0")
_BASIC = (b"www-authenticate", b'Basic realm="adops", charset="UTF-8"')
_ERROR_TYPE = (b"content-type", b"application/json;odata.metadata=minimal")


class ODataAnswers:
    """Around everything else, so that errors of any layer come in OData's format."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not is_within_odata(scope["path"]):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Translation(send))


class _Translation:
    """Passes an answer on; holds a problem document back until it is complete, and sends it as OData's error."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one part of the answer."""
        if message["type"] == "http.response.start":
            headers = [*message["headers"], _VERSION]
            if message["status"] == 401:
                headers.append(_BASIC)
            message["headers"] = headers
            if (b"content-type", MEDIA_TYPE.encode()) in headers:
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            body = _error(json.loads(self._body))
            kept = [one for one in self._start["headers"] if one[0] not in (b"content-type", b"content-length")]
            self._start["headers"] = [*kept, _ERROR_TYPE, (b"content-length", str(len(body)).encode())]
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body})


def _error(problem: dict[str, Any]) -> bytes:
    """The error format of OData's JSON."""
    details = [
        {"code": problem["code"], "target": one["field"], "message": one["message"]}
        for one in problem.get("errors", ())
    ]
    error = {"code": problem["code"], "message": problem["detail"]} | ({"details": details} if details else {})
    return json.dumps({"error": error}, ensure_ascii=False).encode()
