"""The API on a socket of this process, for requests that only a real HTTP server sees."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.patience import patience_seconds, wait_until


@contextmanager
def api_over(services: Services) -> Iterator[str]:
    """The API on a socket of this process; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(services), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_until(lambda: server.started, "the server's start")
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(patience_seconds())
            services.store.close()


def exchange(address: str, sent: bytes, *, is_cut_off: bool = False) -> bytes:
    """Send bytes on a connection of their own; what the server answers. ``is_cut_off`` ends them at once."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=patience_seconds()) as connection:
        connection.sendall(sent)
        if is_cut_off:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
