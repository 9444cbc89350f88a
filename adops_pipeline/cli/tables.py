"""`adops tables`: the data dictionary."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out

_TABLES_HELP = """The data dictionary: every table, view and roll-up, or the columns of one with types, units, meaning.

Roll-ups repeat tables as sums, for programs that must answer quickly.

Examples:

    adops tables

    adops tables analytics_metrics

    adops tables budgets_now
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="tables", help=_TABLES_HELP)(tables)


def tables(
    name: Annotated[str | None, typer.Argument(help="A table or view (default: all).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the dictionary as JSON.")] = False,
) -> None:
    """Print the data dictionary."""
    from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
    from adops_pipeline.services.documents.tables import tables_document

    known = TABLES | VIEWS | ROLLUPS
    if name is not None and name not in known:
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        near = did_you_mean(name, known)
        fail(escape(f"there is no table {name!r}{near}; `adops tables` lists them"), USAGE)
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
