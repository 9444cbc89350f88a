"""Ports of servers, and the addresses that programs of this machine reach them by."""

import socket

from adops_pipeline.cli.console import fail


def bound_socket(port: int, host: str = "127.0.0.1", option: str = "--port") -> socket.socket:
    """A socket bound to ``host``; port 0 picks a free one."""
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((host, port))
    except OSError as error:
        own.close()
        fail(f"port {port} is in use or not allowed ({error.strerror}); choose another with {option}")
    return own


def require_free_port(port: int, host: str = "127.0.0.1", option: str = "--port") -> None:
    """End the command if another program listens on the port."""
    bound_socket(port, host, option).close()


def server_address(host: str, port: int) -> str:
    """Where a server that listens on ``host`` answers programs of this machine."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
