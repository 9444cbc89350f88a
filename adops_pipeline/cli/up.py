"""`adops up`: everything that runs all day in one terminal, kept running, ended by one Ctrl-C.

Here: which parts there are, and what the person at the terminal reads. How they are kept: `supervisor`.
"""

import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from rich.console import Console

from adops_pipeline.cli.console import FAILED, err, fail, out
from adops_pipeline.cli.ports import bound_socket, require_free_port
from adops_pipeline.clock import system_clock
from adops_pipeline.supervision.lock import AlreadyUpError, only_up
from adops_pipeline.supervision.part_process import PartProcess, started
from adops_pipeline.supervision.supervisor import Kind, News, Part, StartFailedError, Supervisor

if TYPE_CHECKING:
    import dagster as dg


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="up")(up)


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's web UI on 127.0.0.1.")] = 3000,
) -> None:
    """Start Dagster's web UI and daemon and keep them running; schedules then run by themselves. Ctrl-C ends all of it.

    Example: adops up --port 3001
    """
    from adops_pipeline.cli.dagster_home import ensure_dagster_home
    from adops_pipeline.settings import load_settings

    data_dir = load_settings().data_dir
    try:
        with only_up(data_dir / "dagster" / "up.lock") as lock:
            require_free_port(port)
            ensure_dagster_home(data_dir)
            _run(_Ground(port, data_dir, lock))
    except AlreadyUpError as error:
        holder = "a process that is just starting" if error.pid is None else f"process {error.pid}"
        fail(f"adops up already runs on {data_dir} ({holder}); Ctrl-C in its terminal ends it")


@dataclass(frozen=True)
class _Ground:
    """What all parts stand on: the port of the web UI, the data folder, the lock that their keepers inherit."""

    port: int
    data_dir: Path
    lock: int

    @property
    def logs(self) -> Path:
        """Where each part has its log."""
        return self.data_dir / "logs"

    @property
    def workspace(self) -> Path:
        """The file that tells web UI and daemon where the code server is."""
        return self.data_dir / "dagster" / "workspace.yaml"

    def launch(self, name: str, *arguments: str) -> PartProcess:
        """Start ``python -m <arguments>`` as a part."""
        from adops_pipeline.settings import PROJECT_ROOT

        return started(
            [sys.executable, "-m", *arguments],
            log=self.logs / f"{name}.log",
            lock=self.lock,
            environment=os.environ,
            directory=PROJECT_ROOT,
            now=system_clock(),
        )


def _run(ground: _Ground) -> None:
    """Start all, keep all, end all."""
    import dagster as dg

    from adops_pipeline.cli.server_runs import fail_runs_of_code_server

    ground.logs.mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.get() as instance, ExitStack() as ending:
        code_port = _new_code_server(ground.workspace, instance)
        parts = _parts(ground, code_port, instance)
        supervisor = Supervisor(parts, clock=time.monotonic, sleep=time.sleep, report=_tell)
        ending.callback(fail_runs_of_code_server, instance, code_port)
        ending.callback(supervisor.stop)
        ending.callback(_ignore_signals)
        _interrupt_on_signals()
        try:
            supervisor.start()
            _say(out, *(part.address for part in parts if part.address))
            _say(out, f"Schedules are on, logs in {ground.logs}. Ctrl-C ends everything.", style="dim")
            supervisor.watch()
        except StartFailedError as failure:
            _tell(failure.news)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            _say(out, "stopping ...", style="dim")


def _parts(ground: _Ground, code_port: int, instance: "dg.DagsterInstance") -> list[Part]:
    """In the order of their start. One code server for web UI and daemon: definitions are loaded once."""
    from adops_pipeline.cli import part_health as health
    from adops_pipeline.cli.server_runs import fail_runs_of_code_server

    client = health.web_client()
    web = f"http://127.0.0.1:{ground.port}"
    code = ("dagster", "api", "grpc", "-m", "adops_pipeline.definitions", "-h", "127.0.0.1", "-p", str(code_port))
    workspace = ("-w", str(ground.workspace))
    webserver = ("dagster_webserver", "-h", "127.0.0.1", "-p", str(ground.port), *workspace)

    def start_code_server() -> PartProcess:
        fail_runs_of_code_server(instance, code_port)
        return ground.launch("code-server", *code)

    def start_daemon() -> PartProcess:
        instance.wipe_daemon_heartbeats()  # so that those which come are of this daemon
        return ground.launch("daemon", "dagster._daemon", "run", *workspace)

    return [
        Part(
            name="code-server",
            start=start_code_server,
            is_ready=lambda: health.code_server_serves(code_port),
            is_alive=lambda: health.code_server_serves(code_port),
        ),
        Part(
            name="webserver",
            start=lambda: ground.launch("webserver", *webserver),
            is_ready=lambda: health.web_has_loaded(client, web),
            is_alive=lambda: health.web_answers(client, web),
            address=f"Dagster  {web}",
        ),
        Part(
            name="daemon",
            start=start_daemon,
            is_ready=lambda: health.daemon_beats(instance, system_clock()),
            is_alive=lambda: health.daemon_beats(instance, system_clock()),
        ),
    ]


def _new_code_server(workspace: Path, instance: "dg.DagsterInstance") -> int:
    """Choose its port and write the workspace file; runs of the one before, which was perhaps killed, are over."""
    from adops_pipeline.cli.server_runs import fail_runs_of_code_server

    if workspace.exists():
        former = yaml.safe_load(workspace.read_text(encoding="utf-8"))
        fail_runs_of_code_server(instance, former["load_from"][0]["grpc_server"]["port"])
    with bound_socket(0) as probe:
        port: int = probe.getsockname()[1]
    server = {"host": "127.0.0.1", "port": port, "location_name": "adops_pipeline"}
    partial = workspace.with_suffix(".partial")
    partial.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    partial.replace(workspace)
    return port


def _tell(news: News) -> None:
    """One line on what happened to a part; where it failed, with the end of its log and the time of the next try."""
    if news.kind is Kind.READY:
        _say(out, f"{news.part} is ready ({news.seconds:.1f} s)")
        return
    what = {
        Kind.ENDED: f"ended with exit code {news.exit_code}{_signal_name(news.exit_code)} after {news.seconds:.0f} s",
        Kind.SLOW: f"was not ready after {news.seconds:.0f} s",
        Kind.HUNG: "did not answer any more and was stopped",
    }[news.kind]
    again = ""
    if news.retry_seconds is not None:
        at = datetime.now().astimezone() + timedelta(seconds=news.retry_seconds)
        again = f"; next try in {news.retry_seconds:.0f} s, at {at:%H:%M:%S}"
    _say(err, f"{news.part} {what}{again}", style="red")
    _say(err, *(f"    {line}" for line in news.tail), style="dim")


def _signal_name(exit_code: int | None) -> str:
    if exit_code is None or exit_code <= 128:
        return ""
    with suppress(ValueError):
        return f" ({signal.Signals(exit_code - 128).name})"
    return ""


def _say(console: Console, *lines: str, style: str | None = None) -> None:
    """Print; a terminal that was closed is no reason to leave the work of ending everything."""
    for line in lines:
        with suppress(OSError):
            console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt_on_signals() -> None:
    """A service manager's SIGTERM and a closed terminal end everything as Ctrl-C does, unless `nohup` ignores it."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _ignore_signals() -> None:
    """The end is under way and takes seconds: a second Ctrl-C must not tear it."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
