"""What to export, and its check against the registry: wrong names are reported with the nearest known one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic.alias_generators import to_camel

from adops_pipeline.domain.currencies import CURRENCIES
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES, VIEWS, table_or_view
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.workflows.nearest import did_you_mean, nearest
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.services.exports import filters
from adops_pipeline.warehouse.queries.conditions import Condition
from adops_pipeline.warehouse.queries.export import Selection

_LISTED_NAMES = 12


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A table or view, some of its columns (none: all), filters, days (inclusive) and the kind of file.

    ``filters`` has values by filter: platform, accountId, campaignId, currency, status.
    """

    table: str
    kind: Format
    columns: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    project_id: str | None = None
    search: str | None = None
    first: date | None = None
    last: date | None = None
    with_bom: bool = False

    @property
    def entry(self) -> Table:
        """The registered table or view. Raises InvalidError for an unknown one."""
        try:
            return table_or_view(self.table)
        except KeyError:
            known = (*TABLES, *VIEWS)
            raise InvalidError("table", f"there is no table or view {self.table!r}{_near(self.table, known)}") from None

    def chosen_columns(self) -> tuple[Column, ...]:
        """The columns in the requested order; names may be in camelCase. Raises InvalidError for a wrong one."""
        table = self.entry
        by_name = {column.name: column for column in table.columns}
        by_name |= {to_camel(column.name): column for column in table.columns}
        unknown = [name for name in self.columns if name not in by_name]
        if unknown:
            wrong = "; ".join(f"{name!r}{_near(name, table.column_names)}" for name in unknown)
            raise InvalidError("columns", f"{table.name} has no column {wrong}")
        chosen = tuple(by_name[name] for name in self.columns)
        if len(set(chosen)) < len(chosen):
            raise InvalidError("columns", "names a column twice")
        return chosen or table.columns

    def selection(self) -> Selection:
        """The rows and columns. Raises InvalidError that names what the table does not have."""
        names = [column.name for column in self.chosen_columns()]
        conditions = [*self._equalities(), *self._days(), *self._search()]
        if self.project_id is not None and not filters.belongs_to_campaigns(self.entry):
            raise self._no_filter("projectId")
        return Selection(self.table, names, conditions, self.project_id)

    def file_name(self) -> str:
        """A name for the file, of letters that every system takes."""
        days = "".join(f"_{day}" for day in (self.first, self.last) if day)
        return f"{self.entry.name}{days}"

    def _equalities(self) -> Iterable[Condition]:
        columns = filters.filter_columns(self.entry)
        by_name = {column.name: column for column in self.entry.columns}
        for word, values in self.filters.items():
            if not values:
                continue
            if word not in columns:
                raise self._no_filter(word)
            _check_values(word, values, by_name[columns[word]].allowed)
            yield Condition(columns[word], "in", list(values))

    def _days(self) -> Iterable[Condition]:
        if self.first is None and self.last is None:
            return
        column = filters.day_column(self.entry)
        if column is None:
            raise self._no_filter("from" if self.first else "to")
        if self.first and self.last and self.first > self.last:
            raise InvalidError("to", "must be on or after from")
        if self.first is not None:
            yield Condition(column, "from", self.first)
        if self.last is not None:
            yield Condition(column, "to", self.last)

    def _search(self) -> Iterable[Condition]:
        if self.search is None:
            return
        column = filters.search_column(self.entry)
        if column is None:
            raise self._no_filter("search")
        yield Condition(column, "contains", self.search)

    def _no_filter(self, word: str) -> InvalidError:
        table = self.entry
        known = [*filters.filter_columns(table)]
        known += ["projectId"] if filters.belongs_to_campaigns(table) else []
        known += ["search"] if filters.search_column(table) else []
        known += ["from", "to"] if filters.day_column(table) else []
        return InvalidError(word, f"{table.name} has no such filter; it has {', '.join(known) or 'none'}")


def _check_values(word: str, values: Sequence[str], allowed: Sequence[str]) -> None:
    if word == "currency" and (unknown := [value for value in values if value not in CURRENCIES]):
        raise InvalidError(word, f"{unknown[0][:40]!r} is not a currency code of ISO 4217, such as EUR")
    wrong = [value for value in values if allowed and value not in allowed]
    if wrong:
        raise InvalidError(
            word, f"{wrong[0][:40]!r} is not one of {', '.join(allowed)}{did_you_mean(wrong[0], allowed)}"
        )


def _near(typed: str, known: Iterable[str]) -> str:
    """The nearest known name, or all if they are few and none is near."""
    names = list(known)
    if nearest(typed, names) is None and len(names) <= _LISTED_NAMES:
        return f"; it is one of {', '.join(names)}"
    return did_you_mean(typed, names)
