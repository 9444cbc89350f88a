"""`adops up`: Dagster's web UI, its daemon, dashboard and API in one terminal, restarted if they fail, until Ctrl-C.

This module defines the parts and what the terminal shows; `supervision` keeps them running. This process lives as long
as they do, so it imports little.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from adops_pipeline.cli.console import FAILED, err, fail, out
from adops_pipeline.cli.ports import require_free_port, server_address
from adops_pipeline.cli.serve import require_token_for
from adops_pipeline.clock import system_clock
from adops_pipeline.dagster_storage.run_files import launcher_folder, runs_folder, socket_path
from adops_pipeline.supervision.forked import ForkedPart, UnforkedPart, answers, fork_part
from adops_pipeline.supervision.forkserver import WITHOUT_THREADS
from adops_pipeline.supervision.life_lock import dead_in
from adops_pipeline.supervision.lock import AlreadyUpError, only_up
from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline.supervision.part_process import PartProcess, started
from adops_pipeline.supervision.supervisor import Kind, News, Part, StartFailedError, Supervisor


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="up")(up)


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's web UI on 127.0.0.1.")] = 3000,
    api_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of dashboard and API. Default: the setting api.port, 8000."),
    ] = None,
) -> None:
    """Start Dagster's web UI and daemon, the dashboard and the REST API; schedules and sensors then run.

    A data folder in which nothing was published yet is synced at once. Ctrl-C stops everything.

    Example: adops up --port 3001 --api-port 8001
    """
    from adops_pipeline.cli.dagster_home import ensure_dagster_home
    from adops_pipeline.settings import load_settings

    settings = load_settings()
    data_dir, api_port = settings.data_dir, api_port or settings.api.port
    require_token_for(settings)
    try:
        with only_up(data_dir / "dagster" / "up.lock") as lock:
            require_free_port(port)
            require_free_port(api_port, settings.api.host, option="--api-port")
            ensure_dagster_home(data_dir)
            _run(_Context(port, api_port, settings.api.host, data_dir, lock))
    except AlreadyUpError as error:
        holder = "a process that is just starting" if error.pid is None else f"process {error.pid}"
        fail(f"adops up is already running on {data_dir} ({holder}); stop it with Ctrl-C in its terminal")


@dataclass(frozen=True)
class _Context:
    """Values that all parts need: ports of web UI and API, the data folder, the lock that their guards inherit."""

    port: int
    api_port: int
    api_host: str
    data_dir: Path
    lock: int

    @property
    def logs(self) -> Path:
        """The folder of the parts' logs."""
        return self.data_dir / "logs"

    @property
    def api_address(self) -> str:
        """Where the API answers this process."""
        return server_address(self.api_host, self.api_port)

    @property
    def launcher(self) -> Path:
        """The folder of the run launcher."""
        return launcher_folder(self.data_dir)

    def log(self, name: str) -> LogTail:
        """The log of a part that is about to start."""
        return LogTail.begin(self.logs / f"{name}.log", system_clock())


def _run(context: _Context) -> None:
    """Start the parts, keep them running, end them."""
    context.logs.mkdir(parents=True, exist_ok=True)
    parts = _parts(context)
    supervisor = Supervisor(parts, clock=time.monotonic, sleep=time.sleep, report=_print_news)
    with ExitStack() as ending:
        ending.callback(_record_dead_runs, context)
        ending.callback(supervisor.stop)
        ending.callback(_ignore_signals)
        _interrupt_on_signals()
        try:
            supervisor.start()
            _say(out, *(part.address for part in parts if part.address))
            _say(out, f"Schedules are on, logs in {context.logs}. Ctrl-C stops everything.", style="dim")
            _sync_at_once(context.data_dir)
            supervisor.watch()
        except StartFailedError as failure:
            _print_news(failure.news)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            _say(out, "stopping ...", style="dim")


