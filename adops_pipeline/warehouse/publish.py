"""Publishes the snapshot: brings the roll-ups up to date, copies the warehouse, drops private tables, declares keys,
renames it over the old snapshot.

A byte copy is the fastest for a history of any length. Readers that have the old file open keep it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adops_pipeline.domain.tables import ROLLUPS, TABLES, Table
from adops_pipeline.warehouse.closing import closed_at_end
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.files import copy_bytes, sync_file, sync_folder
from adops_pipeline.warehouse.metric_news import MetricNews, metric_news
from adops_pipeline.warehouse.rollups import refresh_rollups
from adops_pipeline.warehouse.snapshot_file import remove_foreign_log

_MOST_INDEXED_ROWS = 500_000
"""A primary key of more rows is checked and named in the table's comment, and not declared: its index takes half a
second and tens of megabytes for each million rows, at every publication."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published snapshot: rows by table (roll-ups aside), size in bytes, duration, and whose figures changed."""

    tables: dict[str, int]
    bytes: int
    seconds: float
    news: MetricNews


def publish(warehouse: Warehouse, target: Path) -> Published:
    """Publish the warehouse as ``target``. If this is killed, the old snapshot stays and the next call cleans up.

    Raises WarehouseError where rows break the key or the NOT NULL of a table; the old snapshot stays then, too.
    """
    started = time.monotonic()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.partial")
    # Inside the lock, so that only this process uses the temporary file.
    news = MetricNews()

    def prepare(con: duckdb.DuckDBPyConnection) -> None:
        nonlocal news
        refresh_rollups(con)
        news = metric_news(con)

    with warehouse.frozen(prepare) as (con, source):
        _sweep(beside)
        rows = _counts(con)
        with beside.open("wb") as copy:
            copy_bytes(source, copy)
        _make_public(beside, rows)
        with beside.open("rb+") as written:
            sync_file(written)
        size = beside.stat().st_size
        remove_foreign_log(target)  # a reader that opens the new file at once must not find it
        beside.replace(target)
        remove_foreign_log(target)
        sync_folder(target.parent)
    return Published({name: rows[name] for name in TABLES}, size, time.monotonic() - started, news)


def _make_public(path: Path, rows: Mapping[str, int]) -> None:
    """Drop what is not public, and declare what the tables promise."""
    # One thread: starting others takes longer than what they do here.
    with closed_at_end(duckdb.connect(str(path), config={"threads": 1})) as con:
        con.begin()
        for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            if schema != "main" or (name not in TABLES and name not in ROLLUPS):
                con.execute(f'DROP TABLE "{schema}"."{name}"')
        for table in (*TABLES.values(), *ROLLUPS.values()):
            _declare(con, table, has_index=rows[table.name] <= _MOST_INDEXED_ROWS)
        con.commit()
        con.execute("CHECKPOINT")


def _declare(con: duckdb.DuckDBPyConnection, table: Table, *, has_index: bool) -> None:
    """Declare the columns that are never NULL, and the primary key, which implies it for its own columns."""
    names = [c.name for c in table.columns if c.required and not (has_index and c.name in table.key)]
    changes = [f'ALTER "{name}" SET NOT NULL' for name in names]
    if has_index:
        changes.append("ADD PRIMARY KEY ({})".format(", ".join(f'"{name}"' for name in table.key)))
    try:
        con.execute("; ".join(f'ALTER TABLE "{table.name}" {change}' for change in changes))
    except duckdb.ConstraintException as error:
        raise WarehouseError(
            f"nothing was published, because rows of {table.name} break its promises: {error}. "
            "`adops run` checks every table and names the rows"
        ) from error


def _counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every table and roll-up, by one query."""
    names = (*TABLES, *ROLLUPS)
    counts = (f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)  # noqa: S608 - registered names
    return dict(con.execute(" UNION ALL ".join(counts)).fetchall())


def _sweep(beside: Path) -> None:
    """Remove files that a killed publication left, including DuckDB's log."""
    for left in (beside, beside.with_name(f"{beside.name}.wal")):
        left.unlink(missing_ok=True)
