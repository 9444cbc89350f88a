"""Unified rows from a document outside the warehouse, for `adops normalize`. Uses the pipeline's own SQL.

Nothing is stored: an in-memory database reads a temporary file.
"""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.closing import closed_at_end
from adops_pipeline.warehouse.normalize.envelopes import document_rows
from adops_pipeline.warehouse.normalize.formats import DocumentError
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.staging import stage
from adops_pipeline.warehouse.normalize.statements import create_macros, sql, unified_values
from adops_pipeline.warehouse.schema import create_bare

__all__ = ["DocumentError", "normalize_documents"]

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
    with TemporaryDirectory() as folder, closed_at_end(duckdb.connect()) as con:
        file = Path(folder) / "rows.ndjson"
        file.write_bytes(b"\n".join(rows) + b"\n")
        create_bare(con)
        create_macros(con)
        pull = {"file": str(file), "account_id": account_id, "currency": currency, "first": date.min, "last": date.max}
        con.execute(sql("document_pull"), pull)
        stage(con, platform, "campaign", [str(file)], options or NormalizeOptions())
        return _unified_rows(con, platform), [*_rejects(con), *too_long]


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