def _sync_at_once(data_dir: Path) -> None:
    """Ask for a sync where nothing was published yet. The daemon makes a run of it, which Dagster shows."""
    if (data_dir / "adops.duckdb").exists():
        return
    command = [sys.executable, "-m", "adops_pipeline.cli.first_sync"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - its own module
    if asked.returncode == 0 and asked.stdout.strip():
        _say(out, f"Nothing was published yet: the first sync begins now (execution {asked.stdout.strip()}).")
    elif asked.returncode != 0:
        reason = " ".join(asked.stderr.split()[-60:])
        _say(err, f"The first sync could not be requested: {reason}; the next one is scheduled", style="red")


def _parts(context: _Context) -> list[Part]:
    """The parts in the order of their start: the forkserver has everything imported, the others are forked from it."""
    from adops_pipeline.cli import part_health as health
    from adops_pipeline.settings import PROJECT_ROOT

    client = health.web_client()
    web = f"http://127.0.0.1:{context.port}"
    socket, heartbeat = socket_path(context.launcher), context.launcher / "daemon.heartbeat"

    def start_forkserver() -> PartProcess:
        return started(
            [sys.executable, "-m", "adops_pipeline.cli.up_forkserver", str(context.launcher)],
            log=context.log("forkserver"),
            lock=context.lock,
            environment=os.environ | WITHOUT_THREADS,
            directory=PROJECT_ROOT,
        )

    def start_webserver() -> ForkedPart | UnforkedPart:
        return fork_part(socket, "webserver", {"port": str(context.port)}, context.log("webserver"))

    def start_daemon() -> ForkedPart | UnforkedPart:
        heartbeat.unlink(missing_ok=True)
        return fork_part(socket, "daemon", {"heartbeat": str(heartbeat)}, context.log("daemon"))

    def start_api() -> ForkedPart | UnforkedPart:
        return fork_part(socket, "api", {"port": str(context.api_port), "dagster": web}, context.log("api"))

    return [
        Part(
            name="forkserver",
            start=start_forkserver,
            is_ready=lambda: answers(socket),
            is_alive=lambda: answers(socket),
        ),
        Part(
            name="webserver",
            start=start_webserver,
            is_ready=lambda: health.web_has_loaded(client, web),
            is_alive=lambda: health.web_answers(client, web),
            needs="forkserver",
            address=f"Dagster    {web}",
        ),
        Part(
            name="daemon",
            start=start_daemon,
            is_ready=lambda: health.daemon_reports(heartbeat, system_clock()),
            is_alive=lambda: health.daemon_reports(heartbeat, system_clock()),
            needs="forkserver",
        ),
        Part(
            name="api",
            start=start_api,
            is_ready=lambda: health.api_answers(client, context.api_address),
            is_alive=lambda: health.api_answers(client, context.api_address),
            needs="forkserver",
            address=f"Dashboard  {context.api_address}/\nAPI        {context.api_address}/api/docs",
        ),
    ]


def _record_dead_runs(context: _Context) -> None:
    """Record the end of runs that had to be killed."""
    if not dead_in(runs_folder(context.launcher)):
        return
    import dagster as dg

    from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs

    with dg.DagsterInstance.get() as instance:
        fail_dead_runs(instance, context.launcher)


def _print_news(news: News) -> None:
    """What happened to a part; if it failed, with the time of the next start and the end of its log."""
    if news.kind is Kind.READY:
        _say(out, f"{news.part} is ready ({news.seconds:.1f} s)")
        return
    what = {
        Kind.ENDED: f"ended with exit code {news.exit_code}{_signal_name(news.exit_code)} after {news.seconds:.0f} s",
        Kind.SLOW: f"was not ready after {news.seconds:.0f} s",
        Kind.HUNG: "stopped responding and was ended",
    }[news.kind]
    again = ""
    if news.retry_seconds is not None:
        at = datetime.now().astimezone() + timedelta(seconds=news.retry_seconds)
        again = f"; next start in {news.retry_seconds:.0f} s, at {at:%H:%M:%S}"
    _say(err, f"{news.part} {what}{again}", style="red")
    _say(err, *(f"    {line}" for line in news.tail), style="dim")


def _signal_name(exit_code: int | None) -> str:
    if exit_code is None or exit_code <= 128:
        return ""
    with suppress(ValueError):
        return f" ({signal.Signals(exit_code - 128).name})"
    return ""


def _say(console: Console, *lines: str, style: str | None = None) -> None:
    """Print; a closed terminal must not keep the parts from being ended."""
    for line in lines:
        with suppress(OSError):
            console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt_on_signals() -> None:
    """SIGTERM and a closed terminal stop everything as Ctrl-C does, unless `nohup` ignores the latter."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _ignore_signals() -> None:
    """Ending takes seconds; a second Ctrl-C must not interrupt it."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
