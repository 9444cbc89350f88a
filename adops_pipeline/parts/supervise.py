"""Keeps the parts of `adops up` running. The command becomes this program (``python -m``, with its context).

It defines the parts and what the terminal shows; `supervision` starts and watches them. It lives as long as they do, so
it imports little, and nothing of the command line.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TextIO

from adops_pipeline.dagster_storage.run_files import launcher_folder, runs_folder, socket_path
from adops_pipeline.domain.terminal import lines_for_terminal
from adops_pipeline.parts import health
from adops_pipeline.parts.context import Context
from adops_pipeline.supervision.forked import ForkedPart, UnforkedPart, answers, fork_part
from adops_pipeline.supervision.forkserver import WITHOUT_THREADS
from adops_pipeline.supervision.life_lock import dead_in
from adops_pipeline.supervision.lock import let_go
from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline.supervision.part_process import PartProcess, started
from adops_pipeline.supervision.supervisor import Kind, News, Part, StartFailedError, Supervisor

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end everything. The command blocks them until this program handles them."""

_ENDED, _FAILED = 0, 1
_PLAIN, _DIM, _RED = "", "\x1b[2m", "\x1b[31m"
_PLAIN_AGAIN = "\x1b[0m"


def main(context: Context) -> int:
    """Start the parts, keep them running, end them; the exit code."""
    context.logs.mkdir(parents=True, exist_ok=True)
    parts = _parts(context)
    supervisor = Supervisor(parts, clock=time.monotonic, sleep=time.sleep, report=_print_news)
    with ExitStack() as ending:
        ending.callback(let_go, context.lock)
        ending.callback(_record_dead_runs, launcher_folder(context.data))
        ending.callback(supervisor.stop)
        ending.callback(_ignore_signals)
        try:
            _interrupt_on_signals()
            supervisor.start()
            _say(sys.stdout, *(line for part in parts for line in part.address.splitlines()))
            _say(sys.stdout, f"Schedules are on, logs in {context.logs}. Ctrl-C stops everything.", style=_DIM)
            sync_at_once(context.data)
            supervisor.watch()
        except StartFailedError as failure:
            _print_news(failure.news)
            return _FAILED
        except KeyboardInterrupt:
            _say(sys.stdout, "stopping ...", style=_DIM)
    return _ENDED


def sync_at_once(data_dir: Path) -> None:
    """Ask for a sync where nothing was published yet. The daemon makes a run of it, which Dagster shows."""
    if (data_dir / "adops.duckdb").exists():
        return
    command = [sys.executable, "-m", "adops_pipeline.cli.first_sync"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - its own module
    if asked.returncode == 0 and asked.stdout.strip():
        _say(sys.stdout, f"Nothing was published yet: the first sync begins now (execution {asked.stdout.strip()}).")
    elif asked.returncode != 0:
        reason = " ".join(asked.stderr.split()[-60:])
        _say(sys.stderr, f"The first sync could not be requested: {reason}; the next one is scheduled", style=_RED)


def _parts(context: Context) -> list[Part]:
    """The parts in the order of their start: the forkserver has everything imported, the others are forked from it."""
    launcher = launcher_folder(context.data)
    web = f"http://127.0.0.1:{context.port}"
    socket, heartbeat = socket_path(launcher), launcher / "daemon.heartbeat"

    def log(name: str) -> LogTail:
        return LogTail.begin(context.logs / f"{name}.log", datetime.now(UTC))

    def start_forkserver() -> PartProcess:
        return started(
            [sys.executable, "-m", "adops_pipeline.parts.forkserver", str(launcher)],
            log=log("forkserver"),
            lock=context.lock,
            environment=os.environ | WITHOUT_THREADS,
            directory=Path(context.root),
        )

    def start_webserver() -> ForkedPart | UnforkedPart:
        return fork_part(socket, "webserver", {"port": str(context.port)}, log("webserver"))

    def start_daemon() -> ForkedPart | UnforkedPart:
        heartbeat.unlink(missing_ok=True)
        return fork_part(socket, "daemon", {"heartbeat": str(heartbeat)}, log("daemon"))

    def start_api() -> ForkedPart | UnforkedPart:
        return fork_part(socket, "api", {"port": str(context.api_port), "dagster": web}, log("api"))

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
            is_ready=lambda: health.web_has_loaded(web),
            is_alive=lambda: health.web_answers(web),
            needs="forkserver",
            address=f"Dagster    {web}",
        ),
        Part(
            name="daemon",
            start=start_daemon,
            is_ready=lambda: health.daemon_reports(heartbeat, datetime.now(UTC)),
            is_alive=lambda: health.daemon_reports(heartbeat, datetime.now(UTC)),
            needs="forkserver",
        ),
        Part(
            name="api",
            start=start_api,
            is_ready=lambda: health.api_answers(context.api_address),
            is_alive=lambda: health.api_answers(context.api_address),
            needs="forkserver",
            address=f"Dashboard  {context.api_address}/\nAPI        {context.api_address}/api/docs",
        ),
    ]


def _record_dead_runs(launcher: Path) -> None:
    """Record the end of runs that had to be killed."""
    if not dead_in(runs_folder(launcher)):
        return
    import dagster as dg  # noqa: PLC0415 - seldom needed, and large

    from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs  # noqa: PLC0415 - imports Dagster

    with dg.DagsterInstance.get() as instance:
        fail_dead_runs(instance, launcher)


def _print_news(news: News) -> None:
    """What happened to a part; if it failed, with the time of the next start and the end of its log."""
    if news.kind is Kind.READY:
        _say(sys.stdout, f"{news.part} is ready ({news.seconds:.1f} s)")
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
    _say(sys.stderr, f"{news.part} {what}{again}", style=_RED)
    _say(sys.stderr, *(f"    {line}" for line in news.tail), style=_DIM)


def _signal_name(exit_code: int | None) -> str:
    if exit_code is None or exit_code <= 128:
        return ""
    with suppress(ValueError):
        return f" ({signal.Signals(exit_code - 128).name})"
    return ""


def _say(stream: TextIO, *lines: str, style: str = _PLAIN) -> None:
    """Print; a closed terminal must not keep the parts from being ended. Only a terminal gets colours."""
    is_plain = style == _PLAIN or not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    for line in lines:
        safe = lines_for_terminal(line)
        with suppress(OSError):
            print(safe if is_plain else f"{style}{safe}{_PLAIN_AGAIN}", file=stream, flush=True)


def _interrupt_on_signals() -> None:
    """SIGTERM and a closed terminal stop everything as Ctrl-C does, unless `nohup` ignores the latter."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _ignore_signals() -> None:
    """Ending takes seconds; a second Ctrl-C must not interrupt it."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(Context.from_json(sys.argv[1])))
