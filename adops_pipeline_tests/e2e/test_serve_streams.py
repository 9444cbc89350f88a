"""300 live streams of a real `adops serve` that is stopped once and killed once while events are written."""

import asyncio
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adops_pipeline.operations import events
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.e2e.test_serve_command import NOW
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.streams import LAST, StreamClient, all_connected, follow_all, until

CLIENTS = 300
_PER_COMMIT = 2
_PAUSE_SECONDS = 0.2
"""300 clients in one process read 3,000 events a second then."""


@asynccontextmanager
async def serving_on(data_dir: Path, port: int, ending: signal.Signals) -> AsyncIterator[int]:
    """`adops serve` on a port (0: a free one), ended by the signal; the port."""
    server = subprocess.Popen(  # noqa: ASYNC220 - starting it takes a moment
        [ADOPS, "serve", "--port", str(port)], env=environment(data_dir), stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", await asyncio.to_thread(server.stdout.readline))
        assert found is not None
        yield int(found.group(1))
        server.send_signal(ending)
        await asyncio.to_thread(server.wait, patience_seconds())
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@dataclass
class Writer:
    """Appends events in small commits, as runs do, until it is told to end. ``written``: their numbers."""

    store: Store
    written: list[int] = field(default_factory=list)
    is_ending: bool = False

    async def write(self) -> None:
        while not self.is_ending:
            await asyncio.to_thread(self.commit)
            await asyncio.sleep(_PAUSE_SECONDS)
        await asyncio.to_thread(self.commit, LAST)

    def commit(self, name: str = "activity.new") -> None:
        with self.store.writing() as con:
            data = {"name": "note"}
            self.written += [
                events.append(con, name, at=NOW, data=data) for _ in range(_PER_COMMIT if name != LAST else 1)
            ]

    async def has_written(self, more: int) -> None:
        """Wait until so many more events are written."""
        goal = len(self.written) + more
        await until(lambda: len(self.written) >= goal)


@pytest.mark.slow
async def test_300_clients_through_two_restarts_get_every_event_once_and_in_order(data_dir: Path) -> None:
    with Store(f"sqlite:///{data_dir / 'operations.db'}") as store:
        with store.writing() as con:
            first = events.append(con, "activity.new", at=NOW)
        writer = Writer(store)
        writing = asyncio.create_task(writer.write())
        clients: list[StreamClient] = []
        reading: asyncio.Task[None] | None = None
        port = 0
        for turn, ending in enumerate((signal.SIGINT, signal.SIGKILL, signal.SIGINT)):
            async with serving_on(data_dir, port, ending) as port:
                if reading is None:
                    clients = [StreamClient(port, first) for _ in range(CLIENTS)]
                    reading = asyncio.create_task(follow_all(clients))
                await all_connected(clients, turn + 1)
                await writer.has_written(20)
                if turn == 2:
                    writer.is_ending = True
                    await asyncio.gather(writing, reading)
            await asyncio.sleep(0) if turn == 2 else await writer.has_written(20)
    assert all(client.seen == writer.written for client in clients)
