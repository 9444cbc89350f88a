"""The `adops` command: one module for each command or family of commands; heavy imports happen inside the commands.

Exit codes: 0 success, 1 failure, 2 wrong usage or settings, 3 finished but with rejected rows, failed accounts, failed
checks or critical findings, 130 stopped by Ctrl-C or SIGTERM.
"""

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any, NoReturn, cast

import typer
from rich.markup import escape
from typer._click.core import Context  # of which typer.Context is a subclass
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from adops_pipeline.cli import (
    agent,
    alerts,
    allocation,
    budget_test,
    doctor,
    experiments,
    export,
    import_json,
    learnings,
    mcp,
    memory,
    normalize,
    notify,
    open_page,
    project,
    proposals,
    prune,
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
from adops_pipeline.cli.console import FAILED, INTERRUPTED, OK, USAGE, err
from adops_pipeline.cli.permissions import own_files_only
from adops_pipeline.dagster_storage.unused_packages import UNUSED_PACKAGES
from adops_pipeline.supervision.interrupts import name_of, terminated_in_order
from adops_pipeline.supervision.unused_imports import leave_unused_out


class _Stopped(BaseException):
    """An interrupt on its way past Typer, which would end the command without a word."""

    def __init__(self, interrupt: KeyboardInterrupt) -> None:
        self.name = name_of(interrupt)
        super().__init__(self.name)


@contextmanager
def _past_typer() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise _Stopped(interrupt) from None


class _Commands(TyperGroup):
    """All commands. An interrupt raises _Stopped, while the command line is read and while its command runs."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Context | None = None,
        **extra: Any,  # noqa: ANN401 - as Typer has it
    ) -> Context:
        """Read the command line."""
        with _past_typer():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Context) -> object:
        """Run the command of this context."""
        with _past_typer():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Commands,
    name="adops",
    help="Ad operations intelligence on one laptop: pull three ad platforms into one table, analyse, act.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for module in (
    run, todo, proposals, up, serve, open_page, mcp, tool, token, workflow, webhook, alerts, notify, sandbox, doctor,
    tables, sql, export, project, normalize, raw, prune, experiments, allocation, budget_test, import_json, agent,
    memory, learnings,
):  # fmt: skip
    module.register(app)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.", is_eager=True)] = False,
) -> None:
    """Ad operations intelligence on one laptop: pull three ad platforms into one table, analyse, act."""
    if version:
        from importlib.metadata import version as version_of

        print(f"adops {version_of('adops-pipeline')}")
        raise typer.Exit


@cache
def _command() -> TyperGroup:
    return cast("TyperGroup", get_command(app))


def main() -> None:
    """Entry point: a failure ends with one line instead of a traceback."""
    # At exit Python searches all objects for garbage, which takes a second after a run; the memory is freed anyway.
    atexit.register(gc.freeze)
    leave_unused_out(UNUSED_PACKAGES)
    with own_files_only(), terminated_in_order():
        _run()


def _run() -> None:
    try:
        # Not "standalone": Typer would print wrong usage as a text of several lines.
        code = _command()(prog_name="adops", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else OK)
    except (_Stopped, KeyboardInterrupt) as stopped:
        name = name_of(stopped) if isinstance(stopped, KeyboardInterrupt) else stopped.name
        err.print(f"stopped by {name}", highlight=False)
        sys.exit(INTERRUPTED)
    except TyperException as error:
        _refuse(error)
    except typer.Abort:
        err.print("aborted", highlight=False)
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001 - the last resort: see `crash`
        # Reading the settings takes longer than printing the help, which needs none.
        from adops_pipeline.settings import SettingsError

        if not isinstance(error, SettingsError):
            sys.exit(_crashed(error))
        for line in error.lines:
            err.print(f"[red]settings[/red] {escape(line)}", highlight=False, soft_wrap=True)
        sys.exit(USAGE)


def _refuse(error: TyperException) -> NoReturn:
    """Say what was typed wrong; a family without a command shows its help."""
    from adops_pipeline.cli.usage_errors import usage_line

    if type(error).__name__ == "NoArgsIsHelpError":
        sys.exit(USAGE)  # Typer has printed the help
    line = usage_line(error, _command(), sys.argv[1:])
    err.print(f"[red]error[/red] {escape(line)}", highlight=False, soft_wrap=True)
    sys.exit(error.exit_code)


def _crashed(error: Exception) -> int:
    """Report an error that no command expected; its exit code."""
    from adops_pipeline.cli.crash import disk_line, report
    from adops_pipeline.connectors.errors import redact
    from adops_pipeline.services.errors import InvalidError, NotFoundError, StoreError, WarehouseError
    from adops_pipeline.settings import default_data_dir

    if isinstance(error, StoreError | WarehouseError) and not disk_line(error):
        err.print(f"[red]error[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        return USAGE if isinstance(error, InvalidError | NotFoundError) else FAILED
    return report(error, default_data_dir, redact)
