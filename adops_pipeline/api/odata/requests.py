"""A request for rows: what it reads, which properties it shows, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adops_pipeline.api.odata.options import Options
from adops_pipeline.api.odata.skiptoken import fingerprint
from adops_pipeline.api.odata.syntax import parse
from adops_pipeline.api.odata.transformations import transformations
from adops_pipeline.domain.tables.column import Table
from adops_pipeline.warehouse.queries.odata.expressions import unknown_property
from adops_pipeline.warehouse.queries.odata.pages import Sort, total_order
from adops_pipeline.warehouse.queries.odata.source import Source
from adops_pipeline.warehouse.queries.odata.values import ODataError

MOST_ROWS = 50_000
"""Rows on a page, unless the client wants fewer."""


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """What to read. ``fingerprint`` tells apart requests whose pages must not continue each other."""

    table: Table
    source: Source
    names: Sequence[str]
    order: Sequence[Sort]
    fingerprint: str
    is_narrowed: bool
    """Whether not all properties of the entity are shown."""

    @classmethod
    def read(cls, table: Table, options: Options, now: datetime) -> "RowsRequest":
        """The request that ``options`` make of ``table``. Raises ODataError."""
        source = Source.of(table, now.astimezone(UTC).replace(tzinfo=None))
        steps = options.text("$apply")
        for step in transformations(steps) if steps is not None else ():
            step.apply(source)
        condition = options.text("$filter")
        if condition is not None:
            source.filter(parse(condition))
        names = options.names("$select")
        for name in names or ():
            if name not in source.properties:
                raise unknown_property(name, source.properties)
        sorts = [_sort(source, text, is_descending=down) for text, down in options.orders()]
        parts = (options.text(name) for name in ("$apply", "$filter", "$orderby", "$select"))
        return cls(
            table,
            source,
            names if names is not None else list(source.properties),
            total_order(source, sorts),
            fingerprint(table.name, *parts),
            names is not None or source.is_grouped,
        )

    def context(self, base: str) -> str:
        """The value of `@odata.context`."""
        shown = f"({','.join(self.names)})" if self.is_narrowed else ""
        return f"{base}/$metadata#{self.table.name}{shown}"

    def mark(self, found: Sequence[object]) -> Sequence[object]:
        """A mark of this order. Raises ODataError for one of another."""
        if len(found) != len(self.order):
            raise ODataError("the $skiptoken was not made for this request; follow @odata.nextLink as it is")
        return found


def _sort(source: Source, text: str, *, is_descending: bool) -> Sort:
    value = source.expressions.value(parse(text))
    if value.is_literal or value.kind is None:
        raise ODataError("$orderby takes properties and expressions of them")
    return Sort(value, is_descending)
