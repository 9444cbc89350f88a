"""Row count and newest rows of a table, for Dagster's metadata."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.queries.figures import figures

_NEWEST_BY = ("date", "pulled_at", "synced_at")


@dataclass(frozen=True, slots=True)
class TablePreview:
    """Row count and first rows of a table."""

    total_rows: int
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    figures: Mapping[str, float]
    """Figures to plot, by name."""


def preview(con: duckdb.DuckDBPyConnection, table: str, limit: int = 5) -> TablePreview:
    """Count the rows of a registered table and return its newest rows."""
    columns = [column.name for column in TABLES[table].columns]
    order = next((f'"{name}" DESC, ' for name in _NEWEST_BY if name in columns), "")
    keys = ", ".join(f'"{name}"' for name in TABLES[table].key)
    (total,) = con.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)  # noqa: S608 - a registered name
    query = f'SELECT * FROM "{table}" ORDER BY {order}{keys} LIMIT ?'  # noqa: S608 - registered names
    shown = con.execute(query, [limit])
    names = tuple(column[0] for column in shown.description)
    return TablePreview(int(total), names, tuple(tuple(row) for row in shown.fetchall()), figures(con, table))
