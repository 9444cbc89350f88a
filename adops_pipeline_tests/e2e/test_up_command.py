"""`adops up`: the web UI answers, the daemon lives, and one Ctrl-C leaves nothing behind."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

from adops_pipeline_tests.e2e.command import ADOPS, environment

ASSETS = "{ assetNodes { assetKey { path } } }"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _sessions_of(children: set[int]) -> set[int]:
    """Living processes that belong to one of these sessions."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) in children:
                    found.add(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def _children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def test_everything_starts_answers_and_ends_with_one_interrupt(tmp_path: Path) -> None:
    port = _free_port()
    process = subprocess.Popen(
        [ADOPS, "up", "--port", str(port)], env=environment(tmp_path), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(4)]
        assert [line.partition(" is ready")[0] for line in lines[:3]] == ["code-server", "webserver", "daemon"]
        assert f"http://127.0.0.1:{port}" in lines[3]
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": ASSETS}, timeout=60).json()
        keys = {node["assetKey"]["path"][-1] for node in answer["data"]["assetNodes"]}
        assert {"analytics_metrics", "adops_snapshot", "raw_pinterest_daily"} <= keys
        parts = _children(process.pid)
        assert len(parts) == 3
    finally:
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=15)
        process.stdout.close()
    assert time.monotonic() - started < 10
    assert process.returncode == 0
    assert _sessions_of(parts) == set()


def test_a_port_in_use_ends_it_with_the_part_that_failed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [ADOPS, "up", "--port", str(taken.getsockname()[1])],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "is in use" in done.stderr
