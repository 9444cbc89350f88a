"""Sockets of servers."""

import socket


class PortError(Exception):
    """A port that is in use or not allowed; the message is one line for people."""


def bound_socket(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket bound to ``host``; port 0 picks a free one. Raises PortError."""
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((host, port))
    except OSError as error:
        own.close()
        raise PortError(f"port {port} is in use or not allowed ({error.strerror})") from error
    return own
