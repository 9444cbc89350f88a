"""Between DuckDB and Polars, by Arrow: queries returned as frames, and frames written as a table's rows.

A frame replaces its part of the table in one transaction, so a computation can be repeated. Rows are written by
column name and cast to the registry's types; numbers that are not finite are rejected.
"""

from collections.abc import Mapping
from datetime import datetime

import duckdb
import polars as pl
import polars.selectors as cs

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.transaction import transaction

_NEW, _SCOPE = "frame_to_write", "frame_in_scope"


def read_frame(con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None) -> pl.DataFrame:
    """The rows of ``query`` (named values bound as ``$name``); decimals stay exact, timestamps are UTC."""
    answer = con.execute(query, dict(values)) if values else con.execute(query)
    return answer.pl()


def replace_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    frame: pl.DataFrame,
    scope: pl.DataFrame | None = None,
    created_at: datetime | None = None,
) -> int:
    """Replace the rows of ``table`` within ``scope`` with ``frame``; their number.

    ``scope`` has some of the table's columns: rows equal to one of its rows in all of them are replaced, all others
    stay; None means the whole table. ``created_at`` fills that column. Raises WarehouseError for columns that the
    registry does not have or misses, and for numbers that are not finite: nothing is written then.
    """
    if created_at is not None:
        frame = frame.with_columns(pl.lit(created_at.replace(tzinfo=None)).alias("created_at"))
    _refuse_wrong(table, frame)
    entry = TABLES[table]
    columns = ", ".join(f'"{name}"' for name in entry.column_names)
    order = ", ".join(f'"{name}"' for name in entry.key)
    try:
        with transaction(con):
            if scope is None:
                con.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a registered name
            else:
                con.register(_SCOPE, scope.unique())
                same = " AND ".join(f'stands."{name}" IS NOT DISTINCT FROM {_SCOPE}."{name}"' for name in scope.columns)
                con.execute(f'DELETE FROM "{table}" AS stands USING {_SCOPE} WHERE {same}')  # noqa: S608 - registered
            con.register(_NEW, frame.to_arrow())
            con.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {_NEW} ORDER BY {order}')  # noqa: S608 - registered
    finally:
        for name in (_NEW, _SCOPE):
            con.unregister(name)
    return frame.height


def _refuse_wrong(table: str, frame: pl.DataFrame) -> None:
    wanted, given = set(TABLES[table].column_names), set(frame.columns)
    if wanted != given:
        raise WarehouseError(f"{table}: missing {sorted(wanted - given)}, not in the table {sorted(given - wanted)}")
    floats = frame.select(cs.float().is_finite().not_().any())
    broken = [name for name in floats.columns if floats[name].any()]
    if broken:
        raise WarehouseError(f"{table}: {', '.join(sorted(broken))} holds numbers that are not finite")
