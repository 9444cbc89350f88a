"""Unified rows from a document outside the warehouse, for `adops normalize`. Uses the pipeline's own SQL.

Nothing is stored: a database in memory reads a temporary file.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.closing import closed_at_end
from adops_pipeline.warehouse.normalize.envelopes import document_rows
from adops_pipeline.warehouse.normalize.formats import DocumentError
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.staging import stage
from adops_pipeline.warehouse.normalize.statements import MACROS, sql, unified_values
from adops_pipeline.warehouse.schema import ddl

__all__ = ["DocumentError", "normalize_documents"]

_READ = ("analytics_maturity", "fx_rates")
"""Tables that `unified` joins to the staged rows."""

_turn = Lock()

_LONGEST_ROW = 16_000_000  # the limit of DuckDB's JSON reader
UnifiedRow = dict[str, object]
Reject = dict[str, str]


def normalize_documents(
    platform: Platform,
    text: str | Sequence[str],
    *,
    account_id: str | None = None,
    currency: str | None = None,
    options: NormalizeOptions | None = None,
) -> tuple[list[UnifiedRow], list[Reject]]:
    """Unified rows (columns of `analytics_metrics`, by campaign and date) and rejects (reason, raw) of API responses.

    ``account_id`` and ``currency`` apply to rows that have none. Values are ready for JSON: money is a decimal string,
    dates are ISO texts, ``platform_metrics`` is an object. Raises `DocumentError` if the text holds no JSON at all.
    """
    texts = [text] if isinstance(text, str) else text
    given = [row for one in texts for row in document_rows(platform, one)]
    rows = [row for row in given if len(row) <= _LONGEST_ROW]
    too_long = [
        {"reason": "the row is longer than 16 MB", "raw": row[:1000].decode(errors="replace")}
        for row in given
        if len(row) > _LONGEST_ROW
    ]
    if not rows:
        return [], too_long
    with TemporaryDirectory() as folder, _connection() as con:
        file = Path(folder) / "rows.ndjson"
        file.write_bytes(b"\n".join(rows) + b"\n")
        pull = {"file": str(file), "account_id": account_id, "currency": currency, "first": date.min, "last": date.max}
        con.execute(sql("document_pull"), pull)
        stage(con, platform, "campaign", [str(file)], options or NormalizeOptions())
        return _unified_rows(con, platform), [*_rejects(con), *too_long]


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with empty tables and every macro, to the database that this process keeps for that.

    Normalization changes settings of the whole database, so that connections take turns. An error may have made the
    database unusable: the next call makes another one.
    """
    with _turn:
        try:
            with closed_at_end(_database(os.getpid()).cursor()) as con:
                yield con
        except duckdb.Error:
            _database.cache_clear()
            raise


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """The tables that the SQL reads, and every macro: to create them takes longer than to normalize most documents.

    A forked process makes its own.
    """
    con = duckdb.connect(config={"threads": 1})
    for name in _READ:
        con.execute(ddl(TABLES[name]))
    for macros in MACROS:
        con.execute(sql(macros).replace(" TEMP MACRO ", " MACRO "))
    return con


def _unified_rows(con: duckdb.DuckDBPyConnection, platform: Platform) -> list[UnifiedRow]:
    found = con.execute(f"{sql('unified')} ORDER BY campaign_id, date, account_id", unified_values(platform))
    read = [name for name, *_ in found.description]
    published = [column.name for column in TABLES["analytics_metrics"].columns]
    rows = [dict(zip(read, cells, strict=True)) for cells in found.fetchall()]
    return [{name: _plain(name, row[name]) for name in published} for row in rows]


def _rejects(con: duckdb.DuckDBPyConnection) -> list[Reject]:
    found = con.execute("SELECT reason, raw FROM staged WHERE reason IS NOT NULL ORDER BY reason, raw").fetchall()
    return [{"reason": reason, "raw": raw} for reason, raw in found]


def _plain(name: str, value: object) -> object:
    """A cell as a JSON value; money does not pass through a float."""
    match value:
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case str() if name == "platform_metrics":
            return json.loads(value)
        case _:
            return value
