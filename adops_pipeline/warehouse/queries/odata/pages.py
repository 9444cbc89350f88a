"""Pages of a source as JSON that DuckDB writes: in a total order, each page continued after the last row of the one
before, so that the last page costs what the first one does.

Of a stored table the rows of a page are found by their order alone; only then are their other columns read.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.queries.odata.source import Source
from adops_pipeline.warehouse.queries.odata.values import Kind, ODataError, Typed

_ROWS_AT_A_TIME = 2000
_VALUE = re.compile(r"\$(v\d+)")
_PLAIN = (Kind.STRING, Kind.BOOLEAN, Kind.DOUBLE, None)
"""What JSON tells apart without a word on the type."""
Mark = Sequence[object]
"""The values of a row in the order, as JSON holds them."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One step of an order. OData sorts NULL before all values, or after them where the order descends."""

    value: Typed
    is_descending: bool = False

    @property
    def sql(self) -> str:
        """The step within ORDER BY."""
        return f"{self.value.sql} {'DESC NULLS LAST' if self.is_descending else 'ASC NULLS FIRST'}"


@dataclass(frozen=True, slots=True)
class Page:
    """Which ``rows`` of ``source`` to read, and how: ``names`` of the properties."""

    source: Source
    names: Sequence[str]
    order: Sequence[Sort]
    rows: int
    skipped: int = 0
    after: Mark | None = None
    is_annotated: bool = True
    """With the types of properties that the metadata does not describe."""
    is_exact: bool = False
    """With whole numbers and decimals as texts, for clients whose numbers are floating-point."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a page. ``mark``: where the page ended, if there are rows after it."""

    documents: Sequence[str]
    mark: Mark | None = None


def total_order(source: Source, sorts: Sequence[Sort]) -> list[Sort]:
    """``sorts``, then the key, so that no two rows are equal."""
    named = {sort.value.sql for sort in sorts}
    rest = [source.properties[name] for name in source.key]
    return [*sorts, *(Sort(value) for value in rest if value.sql not in named)]


def count_rows(con: duckdb.DuckDBPyConnection, source: Source) -> int:
    """The number of rows of ``source``. Raises ODataError or WarehouseError."""
    query = f"SELECT count(*) FROM {source.base} WHERE {source.statement.where}"  # noqa: S608 - names known, values bound
    with _reported():
        (found,) = con.execute(query, _bound(query, source)).fetchone() or (0,)
    return int(found)


def read_page(con: duckdb.DuckDBPyConnection, page: Page) -> Generator[Part, None, None]:
    """The rows of a page, some at a time. Raises ODataError or WarehouseError."""
    with _reported():
        con.execute("SET produce_arrow_string_view = false; SET arrow_output_version = '1.0'")
        query = _query(page, _bound_of_groups(con, page))
        reader = con.execute(query, _bound(query, page.source)).to_arrow_reader(_ROWS_AT_A_TIME)
        try:
            yield from _parts(reader, page)
        except OSError as error:  # Arrow passes DuckDB's errors on as one of its own
            raise _refusal_of(error) from error
        finally:
            reader.close()


def _bound(query: str, source: Source) -> dict[str, object]:
    """The values that ``query`` mentions: DuckDB refuses others, as those that were compared with NULL."""
    mentioned = set(_VALUE.findall(query))
    return {name: value for name, value in source.statement.values.items() if name in mentioned}


def _parts(reader: Any, page: Page) -> Generator[Part, None, None]:  # noqa: ANN401 - Arrow has no types
    left, mark = page.rows, None
    for batch in reader:
        shown = min(left, batch.num_rows)
        left -= shown
        if shown:
            values = [column[shown - 1].as_py() for column in batch.columns[1:]]
            mark = [_as_json(value, sort.value.kind) for value, sort in zip(values, page.order, strict=True)]
        yield Part(batch.column(0).slice(0, shown).to_pylist(), mark if batch.num_rows > shown else None)


def _bound_of_groups(con: duckdb.DuckDBPyConnection, page: Page) -> str:
    """A condition that all rows of the page meet and few others do: to sort a whole table for one page takes long.

    The rows are counted by the first two values of the order, where those are of the key: whole groups up to the one
    that completes the page contain it.
    """
    source, first_two = page.source, page.order[:2]
    keys = {source.properties[name].sql for name in source.key}
    if (
        source.table is None
        or len(page.order) < 3
        or any(sort.is_descending or sort.value.sql not in keys for sort in first_two)
    ):
        return "true"
    one, other = (sort.value.sql for sort in first_two)
    query = f"SELECT {one}, {other}, count(*) FROM {source.base} WHERE {_condition(page)} GROUP BY ALL ORDER BY ALL"  # noqa: S608 - names known, values bound
    missing = page.skipped + page.rows + 1
    for first, second, count in con.execute(query, _bound(query, source)).fetchall():
        missing -= count
        if missing <= 0:
            last, last_other = source.statement.bind(first), source.statement.bind(second)
            return f"({one} < {last} OR ({one} = {last} AND {other} <= {last_other}))"
    return "true"


