"""Connections to addresses that users choose: to public addresses only, and never for longer than a deadline.

A name is resolved once, what it resolves to is checked, and the connection goes to the address that was checked: a name
that resolves to another one a moment later changes nothing. TLS verifies the host name all the same.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TypeAlias

import httpcore

from adops_pipeline.domain.addresses import refusal
from adops_pipeline.notifications.hosts import TargetError

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
_CHUNK_BYTES = 65_536


class BlockedAddressError(TargetError):
    """A host resolves to an address that messages are not sent to. The message does not contain the address."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(host: str, port: int, resolve: Resolve, *, allow_loopback: bool) -> Sequence[str]:
    """The addresses of a host. Raises BlockedAddressError if messages may not be sent to one of them."""
    addresses = resolve(host, port)
    for address in addresses:
        reason = refusal(address, allow_loopback=allow_loopback)
        if reason is not None:
            raise BlockedAddressError(f"the webhook's host resolves to {reason}, which is not allowed")
    return addresses


class GuardedBackend(httpcore.NetworkBackend):
    """Opens the connection of one exchange, which ends ``seconds`` after this was made."""

    def __init__(self, resolve: Resolve, seconds: float, *, allow_loopback: bool) -> None:
        self._resolve = resolve
        self._deadline = monotonic() + seconds
        self._allow_loopback = allow_loopback
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that accepts one."""
        del timeout
        try:
            addresses = checked_addresses(host, port, self._resolve, allow_loopback=self._allow_loopback)
        except OSError as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            left = remaining(self._deadline, httpcore.ConnectTimeout)
            try:
                stream = self._network.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("the name has no address")


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every operation ends at one deadline: a server cannot prolong an exchange by single bytes."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, remaining(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        for start in range(0, len(buffer), _CHUNK_BYTES):
            left = remaining(self._deadline, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _CHUNK_BYTES], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        left = remaining(self._deadline, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def remaining(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    """Seconds until the deadline. Raises ``late`` after it."""
    left = deadline - monotonic()
    if left <= 0:
        raise late("the exchange took too long")
    return left
