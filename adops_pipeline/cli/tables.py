"""`adops tables` and `adops sql`: the data dictionary, and queries of the published snapshot."""

import csv
import json
import math
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out

_SQL_HELP = """Query the published snapshot, read-only.

Examples:

    adops sql "SELECT platform, currency, sum(spend) AS spend FROM analytics_metrics GROUP BY ALL"

    adops sql "FROM campaigns WHERE status = 'active'" --format csv

    adops sql "SELECT campaign_name, verdict, recommendation FROM budgets_now WHERE severity = 'critical'"
"""
_TABLES_HELP = """The data dictionary: every table, view and roll-up, or the columns of one with types, units, meaning.

Roll-ups repeat tables as sums, for programs that must answer quickly.

Examples:

    adops tables

    adops tables analytics_metrics

    adops tables budgets_now
"""


class Format(StrEnum):
    """How `adops sql` prints rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="tables", help=_TABLES_HELP)(tables)
    app.command(name="sql", help=_SQL_HELP)(sql)


def tables(
    name: Annotated[str | None, typer.Argument(help="A table or view (default: all).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the dictionary as JSON.")] = False,
) -> None:
    """Print the data dictionary."""
    from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
    from adops_pipeline.services.documents.tables import tables_document

    known = TABLES | VIEWS | ROLLUPS
    if name is not None and name not in known:
        fail(f"there is no table {name!r}; the tables are {', '.join(TABLES)}; the views {', '.join(VIEWS)}", USAGE)
    chosen = [known[name]] if name else list(known.values())
    if as_json:
        print(json.dumps(tables_document(chosen), indent=2))
        return
    for t in chosen:
        kind = "view, " if t.name in VIEWS else "roll-up, " if t.name in ROLLUPS else ""
        out.print(f"[bold]{t.name}[/bold] ({kind}{', '.join(t.key)})\n  {escape(t.description)}", highlight=False)
        if name:
            out.print(_columns_table(t.columns))


def _columns_table(columns: Sequence[object]) -> Table:
    from adops_pipeline.domain.tables import Column

    table = Table("Column", "Type", "Unit", "Meaning")
    for column in columns:
        if isinstance(column, Column):
            table.add_row(column.name, column.type, column.unit or "", escape(column.description))
    return table


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT (or FROM) statement in DuckDB's SQL.")],
    fmt: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.TABLE,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Query the past day that `adops run --as-of` published."),
    ] = None,
) -> None:
    """Run one query on the snapshot."""
    from adops_pipeline.warehouse.queries.read_only import QueryError, query_snapshot

    path = snapshot_path(as_of.date() if as_of else None)
    try:
        answer = query_snapshot(path, query)
    except QueryError as error:
        fail(escape(str(error)))
    columns, rows = answer.columns, answer.rows
    if fmt is Format.JSON:
        print(json.dumps([dict(zip(columns, map(_plain, row), strict=True)) for row in rows], indent=2))
    elif fmt is Format.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        table = Table(*[escape(c) for c in columns])
        for row in rows:
            table.add_row(*("" if v is None else escape(str(v)) for v in row))
        out.print(table)
        out.print(f"{len(rows):,} rows", style="dim")


def snapshot_path(day: date | None = None) -> Path:
    """Path of the published snapshot, or of that of a past day. Ends the command if it was not published yet."""
    from adops_pipeline.settings import load_settings

    settings = load_settings()
    path = (settings.past_folder(day) if day else settings.data_dir) / "adops.duckdb"
    if not path.exists():
        fail(f"{path} does not exist yet; `adops run{f' --as-of {day}' if day else ''}` creates it")
    return path


def _plain(value: object) -> object:
    """The value for JSON, which has neither decimals nor dates: they become strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Decimal | date | datetime) else value
