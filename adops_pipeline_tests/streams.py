"""Clients of live streams that act as browsers do: when a connection ends, they resume after the last id they saw."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from adops_pipeline_tests.patience import patience_seconds

LAST = "snapshot.published"
"""Type of the event after which clients end."""
_PAUSE_SECONDS = 0.1
_LONGEST_LINE_BYTES = 2**20


@dataclass
class StreamClient:
    """One client. ``seen``: numbers of the events in order of arrival; ``connections``: how often it was connected."""

    port: int
    last_seen: int
    types: str = "*"
    seen: list[int] = field(default_factory=list)
    connections: int = 0
    has_ended: bool = False

    async def follow(self) -> None:
        """Read, over as many connections as it takes, until the last event has come."""
        while not self.has_ended:
            with suppress(OSError):
                await self._read()
            if not self.has_ended:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _read(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=_LONGEST_LINE_BYTES)
        try:
            request = (
                f"GET /api/sse/stream?types={self.types} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                f"Accept: text/event-stream\r\nLast-Event-ID: {self.last_seen}\r\n\r\n"
            )
            writer.write(request.encode())
            await writer.drain()
            if (await reader.readline()).split()[1:2] != [b"200"]:
                return
            self.connections += 1
            await self._read_events(reader)
        finally:
            writer.close()

    async def _read_events(self, reader: asyncio.StreamReader) -> None:
        number: int | None = None
        name = ""
        while not self.has_ended and (line := await reader.readline()):
            if line.startswith(b"id:"):
                number = int(line[3:])
            elif line.startswith(b"event:"):
                name = line[6:].decode().strip()
            elif line == b"\r\n" and number is not None:  # an event counts once it is complete
                self.seen.append(number)
                self.last_seen, number, self.has_ended = number, None, name == LAST


async def follow_all(clients: Sequence[StreamClient]) -> None:
    """Let all clients read until each has the last event."""
    async with asyncio.timeout(patience_seconds()):
        await asyncio.gather(*(client.follow() for client in clients))


async def all_connected(clients: Sequence[StreamClient], times: int) -> None:
    """Wait until each client was connected so many times."""
    await until(lambda: all(client.connections >= times for client in clients))


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(patience_seconds()):
        while not condition():  # noqa: ASYNC110 - what is awaited happens in other processes and libraries
            await asyncio.sleep(0.02)