def _condition(page: Page) -> str:
    after = [] if page.after is None else [_after(page)]
    return " AND ".join((*page.source.statement.conditions, *after)) or "true"


def _query(page: Page, bound: str) -> str:
    source = page.source
    by = ", ".join(sort.sql for sort in page.order) or "1"
    condition = f"{_condition(page)} AND {bound}"
    bounds = f"LIMIT {page.rows + 1:d} OFFSET {page.skipped:d}"
    found = f"FROM {source.base} WHERE {condition} ORDER BY {by} {bounds}"
    rows = f"(SELECT * {found})"
    if source.table is not None:
        rows = f'"{source.table}" WHERE rowid IN (SELECT rowid {found})'
    marks = "".join(f", {sort.value.sql} AS mark{number}" for number, sort in enumerate(page.order))
    return f"SELECT {_document(page)} AS document{marks} FROM {rows} ORDER BY {by}"  # noqa: S608 - names known, values bound


def _after(page: Page) -> str:
    """The rows that come after ``page.after`` in the order."""
    assert page.after is not None
    condition = "false"
    for sort, given in reversed(list(zip(page.order, page.after, strict=True))):
        name = sort.value.sql
        if given is None:
            rest = f"({name} IS NULL AND {condition})"
            condition = rest if sort.is_descending else f"({name} IS NOT NULL OR {rest})"
            continue
        bound = page.source.statement.bind(_from_json(given, sort.value.kind))
        beyond = f"{name} < {bound} OR {name} IS NULL" if sort.is_descending else f"{name} > {bound}"
        condition = f"({beyond} OR ({name} = {bound} AND {condition}))"
    return condition


def _document(page: Page) -> str:
    parts: list[str] = []
    for name in page.names:
        value = page.source.properties[name]
        if name in page.source.computed and page.is_annotated and value.kind not in _PLAIN:
            parts.append(f"'{name}@odata.type', '#{value.kind.removeprefix('Edm.')}'")
        parts.append(f"'{name}', {_json_value(value, is_exact=page.is_exact)}")
    return f"CAST(json_object({', '.join(parts)}) AS VARCHAR)"


def _json_value(value: Typed, *, is_exact: bool) -> str:
    match value.kind:
        case Kind.MOMENT:
            return f"strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        case Kind.DOUBLE:
            return f"CASE WHEN isfinite({value.sql}) THEN {value.sql} END"
        case Kind.INT64 | Kind.DECIMAL if is_exact:
            return f"CAST({value.sql} AS VARCHAR)"
    return value.sql


def _as_json(value: object, kind: Kind | None) -> object:
    match value:
        case Decimal() | float() if kind is Kind.INT64:  # Arrow has no whole numbers of that size
            return int(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return value


def _from_json(value: object, kind: Kind | None) -> object:
    """The value of a mark. Raises ODataError for one that was not made here."""
    plain: dict[Kind, type] = {Kind.STRING: str, Kind.BOOLEAN: bool, Kind.INT64: int, Kind.DOUBLE: float}
    written: dict[Kind, Callable[[str], object]] = {
        Kind.DECIMAL: Decimal,
        Kind.DATE: date.fromisoformat,
        Kind.MOMENT: datetime.fromisoformat,
    }
    if kind in plain and type(value) is plain[kind]:
        return value
    if kind in written and isinstance(value, str):
        with suppress(ValueError, ArithmeticError):
            return written[kind](value)
    raise ODataError("the $skiptoken was not made for this request")


@contextmanager
def _reported() -> Iterator[None]:
    """Raise what DuckDB says as ODataError, where a value of the request is to blame, or as WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        raise _refusal_of(error) from error


def _refusal_of(error: Exception) -> Exception:
    text = str(error)
    values_are_wrong = isinstance(
        error, duckdb.OutOfRangeException | duckdb.ConversionException | duckdb.InvalidInputException
    )
    if values_are_wrong or any(word in text for word in ("Out of Range", "Conversion Error", "Invalid Input")):
        return ODataError(f"the expression cannot be computed: {text.partition(chr(10))[0]}")
    return WarehouseError(f"the rows cannot be read: {text}")
