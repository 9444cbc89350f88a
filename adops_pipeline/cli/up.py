"""`adops up`: everything that runs all day – Dagster's web UI and daemon – in one terminal, ended by one Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Annotated

import httpx
import typer

from adops_pipeline.cli.console import FAILED, err, out
from adops_pipeline.settings import PROJECT_ROOT, load_settings

_PATIENCE_SECONDS = 90.0
_GRACE_SECONDS = 8.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="up")(up)


@dataclass(frozen=True)
class Part:
    """A process of the whole."""

    name: str
    command: Sequence[str]
    is_healthy: Callable[[subprocess.Popen[bytes]], bool]


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's web UI on 127.0.0.1.")] = 3000,
) -> None:
    """Start Dagster's web UI and daemon; schedules then run by themselves. Ctrl-C ends all of it.

    Example: adops up --port 3001
    """
    from adops_pipeline.cli.dagster_home import ensure_dagster_home

    settings = load_settings()
    home = ensure_dagster_home(settings.data_dir)
    logs = settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    running: list[tuple[Part, subprocess.Popen[bytes]]] = []
    _interrupt_on_termination()
    try:
        for part in _parts(port):
            with (logs / f"{part.name}.log").open("ab") as log:
                process = subprocess.Popen(  # noqa: S603 - our own commands
                    part.command, cwd=PROJECT_ROOT, env={**os.environ, "DAGSTER_HOME": str(home)},
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            running.append((part, process))
        for part, process in running:
            _wait_until_healthy(part, process)
        out.print(
            f"Dagster  http://127.0.0.1:{port}   (schedules are on; logs in {logs})", highlight=False, soft_wrap=True
        )
        out.print("Ctrl-C ends everything.", style="dim")
        _watch(running)
    except KeyboardInterrupt:
        out.print("stopping ...", style="dim")
    finally:
        _stop(running)


def _parts(port: int) -> list[Part]:
    dagster = [sys.executable, "-m"]
    workspace = ["-w", str(PROJECT_ROOT / "workspace.yaml")]
    address = f"http://127.0.0.1:{port}/server_info"
    return [
        Part(
            "webserver",
            [*dagster, "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), *workspace],
            lambda _: _answers(address),
        ),
        Part("daemon", [*dagster, "dagster._daemon", "run", *workspace], lambda process: process.poll() is None),
    ]


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _wait_until_healthy(part: Part, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not part.is_healthy(process):
        if process.poll() is not None or time.monotonic() > deadline:
            err.print(f"[red]error[/red] {part.name} did not start; see {part.name}.log in the data folder's logs")
            raise typer.Exit(FAILED)
        time.sleep(0.3)


def _watch(running: Sequence[tuple[Part, subprocess.Popen[bytes]]]) -> None:
    """Return only by an interrupt; a part that dies ends the whole with its name."""
    while True:
        for part, process in running:
            if process.poll() is not None:
                err.print(f"[red]error[/red] {part.name} ended with code {process.returncode}; see its log")
                raise typer.Exit(FAILED)
        time.sleep(0.5)


def _stop(running: Sequence[tuple[Part, subprocess.Popen[bytes]]]) -> None:
    """Ask every process group to end; after the grace, end it."""
    for _, process in reversed(running):
        _signal(process, signal.SIGINT)
    deadline = time.monotonic() + _GRACE_SECONDS
    for _, process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()
        _signal(process, signal.SIGKILL)  # children of a part that ended before them


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _interrupt_on_termination() -> None:
    """A service manager's SIGTERM ends everything as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
