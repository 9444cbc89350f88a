"""Servers on a free port of this machine: in a thread beside the test, or in the test's own event loop."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from adops_pipeline_tests.patience import patience_seconds, wait_until


@contextmanager
def serving_beside(app: Any, **options: Any) -> Iterator[str]:
    """Serve ``app``, or what a configuration of uvicorn says, in a thread until the block ends; its address."""
    with _listening(0) as listening:
        server = _server(app, options)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started, "the server's start")
            yield _address(listening)
        finally:
            server.should_exit = True
            thread.join(patience_seconds())


@asynccontextmanager
async def serving(app: Any, port: int = 0, **options: Any) -> AsyncIterator[str]:
    """Serve ``app`` in this event loop until the block ends; its address. Port 0 is any that is free."""
    with _listening(port) as listening:
        server = _server(app, options)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield _address(listening)
        finally:
            server.should_exit = True
            await running


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def _server(app: Any, options: dict[str, Any]) -> uvicorn.Server:
    if isinstance(app, uvicorn.Config):
        return uvicorn.Server(app)
    return uvicorn.Server(uvicorn.Config(app, **{"log_config": None, "timeout_graceful_shutdown": 1, **options}))


def _address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
