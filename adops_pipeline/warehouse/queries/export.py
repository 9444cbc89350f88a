"""Rows of a registered table or view for files: a stream of Arrow batches, so that few are in memory. Read-only.

DuckDB prepares the values for the kind of file, so that no Python object is made for a value.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from adops_pipeline.domain.tables import table_or_view
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.warehouse.errors import WarehouseError, of_snapshot
from adops_pipeline.warehouse.queries.conditions import Condition, filtered

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["typed", "text", "cells", "document", "flat_document"]
"""How values are prepared. ``typed``: flat types, texts as they are. ``text``: numbers, days, and texts that are safe
in a spreadsheet; times in ISO 8601. ``cells``: the same, with times as such and decimals as floating-point numbers.
``document``: one JSON object for each row; ``flat_document``: one without nested values."""

_SORTED_ROWS = 200_000
"""Up to this number rows are in key order. More come in stored order: to sort them all would take all of the memory."""

# Characters that XML and many readers of CSV refuse, and those that reorder or hide text: a formula may stand behind
# them. Tabs and line ends stay, joiners of emoji too.
_UNPRINTABLE = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{061C}\x{200B}\x{200E}\x{200F}\x{2028}-\x{202E}\x{2060}-\x{206F}\x{FEFF}"
    r"\x{FFF9}-\x{FFFB}\x{FFFE}\x{FFFF}]"
)
# Spreadsheets take a text that begins with one of these for a formula, in some locales also the wide forms.
_FORMULA_STARTS = "('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠')"  # noqa: RUF001
# The same settings for every reader of a shared connection: texts and decimals in the forms that every writer takes.
_PLAIN_ARROW = "SET produce_arrow_string_view = false; SET arrow_output_version = '1.0'"


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows and columns to export."""

    table: str
    columns: Sequence[str]
    conditions: Sequence[Condition] = ()
    project_id: str | None = None


def count_rows(con: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    """The number of rows. Raises WarehouseError where the query fails."""
    statement = filtered(table_or_view(selection.table), selection.conditions, selection.project_id)
    query = f'SELECT count(*) FROM "{selection.table}" WHERE {statement.where}'  # noqa: S608 - registered, values bound
    try:
        (found,) = con.execute(query, statement.values).fetchone() or (0,)
    except duckdb.Error as error:
        raise WarehouseError(f"{selection.table} cannot be read: {of_snapshot(error)}") from error
    return int(found)


def open_rows(
    con: duckdb.DuckDBPyConnection, selection: Selection, form: Form, *, rows: int, rows_per_batch: int
) -> "pa.RecordBatchReader":
    """A reader of the rows, of which there are ``rows``. Raises WarehouseError where the query fails."""
    table = table_or_view(selection.table)
    by_name = {column.name: column for column in table.columns}
    statement = filtered(table, selection.conditions, selection.project_id)
    order = ", ".join(f'"{name}"' for name in table.key)
    query = (
        f"SELECT {_select([by_name[name] for name in selection.columns], form)}"  # noqa: S608 - registered, values bound
        f' FROM "{table.name}" WHERE {statement.where}' + (f" ORDER BY {order}" if rows <= _SORTED_ROWS else "")
    )
    try:
        con.execute(_PLAIN_ARROW)
        return con.execute(query, statement.values).to_arrow_reader(rows_per_batch)
    except duckdb.Error as error:
        raise WarehouseError(f"{table.name} cannot be read: {of_snapshot(error)}") from error


def batches(reader: "pa.RecordBatchReader") -> Generator[Any, None, None]:
    """The batches of ``reader``, which is closed at the end: that ends its query. Raises WarehouseError."""
    try:
        yield from reader
    except (duckdb.Error, OSError, ValueError) as error:  # Arrow passes DuckDB's errors on as one of its own
        raise WarehouseError(f"the rows cannot be read to the end: {of_snapshot(error)}") from error
    finally:
        reader.close()


def _select(columns: Sequence[Column], form: Form) -> str:
    if form in ("document", "flat_document"):
        parts = ", ".join(f"'{column.name}', {_json_value(column, form)}" for column in columns)
        return f"CAST(json_object({parts}) AS VARCHAR) AS document"
    return ", ".join(f'{_value(column, form)} AS "{column.name}"' for column in columns)


def _json_value(column: Column, form: Form) -> str:
    value = f'"{column.name}"'
    match column.type:
        case "TIMESTAMP":
            return f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        case "DOUBLE":
            return _finite(value)
        case "JSON" | "VARCHAR[]" if form == "flat_document":
            return _nested_as_text(value)
    return value


def _value(column: Column, form: Form) -> str:
    value = f'"{column.name}"'
    match column.type:
        case "JSON" | "VARCHAR[]":
            return _nested_as_text(value) if form == "typed" else _safe(_nested_as_text(value))
        case "VARCHAR":
            return value if form == "typed" or column.allowed else _safe(value)
        case "DOUBLE":
            return _finite(value)
        case "TIMESTAMP" if form == "text":
            return f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        case "DECIMAL(18,6)" | "DECIMAL(18,10)" if form == "cells":
            return f"CAST({value} AS DOUBLE)"
    return value


def _nested_as_text(value: str) -> str:
    return f"CAST(to_json({value}) AS VARCHAR)"


def _finite(value: str) -> str:
    """A number; NULL in place of what neither JSON nor a spreadsheet can hold."""
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _safe(text: str) -> str:
    """``text`` without unprintable characters, and with an apostrophe before what a spreadsheet would compute."""
    printable = f"regexp_replace({text}, '{_UNPRINTABLE}', '', 'g')"
    return f"CASE WHEN left({printable}, 1) IN {_FORMULA_STARTS} THEN '''' || {printable} ELSE {printable} END"
