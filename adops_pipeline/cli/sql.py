"""`adops sql`: one query of the published snapshot, read-only and within bounds of time, memory and rows."""

import os
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli import query_output
from adops_pipeline.cli.console import FAILED, fail, out
from adops_pipeline.cli.query_output import Format
from adops_pipeline.domain.text import one_line

if TYPE_CHECKING:
    from adops_pipeline.warehouse.queries.read_only import Answer

_HELP = """Query the published snapshot, read-only.

Answers one SELECT, FROM, WITH, VALUES, PIVOT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN of DuckDB's SQL, and nothing that
could write, or read anything but the snapshot.

Examples:

    adops sql "SELECT platform, currency, sum(spend) AS spend FROM analytics_metrics GROUP BY ALL"

    adops sql "FROM campaigns WHERE status = 'active'" --format csv

    adops sql "SELECT campaign_name, verdict, recommendation FROM budgets_now WHERE severity = 'critical'"
"""
_CATEGORY = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")
_OPTIONS = {"time": "--timeout SECONDS", "memory": "--memory MEGABYTES", "rows": "--rows NUMBER"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="sql", help=_HELP)(sql)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT (or FROM) statement in DuckDB's SQL.")],
    fmt: Annotated[
        Format | None,
        typer.Option("--format", help="How to print the rows (default: a table, or vertical if it is too wide)."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Query the past day that `adops run --as-of` published."),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.01, max=86_400, help="Seconds that the query may take.")] = 60.0,
    memory: Annotated[int, typer.Option(min=16, max=1_000_000, help="Megabytes that the query may take.")] = 1024,
    rows: Annotated[int, typer.Option(min=1, max=10_000_000, help="Rows that the answer may have.")] = 100_000,
) -> None:
    """Run one query on the snapshot."""
    from adops_pipeline.warehouse.queries.address_space import bounded_address_space
    from adops_pipeline.warehouse.queries.read_only import Bound, BoundError, Bounds, QueryError, query_snapshot

    path = snapshot_path(as_of.date() if as_of else None)
    bounds = Bounds(seconds=timeout, memory_mb=memory, rows=rows)

    def end() -> None:
        print(f"error the query took longer than {timeout:g} s and could not be interrupted", file=sys.stderr)
        sys.stderr.flush()
        os._exit(FAILED)

    try:
        with bounded_address_space(memory):
            answer = query_snapshot(path, query, bounds, on_stuck=end)
    except BoundError as error:
        other = ", or use `adops export` for whole tables" if error.bound is Bound.ROWS else ""
        fail(escape(f"{error}, or allow more with {_OPTIONS[error.bound]}{other}"))
    except QueryError as error:
        fail(escape(_reason(str(error))))
    _print(answer, fmt)


def _reason(text: str) -> str:
    """DuckDB's message in one line: its category and its drawing of the place are left out, the line's number kept."""
    message, _, drawing = text.partition("\n\nLINE ")
    line = drawing.partition(":")[0]
    return one_line(_CATEGORY.sub("", message)) + (f" (line {line})" if line.isdigit() else "")


def _print(answer: "Answer", fmt: Format | None) -> None:
    columns, rows, is_terminal = answer.columns, answer.rows, sys.stdout.isatty()
    if fmt is Format.JSON:
        print(query_output.as_json(columns, rows))
    elif fmt is Format.CSV:
        print(query_output.as_csv(columns, rows, is_terminal=is_terminal), end="\r\n")
    elif fmt is Format.MARKDOWN:
        print(query_output.as_markdown(columns, rows))
    else:
        table = (
            query_output.as_table(columns, rows, None if fmt is Format.TABLE else out.width)
            if fmt is not Format.VERTICAL
            else None
        )
        print(query_output.as_records(columns, rows, out.width) if table is None else table)
        out.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")


def snapshot_path(day: date | None = None) -> Path:
    """Path of the published snapshot, or of that of a past day. Ends the command if it was not published yet."""
    from adops_pipeline.settings import load_settings

    settings = load_settings()
    path = (settings.past_folder(day) if day else settings.data_dir) / "adops.duckdb"
    if not path.exists():
        fail(f"{path} does not exist yet; `adops run{f' --as-of {day}' if day else ''}` creates it")
    return path
