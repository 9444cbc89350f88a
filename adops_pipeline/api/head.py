"""HEAD is what GET answers, without the body (RFC 9110, 9.3.2): link checkers and monitors ask this way."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Around everything else: the routes see a GET, and what they would send after the headers is left out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                # The answer is complete: the server reports a disconnect, and live streams end.
                await send({"type": "http.response.body", "body": b""})

        await self._app({**scope, "method": "GET"}, receive, send_head)
