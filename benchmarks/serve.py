"""`adops serve`: start until it is ready, memory while idle, and what 300 live streams cost.

Run: python -m benchmarks.serve [--clients 300] [--events 200]

Processor time is the server's own, from /proc; clients run in this process. Exit code 1 when a limit is missed: 250 MB
while idle. The start is to take less than 2 s on an idle machine: compare its processor seconds where others compete.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from adops_pipeline.operations import events
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.streams import LAST, StreamClient, all_connected, follow_all
from benchmarks.idle import end_cleanly_on_signals

LIMIT_MB = 250.0
_EVENTS_PER_SECOND = 10


@dataclass(frozen=True)
class Cost:
    """A process at one moment."""

    cpu_seconds: float
    rss_mb: float


def cost(pid: int) -> Cost:
    """Processor time so far and memory now."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    kilobytes = next(int(words[1]) for words in lines if words[0] == "VmRSS:")
    return Cost(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), kilobytes / 1024)


def started(folder: Path) -> tuple[subprocess.Popen[str], int, float]:
    """A server that is ready, its port, and the seconds until then."""
    begin = time.monotonic()
    command = [ADOPS, "serve", "--port", "0"]
    server = subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())
    assert found is not None
    port = int(found.group(1))
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).status_code == 200:
                return server, port, time.monotonic() - begin
        except httpx.TransportError:
            time.sleep(0.01)


async def stream(port: int, store: Store, clients: int, number: int) -> float:
    """Let clients follow so many events, which come one by one; the seconds that took once all were connected."""
    with store.writing() as con:
        first = events.append(con, "activity.new", at=datetime.now(UTC))
    followers = [StreamClient(port, first) for _ in range(clients)]
    reading = asyncio.create_task(follow_all(followers))
    await all_connected(followers, 1)
    begin = time.monotonic()
    written = []
    for n in range(number):
        with store.writing() as con:
            name = LAST if n == number - 1 else "activity.new"
            written.append(events.append(con, name, at=datetime.now(UTC), data={"title": "Note", "summary": "x" * 100}))
        await asyncio.sleep(1 / _EVENTS_PER_SECOND)
    await reading
    assert all(follower.seen == written for follower in followers)
    return time.monotonic() - begin


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--events", type=int, default=200)
    given = parser.parse_args()
    end_cleanly_on_signals()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        services = pipeline.services_of(folder, datetime.now(UTC).date(), 30)
        pipeline.run(services)
        services.store.close()
        server, port, seconds = started(folder)
        try:
            ready = cost(server.pid)
            httpx.get(f"http://127.0.0.1:{port}/api/analytics/pacing", timeout=60).raise_for_status()
            time.sleep(2)
            idle = cost(server.pid)
            with Store(f"sqlite:///{folder / 'operations.db'}") as store:
                taken = asyncio.run(stream(port, store, given.clients, given.events))
            busy = cost(server.pid)
        finally:
            server.kill()
            server.wait()
    print(f"start to ready      {seconds:6.2f} s, {ready.cpu_seconds:.2f} cpu s")
    print(f"idle                {idle.rss_mb:6.0f} MB after a first answer")
    spent = busy.cpu_seconds - idle.cpu_seconds
    each = 1e6 * spent / given.events / given.clients
    print(f"{given.clients} streams         {busy.rss_mb:6.0f} MB, {spent:.2f} cpu s")
    print(f"                    {given.events} events in {taken:.0f} s")
    print(f"per event, stream   {each:6.0f} µs of processor time, connecting included")
    sys.exit(idle.rss_mb > LIMIT_MB)


if __name__ == "__main__":
    main()
