"""Ports of servers, and the addresses that programs of this machine reach them by."""

import socket

from adops_pipeline.cli.console import fail
from adops_pipeline.supervision.listening import PortError, bound_socket


def own_socket(port: int, host: str = "127.0.0.1", option: str = "--port") -> socket.socket:
    """A socket bound to ``host``; port 0 picks a free one. Ends the command where the port cannot be had."""
    try:
        return bound_socket(port, host)
    except PortError as error:
        fail(f"{error}; choose another with {option}")


def require_free_port(port: int, host: str = "127.0.0.1", option: str = "--port") -> None:
    """End the command if another program listens on the port."""
    own_socket(port, host, option).close()


def server_address(host: str, port: int) -> str:
    """Where a server that listens on ``host`` answers programs of this machine."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
