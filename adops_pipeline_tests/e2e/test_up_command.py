"""`adops up`: parts come up, come back and go – also when the terminal closes or nobody is left to say goodbye."""

import os
import pty
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from adops_pipeline_tests.e2e.command import ADOPS, adops, environment

ASSETS = "{ assetNodes { assetKey { path } } }"
HEALTH = "{ instance { daemonHealth { allDaemonStatuses { required healthy lastHeartbeatTime } } } }"
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
LAUNCH = (
    "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { ... on LaunchRunSuccess { run { runId } } } }"
)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


@dataclass
class Up:
    """A running `adops up` on a data folder, what it printed, and everything that runs because of it."""

    data_dir: Path
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self, terminal: int | None = None) -> "Up":
        """Start it, on a terminal of its own where one is given."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["setsid", "--ctty", ADOPS, "up", "--port", str(self.port)]
                if terminal is not None
                else [ADOPS, "up", "--port", str(self.port)],
                env=environment(self.data_dir),
                stdin=terminal,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    @property
    def output(self) -> Path:
        return self.data_dir / "terminal.txt"

    def says(self, text: str) -> bool:
        return text in self.output.read_text()

    def processes(self) -> dict[int, str]:
        """Living processes with this data folder in their environment, and their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and f"ADOPS_DATA_DIR={self.data_dir}\0".encode() in (
                    (entry / "environ").read_bytes()
                ):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def part(self, command: str) -> int:
        """The process of a part itself, behind its keeper."""
        return next(pid for pid, line in self.processes().items() if command in line and "keeper.py" not in line)

    def ask(self, query: str, **variables: object) -> Any:
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql", json={"query": query, "variables": variables}, timeout=30
        )
        return answer.json()["data"]

    def answers(self) -> bool:
        try:
            return bool(self.ask(ASSETS)["assetNodes"])
        except httpx.TransportError:
            return False

    def last_beats(self) -> list[float]:
        """When each required daemon last said that it lives; 0 where it has not since its start."""
        statuses = self.ask(HEALTH)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return [status["lastHeartbeatTime"] or 0.0 for status in statuses if status["required"]]

    def launch(self, job: str) -> str:
        location = {"repositoryLocationName": "adops_pipeline", "repositoryName": "__repository__", "jobName": job}
        tags = [
            {"key": "dagster/asset_partition_range_start", "value": "2026-11-01"},
            {"key": "dagster/asset_partition_range_end", "value": "2026-11-23"},
        ]
        execution = {"selector": location, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
        return str(self.ask(LAUNCH, p=execution)["launchRun"]["run"]["runId"])

    def run_status(self, run_id: str) -> str:
        return str(self.ask(RUN, id=run_id)["runOrError"]["status"])

    def end(self) -> None:
        """Whatever a failed test left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        wait_until(lambda: self.processes() == {}, 20)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One for the tests of this module, in their order; the last of them ends it."""
    running = Up(tmp_path_factory.mktemp("up")).start()
    try:
        wait_until(lambda: running.says("Ctrl-C ends everything") or running.process.poll() is not None, 120)
        assert running.process.poll() is None, running.output.read_text()
        yield running
    finally:
        running.end()


def test_the_addresses_are_printed_when_every_part_is_well(up: Up) -> None:
    lines = up.output.read_text().splitlines()
    assert [line.partition(" is ready")[0] for line in lines[:3]] == ["code-server", "webserver", "daemon"]
    assert lines[3] == f"Dagster  http://127.0.0.1:{up.port}"
    keys = {node["assetKey"]["path"][-1] for node in up.ask(ASSETS)["assetNodes"]}
    assert {"analytics_metrics", "adops_snapshot", "raw_pinterest_daily"} <= keys
    assert all(beat > 0 for beat in up.last_beats())


def test_a_second_start_on_the_same_data_is_refused_with_the_first_ones_process(up: Up) -> None:
    second = adops(up.data_dir, "up", "--port", "3999")
    assert second.returncode == 1
    assert f"process {up.process.pid}" in second.stderr
    assert up.answers()


def test_web_ui_and_daemon_come_back_when_they_are_killed(up: Up) -> None:
    killed_at = time.time()
    webserver, daemon = up.part("dagster_webserver"), up.part("dagster._daemon")
    os.kill(webserver, signal.SIGKILL)
    os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: up.output.read_text().count(" is ready") == 5, 60)
    assert up.part("dagster_webserver") != webserver
    assert up.answers()
    assert min(up.last_beats()) > killed_at
    for part in ("webserver", "daemon"):
        assert up.says(f"{part} ended with exit code 137 (SIGKILL)")
    assert up.output.read_text().count("; next try in 1 s, at ") == 2


def test_one_interrupt_ends_everything_in_ten_seconds_and_records_the_run_in_progress(up: Up) -> None:
    run_id = up.launch("sync_platforms")
    wait_until(lambda: up.run_status(run_id) == "STARTED", 60)
    begin = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=15) == 0
    assert time.monotonic() - begin < 10
    assert up.processes() == {}
    assert list(up.data_dir.rglob("*.partial")) == []
    with dg.DagsterInstance.from_config(str(up.data_dir / "dagster" / "home")) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE


def test_parts_go_with_a_killed_up_and_the_next_one_goes_with_its_terminal(tmp_path: Path) -> None:
    up = Up(tmp_path).start()
    try:
        wait_until(lambda: up.says("code-server is ready"), 60)
        up.process.kill()
        up.process.wait()
        terminal, other_end = pty.openpty()
        up.start(terminal=other_end)  # at once: it waits for the rest of the first one to end
        os.close(other_end)
        wait_until(lambda: up.says("code-server is ready"), 60)
        assert len([line for line in up.processes().values() if "api grpc" in line]) == 2  # itself and its keeper
        os.close(terminal)
        assert up.process.wait(timeout=10) == 0
        assert up.processes() == {}
    finally:
        up.end()


def test_a_port_in_use_ends_it_with_the_part_that_failed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = adops(tmp_path, "up", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is in use" in done.stderr


def test_definitions_that_do_not_load_end_it_with_the_end_of_their_log(tmp_path: Path) -> None:
    (tmp_path / "dagster").mkdir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import sys\nif 'grpc' in sys.orig_argv: raise SystemExit('no such planet')\n"
    )
    done = adops(tmp_path, "up", "--port", "3998", PYTHONPATH=str(broken))
    assert done.returncode == 1
    assert "code-server ended with exit code 1" in done.stderr
    assert "no such planet" in done.stderr
