"""`adops run`: the main job in this process, with its summary."""

import atexit
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import typer

from adops_pipeline.cli.console import INTERRUPTED, OK, err, out
from adops_pipeline.cli.front import print_json
from adops_pipeline.supervision.interrupts import Noted, name_of, noted_interrupts
from adops_pipeline.supervision.memory import keep_freed_memory

_HELP = """Pull all platforms, normalize, check and publish, in this process.

The first run pulls the history (120 days unless set otherwise); later runs pull only new days and days that platforms
may still have changed.

With --as-of a day of which later data are known, nothing is pulled and nothing of the present changes: everything is
computed from what had been pulled by the end of that day (UTC) and published in as_of/DAY/adops.duckdb. Values that a
platform restated later, budgets and states changed later and conversions that arrived later are not in it. If nothing
had been pulled by then, values, budgets and states are those of the first pull, up to that day. Present alerts neither
fire nor resolve: the day's alerts are those that its figures would raise.

Examples:

    adops run

    adops run --days 30

    adops run --quiet

    adops run --as-of 2026-11-01 --json
"""


_OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""A run leaves some ten thousand objects in cycles: that much memory may wait for the end."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="run", help=_HELP)(run)


def run(
    days: Annotated[
        int | None,
        typer.Option(min=1, max=1100, help="Days of history, including today (default: ADOPS_HISTORY_DAYS)."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day to show: at noon UTC, or at its last pull if later."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing unless something needs attention.")] = False,
) -> None:
    """Run the main job."""
    collect_garbage_seldom()
    keep_freed_memory()
    noted = Noted()
    try:
        with noted_interrupts() as noted:
            from adops_pipeline.cli.main_job import exit_code, run_main_job
            from adops_pipeline.cli.summary import print_summary
            from adops_pipeline.services.documents.runs import summary_document

            outcome = run_main_job(days=days, as_of=as_of.date() if as_of else None, quiet=as_json or quiet)
    except (KeyboardInterrupt, Exception) as error:
        # Before the run began: while modules were imported, or while another process had its turn.
        interrupt = error if isinstance(error, KeyboardInterrupt) else noted.first
        if interrupt is None or isinstance(error, typer.Exit):
            raise
        said = f"stopped by {name_of(interrupt)}; nothing was published. Run the same command again to continue"
        (err if as_json else out).print(said, highlight=False, soft_wrap=True)
        _end_at_once(INTERRUPTED)
        raise typer.Exit(INTERRUPTED) from None
    code = exit_code(outcome)
    if as_json:
        print_json(summary_document(outcome, code))
    elif not quiet or code != OK:
        print_summary(outcome)
    _end_at_once(code, after=atexit._run_exitfuncs)  # noqa: SLF001 - Python has no public name for it
    raise typer.Exit(code)


def _end_at_once(code: int, after: Callable[[], object] = lambda: None) -> None:
    """End a process of its own without the libraries' destructors.

    They crash where an import was interrupted, and take a tenth of a second to free what the system frees anyway.
    """
    if sys.stdout is sys.__stdout__:
        after()
        with suppress(OSError):  # nobody reads the output any more: Python says so in its own way
            out.file.flush()
            err.file.flush()
            os._exit(code)


def collect_garbage_seldom() -> None:
    """Spare the collections that find nothing: modules and definitions live until the command ends.

    By default Python looks through them after every 700 new objects, a tenth of a run's processor time.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
