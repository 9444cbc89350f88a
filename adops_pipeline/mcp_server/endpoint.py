"""The server at `/mcp` of the API's application, which has already found out who asks and which host was meant.

The SDK is imported at the first request, so that a server starts as quickly without clients of the protocol. Requests
are independent of each other: no session is kept.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from adops_pipeline.domain.access import Actor
from adops_pipeline.services.tools.callers import caller_of
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.wiring import Services

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"


def add_endpoint(app: Starlette, services: Services) -> None:
    """Add the protocol's endpoint to an application that authenticates its requests."""
    endpoint = _Endpoint(services)
    outer = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: Starlette) -> AsyncIterator[Any]:
        async with outer(running) as state:
            try:
                yield state
            finally:
                await endpoint.close()

    app.router.lifespan_context = lifespan
    app.router.routes.append(Route(PATH, endpoint, methods=["POST"], include_in_schema=False))


class _Endpoint:
    """Answers requests; the protocol's server runs in a task of its own from the first one on."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._starting = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._task: asyncio.Task[None] | None = None
        self._end = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:  # the SDK would log an error for each client that goes
            return
        async with self._starting:
            if self._manager is None:
                self._manager = await self._start()
        await self._manager.handle_request(scope, _after(body, receive), send)

    async def close(self) -> None:
        """End the protocol's server."""
        self._end.set()
        if self._task is not None:
            await self._task

    async def _start(self) -> "StreamableHTTPSessionManager":
        manager = await asyncio.to_thread(self._made)
        is_running = asyncio.get_running_loop().create_future()

        async def run() -> None:
            async with manager.run():
                is_running.set_result(None)
                await self._end.wait()

        self._task = asyncio.create_task(run())
        await is_running
        return manager

    def _made(self) -> "StreamableHTTPSessionManager":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from adops_pipeline.mcp_server.protocol import protocol_server

        server = protocol_server(self._services.tools, self._caller)
        # Host and Origin were checked for all of the application: the SDK need not do so again.
        return StreamableHTTPSessionManager(server, json_response=True, stateless=True)

    def _caller(self, context: "ServerRequestContext[Any, Any]") -> Caller:
        assert context.request is not None
        actor: Actor = context.request.state.actor
        return caller_of(actor, self._services.settings.permission_sets)


def _after(body: bytes, receive: Receive) -> Receive:
    """Gives the body, and then what else comes."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body}

    return receive_again
