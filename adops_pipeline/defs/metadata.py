"""How a table shows in Dagster's UI: its column schema, description, owners and kinds, all from the table registry."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict

import dagster as dg

from adops_pipeline.domain import markdown
from adops_pipeline.domain.tables import TABLES, Table
from adops_pipeline.warehouse.queries.preview import TablePreview

OWNERS = ("team:ad-ops",)
POOL = "warehouse"
"""The Dagster pool of steps that open the warehouse; they run one at a time."""
FILES_GROUP = "files"
"""The group of exported files. They are written after the sync, by a job of their own."""
MONTHLY = dg.MonthlyPartitionsDefinition(
    start_date="2024-01-01",
    # The earliest time zone of the world, so that every account's today is in a partition.
    timezone="Pacific/Kiritimati",
    end_offset=1,
)
"""One partition for each month, from the oldest that platforms report through the newest that has begun anywhere.

Dagster writes two events per asset and partition; with a partition a day they were two thirds of a run's events. Which
days of which account were pulled, and when, is in the ledger `raw_pulls`.
"""


def month_of(day: date) -> str:
    """The partition that holds ``day``."""
    return day.replace(day=1).isoformat()


def last_day_of(month: str) -> date:
    """The last day of a partition."""
    first = date.fromisoformat(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


class TableSpec(TypedDict):
    """The keyword arguments of ``dg.asset`` that a table's registry entry decides."""

    description: str
    group_name: str
    owners: Sequence[str]
    kinds: set[str]
    metadata: Mapping[str, object]


def table_spec(name: str) -> TableSpec:
    """Arguments of a table's asset from the registry."""
    table = TABLES[name]
    return TableSpec(
        description=table.description,
        group_name=table.concept,
        owners=OWNERS,
        kinds={"duckdb", "table"},
        metadata={"dagster/column_schema": column_schema(table), "dagster/table_name": f"main.{name}"},
    )


def column_schema(table: Table) -> dg.TableSchema:
    """The registry's columns as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=not column.required),
            )
            for column in table.columns
        ]
    )


def as_metadata(shown: TablePreview, **more: int) -> dict[str, float | dg.MarkdownMetadataValue]:
    """Row count, figures to plot and preview of a table, as Dagster's UI shows them."""
    preview = as_markdown(shown.columns, shown.rows)
    return {"dagster/row_count": shown.total_rows, **shown.figures, "preview": preview, **more}


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """Rows as a markdown table, in which names are neither markup nor links."""
    if not rows:
        return dg.MetadataValue.md("*(no rows)*")
    return dg.MetadataValue.md(markdown.table(columns, [[_cell(value) for value in row] for row in rows]))


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:,.4g}" if isinstance(value, float) else str(value)
    return markdown.plain(text)
