"""The `adops` command: one module for each command or family of commands; heavy imports happen inside the commands.

Exit codes: 0 success, 1 failure, 2 wrong usage or settings, 3 finished but with rejected rows, failed accounts, failed
checks or critical findings, 130 stopped by Ctrl-C or SIGTERM.
"""

import atexit
import gc
import sys

import typer

from adops_pipeline.cli import (
    alerts,
    allocation,
    budget_test,
    doctor,
    experiments,
    export,
    import_json,
    mcp,
    normalize,
    notify,
    open_page,
    raw,
    run,
    sandbox,
    serve,
    sql,
    tables,
    todo,
    token,
    tool,
    up,
    webhook,
    workflow,
)
from adops_pipeline.cli.console import INTERRUPTED, USAGE, err
from adops_pipeline.cli.unused_imports import leave_unused_out

app = typer.Typer(
    name="adops",
    help="Ad operations intelligence on one laptop: pull three ad platforms into one table, analyse, act.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for module in (
    run, todo, up, serve, open_page, mcp, tool, token, workflow, webhook, alerts, notify, sandbox, doctor, tables, sql,
    export, normalize, raw, experiments, allocation, budget_test, import_json,
):  # fmt: skip
    module.register(app)


def main() -> None:
    """Entry point: an expected failure ends with one line instead of a traceback."""
    # At exit Python searches all objects for garbage, which takes a second after a run; the memory is freed anyway.
    atexit.register(gc.freeze)
    leave_unused_out()
    try:
        app()
    except KeyboardInterrupt:
        err.print("stopped by Ctrl-C", highlight=False)
        sys.exit(INTERRUPTED)
    except Exception as error:
        # Reading the settings takes longer than printing the help, which needs none.
        from adops_pipeline.settings import SettingsError

        if not isinstance(error, SettingsError):
            raise
        for line in error.lines:
            err.print(f"[red]settings[/red] {line}", highlight=False, soft_wrap=True)
        sys.exit(USAGE)
