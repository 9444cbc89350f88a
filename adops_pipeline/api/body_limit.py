"""Bounds of request bodies: their size, and the time in which they must have arrived."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.api.problems import problem

LARGEST_BYTES = 1 << 20
_LONGEST_SECONDS = 30.0
_TOO_LARGE = f"the body is larger than {LARGEST_BYTES >> 20} MiB"


class BodyLimit:
    """Ends requests whose bodies are too large or arrive too slowly."""

    def __init__(self, app: ASGIApp, longest_seconds: float = _LONGEST_SECONDS) -> None:
        self._app, self._longest_seconds = app, longest_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _stated_bytes(scope) > LARGEST_BYTES:
            await problem(413, "body-too-large", _TOO_LARGE, headers={"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, self._bounded(receive), send)

    def _bounded(self, receive: Receive) -> Receive:
        received, is_complete = 0, False
        deadline = asyncio.get_running_loop().time() + self._longest_seconds

        async def receive_bounded() -> Message:
            nonlocal received, is_complete
            if is_complete:  # what comes now is the disconnect, and it may take as long as the answer
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body did not arrive in time", {"Connection": "close"}) from None
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received > LARGEST_BYTES:
                raise HTTPException(413, _TOO_LARGE, {"Connection": "close"})
            return message

        return receive_bounded


def _stated_bytes(scope: Scope) -> int:
    """The Content-Length; 0 where there is none, or none that is a number, which the server has refused already."""
    found = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(found) if found.isdigit() else 0
