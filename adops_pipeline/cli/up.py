"""`adops up`: everything that runs all day (code server, web UI, daemon) in one terminal, ended by one Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import httpx
import typer
import yaml
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, err, fail, out
from adops_pipeline.cli.ports import bound_socket, require_free_port
from adops_pipeline.settings import PROJECT_ROOT, load_settings

_PATIENCE_SECONDS = 90.0
_GRACE_SECONDS = 8.0
_LOCATIONS = (
    "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus"
    " locationOrLoadError { ... on PythonError { message } } } } } }"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="up")(up)


@dataclass(frozen=True)
class Part:
    """A process of the whole."""

    name: str
    command: Sequence[str]
    is_healthy: Callable[[], bool]


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's web UI on 127.0.0.1.")] = 3000,
) -> None:
    """Start Dagster's web UI and daemon; schedules then run by themselves. Ctrl-C ends all of it.

    Example: adops up --port 3001
    """
    from adops_pipeline.cli.dagster_home import ensure_dagster_home

    settings = load_settings()
    require_free_port(port)
    home = ensure_dagster_home(settings.data_dir)
    logs = settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    running: list[tuple[Part, subprocess.Popen[bytes]]] = []
    _interrupt_on_termination()
    try:
        for part in _parts(port, settings.data_dir / "dagster"):
            running.append((part, _started(part, home, logs)))
            _wait_until_healthy(*running[-1])
        address = f"http://127.0.0.1:{port}"
        out.print(f"Dagster  {address}   (schedules are on; logs in {logs})", highlight=False, soft_wrap=True)
        out.print("Ctrl-C ends everything.", style="dim")
        _watch(running)
    except KeyboardInterrupt:
        out.print("stopping ...", style="dim")
    finally:
        _stop(running)


def _parts(port: int, dagster_dir: Path) -> list[Part]:
    """One code server for web UI and daemon: definitions are loaded once, and no part has servers of its own."""
    with bound_socket(0) as probe:
        code_port = probe.getsockname()[1]
    module = ["-m", "adops_pipeline.definitions", "-h", "127.0.0.1", "-p", str(code_port)]
    workspace = ["-w", str(_workspace(dagster_dir, code_port))]
    address = f"http://127.0.0.1:{port}/graphql"
    webserver = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), *workspace]
    return [
        Part("code-server", [sys.executable, "-m", "dagster", "api", "grpc", *module], lambda: _listens(code_port)),
        Part("webserver", webserver, lambda: _has_loaded(address)),
        Part("daemon", [sys.executable, "-m", "dagster._daemon", "run", *workspace], lambda: True),
    ]


def _workspace(dagster_dir: Path, code_port: int) -> Path:
    """A workspace file that names the code server of this `up`."""
    server = {"host": "127.0.0.1", "port": code_port, "location_name": "adops_pipeline"}
    path = dagster_dir / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    return path


def _started(part: Part, home: Path, logs: Path) -> subprocess.Popen[bytes]:
    """Start a part in a session of its own, so that Ctrl-C reaches it from us alone; its output goes to its log."""
    with (logs / f"{part.name}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own commands
            part.command,
            cwd=PROJECT_ROOT,
            env={**os.environ, "DAGSTER_HOME": str(home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _has_loaded(address: str) -> bool:
    """Whether the web UI answers and has our definitions; a location that cannot load ends the wait with its reason."""
    try:
        answer = httpx.post(address, json={"query": _LOCATIONS}, timeout=5).json()
    except (httpx.TransportError, ValueError):
        return False
    entries = answer["data"]["workspaceOrError"].get("locationEntries", [])
    for entry in entries:
        if "message" in (entry["locationOrLoadError"] or {}):
            fail(f"the definitions do not load: {escape(entry['locationOrLoadError']['message'].strip())}")
    return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)


def _wait_until_healthy(part: Part, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is not None or not part.is_healthy():
        if process.poll() is not None or time.monotonic() > deadline:
            fail(f"{part.name} did not start; see {part.name}.log in the data folder's logs")
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
