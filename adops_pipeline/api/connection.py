"""Connections of the server: the head of a request is bounded in size and in the time in which it must have arrived."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD_BYTES = 64 << 10
LONGEST_HEAD_SECONDS = 20.0


class BoundedConnection(HttpToolsProtocol):
    """An HTTP/1.1 connection. uvicorn bounds neither the address and headers of a request nor how slowly they come."""

    _head_bytes = 0
    _is_in_head = True
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it; typeshed has the base class of all transports
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what leaves the head incomplete counts towards its bound."""
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD_BYTES:
                self.send_400_response("The address and headers of the request are too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        if not self._is_in_head:
            self._await_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete. An error ends the connection with status 400."""
        self._stop_waiting()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD_BYTES:
            raise ValueError("the address and headers of the request are too large")
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._is_in_head, self._head_bytes = True, 0
        self._late = self.loop.call_later(LONGEST_HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        self._is_in_head = False
        if self._late is not None:
            self._late.cancel()
            self._late = None
