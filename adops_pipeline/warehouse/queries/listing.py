"""Pages of a registered table as JSON: filtered, sorted, continued after the last row of the page before. Read-only.

DuckDB writes the JSON of the rows itself: decimals stay exact, and no Python object is made for a value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from adops_pipeline.domain.tables import table_or_view
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.warehouse.queries.conditions import Condition, Statement, filtered

Mark = Sequence[str | None]
"""Where a page ended: the sort value and the key of its last row, as text."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A column of a view that a listing shows beside the columns of its table. ``view`` has one row for each key."""

    view: str
    column: str


class MarkError(ValueError):
    """The mark does not belong to this listing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list. ``newest_by``: only the rows of the newest value of that column, as the view of the newest plan."""

    table: str
    names: Mapping[str, str]
    """The JSON name of each column that is listed."""
    conditions: Sequence[Condition] = ()
    project_id: str | None = None
    sort: str | None = None
    is_descending: bool = False
    limit: int = 100
    after: Mark | None = None
    newest_by: str | None = None
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class ListedRows:
    """One page: a JSON text for each row, the mark to continue after (None at the end), and the number of all rows."""

    documents: Sequence[str]
    mark: Mark | None
    total: int


def listed_table(name: str, beside: Beside | None = None) -> Table:
    """The registered table with the column that is listed beside its own."""
    table = table_or_view(name)
    if beside is None:
        return table
    added = next(column for column in table_or_view(beside.view).columns if column.name == beside.column)
    return replace(table, columns=(*table.columns, added))


def list_rows(con: duckdb.DuckDBPyConnection, listing: Listing) -> ListedRows:
    """One page of ``listing``. Raises MarkError for a mark that is not of this listing."""
    table = listed_table(listing.table, listing.beside)
    order = _order(table, listing)
    statement = filtered(table, listing.conditions, listing.project_id)
    source = _source(table, listing)
    (total,) = con.execute(
        f"SELECT count(*) FROM {source} WHERE {statement.where}",  # noqa: S608 - registered names, values are bound
        statement.values,
    ).fetchone() or (0,)
    if listing.after is not None:
        if len(listing.after) != len(order):
            raise MarkError("the cursor belongs to another listing")
        statement.conditions.append(_after(statement, order, listing.after))
    by = ", ".join(f'"{column.name}" {"DESC" if down else "ASC"} NULLS LAST' for column, down in order)
    marks = ", ".join(f'CAST("{column.name}" AS VARCHAR)' for column, _ in order)
    query = (
        f"SELECT {row_json(table, listing.names)}, [{marks}] FROM {source} WHERE {statement.where}"  # noqa: S608 - as above
        f" ORDER BY {by} LIMIT {listing.limit + 1}"
    )
    try:
        rows = con.execute(query, statement.values).fetchall()
    except duckdb.ConversionException:
        raise MarkError("the cursor belongs to another listing") from None
    shown = rows[: listing.limit]
    mark = shown[-1][1] if len(rows) > listing.limit else None
    return ListedRows([str(document) for document, _ in shown], mark, int(total))


def _source(table: Table, listing: Listing) -> str:
    """What the rows are read from; all names are registered ones."""
    source = f'"{table.name}"'
    if listing.newest_by is not None:
        newest = f'(SELECT max("{listing.newest_by}") FROM {source})'  # noqa: S608 - as above
        source = f'(SELECT * FROM {source} WHERE "{listing.newest_by}" = {newest})'  # noqa: S608 - as above
    if listing.beside is not None:
        beside = listing.beside
        key = ", ".join(f'"{name}"' for name in table_or_view(beside.view).key)
        columns = f'listed.*, beside."{beside.column}"'
        source = f'(SELECT {columns} FROM {source} AS listed LEFT JOIN "{beside.view}" AS beside USING ({key}))'  # noqa: S608 - as above
    return source


def _order(table: Table, listing: Listing) -> list[tuple[Column, bool]]:
    columns = {column.name: column for column in table.columns}
    first = [(columns[listing.sort], listing.is_descending)] if listing.sort is not None else []
    return first + [(columns[name], False) for name in table.key if name != listing.sort]


def _after(statement: Statement, order: Sequence[tuple[Column, bool]], mark: Mark) -> str:
    """The rows that come after ``mark`` in ``order``, NULL last in either direction."""
    condition = "false"
    for (column, is_descending), value in reversed(list(zip(order, mark, strict=True))):
        name = f'"{column.name}"'
        if value is None:
            condition = f"({name} IS NULL AND {condition})"
            continue
        bound = f"CAST({statement.bind(value)} AS {column.type})"
        beyond = f"{name} {'<' if is_descending else '>'} {bound}"
        condition = f"({beyond} OR {name} IS NULL OR ({name} = {bound} AND {condition}))"
    return condition


def row_json(table: Table, names: Mapping[str, str]) -> str:
    """The row as a JSON object: dates and times in ISO 8601, times in UTC."""
    parts = []
    for column in table.columns:
        if column.name in names:
            value = f'"{column.name}"'
            if column.type == "TIMESTAMP":
                value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')"
            parts.append(f"'{names[column.name]}', {value}")
    return f"CAST(json_object({', '.join(parts)}) AS VARCHAR)"
