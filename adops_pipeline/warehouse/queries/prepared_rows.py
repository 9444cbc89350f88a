"""A short table held in memory: its rows as JSON, filtered, sorted and paged as `listing.list_rows` does by SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.tables import table_or_view
from adops_pipeline.warehouse.queries.conditions import Condition
from adops_pipeline.warehouse.queries.listing import ListedRows, Listing, Mark, row_json
from adops_pipeline.warehouse.queries.measures import Places
from adops_pipeline.warehouse.queries.name_search import NameSearch
from adops_pipeline.warehouse.queries.value_filter import ValueFilter

_MOST_ROWS = 50_000
_PROJECT = "(SELECT any_value(project_id) FROM campaigns WHERE id = listed.platform || ':' || listed.campaign_id)"


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Makes the rows of a table; equal ones make the same."""

    table: str
    names: tuple[tuple[str, str], ...]
    """The columns that are listed, each with its name in JSON."""

    def __call__(self, con: duckdb.DuckDBPyConnection) -> "PreparedRows":
        """The rows of the table in a snapshot."""
        return PreparedRows(con, self.table, dict(self.names))


class PreparedRows:
    """The rows of a table in the order of its key. Columns are read when a request filters or sorts by them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: str, names: Mapping[str, str]) -> None:
        self._table = table_or_view(table)
        self._source = f'FROM "{table}" AS listed ORDER BY {", ".join(f"listed.{name}" for name in self._table.key)}'
        (rows,) = con.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)  # noqa: S608 - registered names
        self.is_short = rows <= _MOST_ROWS
        """Longer tables are not held: SQL answers for them."""
        self._documents: list[str] = []
        if self.is_short:
            self._documents = self._read(con, row_json(self._table, names))
        self._filters: dict[str, ValueFilter] = {}
        self._days: dict[str, npt.NDArray[np.datetime64]] = {}
        self._searches: dict[str, NameSearch] = {}
        self._texts: dict[str, list[str | None]] = {}
        self._orders: dict[tuple[str, bool], tuple[Places, Places]] = {}
        self._places: dict[tuple[str | None, ...], int] = {}

    def page(self, con: duckdb.DuckDBPyConnection, listing: Listing) -> ListedRows | None:
        """One page; None where SQL has to answer: the mark's row is no longer there, or the table is too long."""
        if not self.is_short or listing.sort is None:
            return None
        is_chosen = self._chosen(con, listing)
        order, rank = self._order(con, listing.sort, listing.is_descending)
        names = [listing.sort, *(name for name in self._table.key if name != listing.sort)]
        begin = 0
        if listing.after is not None:
            place = self._place(con, dict(zip(names, listing.after, strict=False)), listing.sort)
            if place is None or len(listing.after) != len(names):
                return None
            begin = int(rank[place]) + 1
        rest = order[begin:]
        found = rest[is_chosen[rest]]
        shown = found[: listing.limit]
        mark: Mark | None = None
        if len(found) > listing.limit:
            mark = [self._text(con, name)[shown[-1]] for name in names]
        return ListedRows([self._documents[place] for place in shown], mark, int(is_chosen.sum()))

    def _chosen(self, con: duckdb.DuckDBPyConnection, listing: Listing) -> npt.NDArray[np.bool_]:
        """The rows that meet all conditions."""
        is_chosen = np.ones(len(self._documents), dtype=np.bool_)
        for condition in listing.conditions:
            is_chosen &= self._meets(con, condition)
        if listing.project_id is not None:
            is_chosen &= self._has_one_of(con, _PROJECT, [listing.project_id])
        return is_chosen

    def _meets(self, con: duckdb.DuckDBPyConnection, condition: Condition) -> npt.NDArray[np.bool_]:
        column, value = f'listed."{condition.column}"', condition.value
        match condition.operator:
            case "in":
                assert isinstance(value, list)
                return self._has_one_of(con, column, value)
            case "contains":
                if column not in self._searches:
                    self._searches[column] = NameSearch(self._read(con, column))
                return self._searches[column].has(str(value))
            case _:
                assert isinstance(value, date)
                if column not in self._days:
                    self._days[column] = np.array(self._read(con, f"CAST({column} AS DATE)"), dtype="datetime64[D]")
                days, wanted = self._days[column], np.datetime64(value)
                return days >= wanted if condition.operator == "from" else days <= wanted

    def _has_one_of(
        self, con: duckdb.DuckDBPyConnection, column: str, wanted: Sequence[object]
    ) -> npt.NDArray[np.bool_]:
        if column not in self._filters:
            self._filters[column] = ValueFilter(self._read(con, column))
        return self._filters[column].has(wanted)

    def _order(self, con: duckdb.DuckDBPyConnection, name: str, is_descending: bool) -> tuple[Places, Places]:
        """The rows in order, NULL last in either direction and equal ones by key, and the rank of each row."""
        if (name, is_descending) not in self._orders:
            direction = "DESC" if is_descending else "ASC"
            ranks = self._read(con, f'rank() OVER (ORDER BY listed."{name}" {direction} NULLS LAST)')
            order = np.argsort(np.array(ranks, dtype=np.int64), kind="stable")
            rank = np.empty_like(order)
            rank[order] = np.arange(len(order))
            self._orders[name, is_descending] = order, rank
        return self._orders[name, is_descending]

    def _place(self, con: duckdb.DuckDBPyConnection, mark: Mapping[str, str | None], sort: str) -> int | None:
        """The row that the mark was made of; None if it is not there any more, or has another value now."""
        if not self._places:
            keys = zip(*(self._text(con, name) for name in self._table.key), strict=True)
            self._places = {key: place for place, key in enumerate(keys)}
        place = self._places.get(tuple(mark.get(name) for name in self._table.key))
        return place if place is not None and self._text(con, sort)[place] == mark[sort] else None

    def _text(self, con: duckdb.DuckDBPyConnection, name: str) -> list[str | None]:
        """The values of a column as text, as marks have them."""
        if name not in self._texts:
            self._texts[name] = self._read(con, f'CAST(listed."{name}" AS VARCHAR)')
        return self._texts[name]

    def _read(self, con: duckdb.DuckDBPyConnection, expression: str) -> list[Any]:
        """The values of an expression, row by row."""
        found = con.execute(f"SELECT {expression} {self._source}")
        return [value for (value,) in found.fetchall()]
