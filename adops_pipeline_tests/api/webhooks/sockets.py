"""The API on a socket of this process, for requests that only a real HTTP server sees."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.serving import serving_beside


@contextmanager
def api_over(services: Services) -> Iterator[str]:
    """The API on a socket of this process; its address."""
    with closing(services.store), serving_beside(create_app(services)) as address:
        yield address


def exchange(address: str, sent: bytes, *, is_cut_off: bool = False) -> bytes:
    """Send bytes on a connection of their own; what the server answers. ``is_cut_off`` ends them at once."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=patience_seconds()) as connection:
        connection.sendall(sent)
        if is_cut_off:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))
