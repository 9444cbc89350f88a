"""A running `adops up` as tests see it: its processes, its web UI's answers, what it printed."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.patience import patience_seconds, wait_until

ASSETS = "{ assetNodes { assetKey { path } } }"
HEALTH = "{ instance { daemonHealth { allDaemonStatuses { required healthy lastHeartbeatTime } } } }"
RUN_STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
LAUNCH = (
    "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { ... on LaunchRunSuccess { run { runId } } } }"
)
FORKSERVER, WEBSERVER, DAEMON, API, RUN = "forkserver", "webserver", "daemon", "api", "run"
"""Processes by what they do."""


def free_ports() -> tuple[int, int]:
    """Two ports of this machine that nobody uses."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@dataclass
class Up:
    """A running `adops up` on a data folder, what it printed, and everything that runs because of it."""

    data_dir: Path
    port: int = 0
    api_port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self, terminal: int | None = None) -> "Up":
        """Start it, on a terminal of its own where one is given."""
        self.port, self.api_port = free_ports()
        command = [ADOPS, "up", "--port", str(self.port), "--api-port", str(self.api_port)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["setsid", "--ctty", *command] if terminal is not None else command,
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

    def part(self, name: str) -> int:
        """The process of a part, which must run."""
        return self.parts(name)[0]

    def parts(self, name: str) -> list[int]:
        """Processes that do this: the forkserver, which is a program of its own, or what was forked from it."""
        return [pid for pid in self.processes() if _name_of(pid) == name]

    def ask(self, query: str, **variables: object) -> Any:
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql",
            json={"query": query, "variables": variables},
            timeout=patience_seconds(),
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
            {"key": "dagster/asset_partition_range_start", "value": "2025-11-01"},
            {"key": "dagster/asset_partition_range_end", "value": "2025-11-01"},
        ]
        execution = {"selector": location, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
        return str(self.ask(LAUNCH, p=execution)["launchRun"]["run"]["runId"])

    def run_status(self, run_id: str) -> str:
        return str(self.ask(RUN_STATUS, id=run_id)["runOrError"]["status"])

    def end(self) -> None:
        """Whatever a failed test left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        wait_until(lambda: self.processes() == {}, "the end of every process")


@contextmanager
def running(data_dir: Path) -> Iterator[Up]:
    """`adops up` with all its parts, ended by a SIGTERM."""
    up = Up(data_dir).start()
    try:
        wait_until(lambda: up.says("Ctrl-C stops everything") or up.process.poll() is not None)
        assert up.process.poll() is None, up.output.read_text()
        yield up
        up.process.terminate()
        up.process.wait(patience_seconds())
    finally:
        up.end()


def _name_of(pid: int) -> str | None:
    """What a process does; None for one that does nothing of the list above."""
    try:
        comm = Path(f"/proc/{pid}/comm").read_text().strip()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    if comm.startswith("adops:"):
        return comm.removeprefix("adops:")
    is_forkserver = b"parts.forkserver" in command and b"child_guard.py" not in command
    return FORKSERVER if is_forkserver else None
