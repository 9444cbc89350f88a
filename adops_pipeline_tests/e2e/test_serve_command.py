"""`adops serve`: a real server, whose live streams resume without loss after it was killed and started again."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from adops_pipeline.operations import events
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.e2e.command import ADOPS, environment

NOW = datetime(2025, 11, 16, 12, tzinfo=UTC)


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`adops serve` on a free port, and its address; killed at the end."""
    server = subprocess.Popen(
        [ADOPS, "serve", "--port", "0"], env=environment(data_dir, **settings), stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        yield server, found.group()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def append(data_dir: Path, number: int) -> list[int]:
    """Append events to the store; their numbers."""
    with Store(f"sqlite:///{data_dir / 'operations.db'}") as store, store.writing() as con:
        return [events.append(con, "activity.new", at=NOW, data={"name": "note"}) for _ in range(number)]


def read(address: str, last_seen: int, number: int) -> list[int]:
    """The numbers of the next events of the stream, as a client reads them."""
    seen: list[int] = []
    headers = {"Last-Event-ID": str(last_seen)}
    with httpx.stream("GET", f"{address}/api/sse/stream", headers=headers, timeout=None) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("id:"):
                seen.append(int(line.removeprefix("id:")))
            if len(seen) == number:
                break
    return seen


def test_a_stream_resumes_after_the_server_was_killed(data_dir: Path) -> None:
    before = append(data_dir, 6)
    with serving(data_dir) as (server, address):
        assert read(address, before[0], 3) == before[1:4]
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
    after = append(data_dir, 2)
    with serving(data_dir) as (_, address):
        assert read(address, before[3], 4) == before[4:] + after


def test_ctrl_c_ends_the_server_while_a_stream_is_open(data_dir: Path) -> None:
    append(data_dir, 2)
    with (
        serving(data_dir, ADOPS_API__HEARTBEAT_SECONDS="0.2") as (server, address),
        httpx.stream("GET", f"{address}/api/sse/stream", timeout=None) as stream,
    ):
        assert any(line.startswith(": ping") for line in stream.iter_lines())
        server.send_signal(signal.SIGINT)
        assert server.wait() == 0
