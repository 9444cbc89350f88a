"""`adops up`: Dagster's web UI, its daemon, dashboard and API in one terminal, restarted if they fail, until Ctrl-C.

This module checks what was asked for; then its process becomes the program that keeps the parts running
(``parts.supervise``), because what a command imports would stay in memory for as long as they run.
"""

import os
import signal
import sys
from typing import Annotated, NoReturn

import typer

from adops_pipeline.cli.console import fail
from adops_pipeline.cli.ports import require_free_port, server_address
from adops_pipeline.cli.serve import require_token_for
from adops_pipeline.parts.context import Context
from adops_pipeline.supervision.lock import AlreadyUpError, only_up

_PROGRAM = "adops_pipeline.parts.supervise"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
    from adops_pipeline.settings import PROJECT_ROOT, load_settings

    settings = load_settings()
    data_dir, api_port = settings.data_dir, api_port or settings.api.port
    require_token_for(settings)
    try:
        with only_up(data_dir / "dagster" / "up.lock") as lock:
            require_free_port(port)
            require_free_port(api_port, settings.api.host, option="--api-port")
            ensure_dagster_home(data_dir)
            address = server_address(settings.api.host, api_port)
            _become_supervisor(Context(port, api_port, address, str(data_dir), str(PROJECT_ROOT), lock))
    except AlreadyUpError as error:
        holder = "a process that is just starting" if error.pid is None else f"process {error.pid}"
        fail(f"adops up is already running on {data_dir} ({holder}); stop it with Ctrl-C in its terminal")


def _become_supervisor(context: Context) -> NoReturn:
    """Replace the program of this process. Interrupts that arrive meanwhile wait until the new one handles them."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.set_inheritable(context.lock, True)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        os.execv(sys.executable, [sys.executable, "-P", "-m", _PROGRAM, context.to_json()])  # noqa: S606 - our own
    finally:  # where it could not be replaced
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
