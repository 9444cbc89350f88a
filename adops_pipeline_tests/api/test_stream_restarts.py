"""Live streams through restarts of the server: every client gets every event once and in order."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest

from adops_pipeline.api.app import create_app
from adops_pipeline.api.broadcast import Broadcast
from adops_pipeline.api.routes import events as routes
from adops_pipeline.operations import events
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.test_events import append
from adops_pipeline_tests.serving import serving
from adops_pipeline_tests.streams import LAST, StreamClient, all_connected, follow_all, until

CLIENTS, EVENTS = 20, 10


@asynccontextmanager
async def restarted(services: Services, port: int) -> AsyncIterator[Broadcast]:
    """A server in this event loop, which ends with the block."""
    app = create_app(services)
    async with serving(app, port):
        yield app.state.broadcast


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _accepts(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_clients_that_resume_through_two_restarts_get_every_event_once_and_in_order(
    services: Services, port: int
) -> None:
    (first,) = append(services, "activity.new")
    clients = [StreamClient(port, first, f"alert.*,{LAST}" if n % 4 == 0 else "*") for n in range(CLIENTS)]
    names = ["activity.new", "alert.firing"] * EVENTS
    written: list[int] = []
    reading = asyncio.create_task(follow_all(clients))
    for turn in range(3):
        async with restarted(services, port):
            await all_connected(clients, turn + 1)
            written += append(services, *names)
            if turn == 2:
                written += append(services, LAST)
                await reading
        if turn == 0:
            written += append(services, *names)  # while no server listens
    for n, client in enumerate(clients):
        assert client.seen == ([*written[1:-1:2], written[-1]] if n % 4 == 0 else written)


async def test_a_client_that_does_not_read_is_dropped_and_can_resume(
    services: Services, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_SEND_TIMEOUT_SECONDS", 0.2)
    (first,) = append(services, "activity.new")
    with services.store.writing() as con:
        data = {"name": "x" * 100_000}
        written = [events.append(con, "activity.new", at=services.clock(), data=data) for _ in range(100)]
    async with restarted(services, port) as broadcast:
        await until(lambda: _accepts(port))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /api/sse/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {first}\r\n\r\n".encode())
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await until(lambda: broadcast.streams == 1)
        await until(lambda: broadcast.streams == 0)
        writer.close()
        (last,) = append(services, LAST)
        client = StreamClient(port, first)
        await follow_all([client])
    assert client.seen == [*written, last]
