"""What a request reads: an entity set, or what the transformations of `$apply` make of it. Built step by step."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from odata_query import ast

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.tables.column import Table
from adops_pipeline.warehouse.queries.conditions import Statement
from adops_pipeline.warehouse.queries.odata.expressions import Expressions, unknown_property
from adops_pipeline.warehouse.queries.odata.values import NUMBERS, Kind, ODataError, Typed, properties_of

Method = Literal["sum", "min", "max", "average", "countdistinct"]
METHODS: Sequence[Method] = ("sum", "min", "max", "average", "countdistinct")
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A value for each group under the name ``alias``; ``expression`` None counts rows."""

    alias: str
    expression: ast._Node | None = None
    method: Method | None = None


@dataclass(slots=True)
class Source:
    """Rows to read. ``table``: the stored table, as long as its rows are read as they are."""

    base: str
    properties: Mapping[str, Typed]
    key: Sequence[str]
    now: datetime
    table: str | None = None
    statement: Statement = field(default_factory=Statement)
    computed: frozenset[str] = frozenset()
    """Properties that the metadata does not describe."""
    is_grouped: bool = False

    @classmethod
    def of(cls, table: Table, now: datetime) -> "Source":
        """All entities of a table or view."""
        stored = table.name if table.name in TABLES else None
        return cls(f'"{table.name}"', properties_of(table), table.key, now, stored)

    @property
    def expressions(self) -> Expressions:
        """Compiles expressions over the properties of the rows."""
        return Expressions(self.properties, self.statement, self.now)

    def filter(self, node: ast._Node) -> None:
        """Keep the rows that meet a condition. Raises ODataError."""
        self.statement.conditions.append(self.expressions.condition(node))

    def group(self, names: Sequence[str], aggregates: Sequence[Aggregate]) -> None:
        """Make one row for each combination of values, or one of all rows where ``names`` is empty.

        Raises ODataError.
        """
        made: dict[str, Typed] = {}
        parts: list[str] = []
        taken: set[str] = set()

        def add(name: str, value: Typed) -> None:
            if name.casefold() in taken:  # SQL does not tell the letter case of names apart
                raise ODataError(f"the name {name} is given twice in $apply")
            taken.add(name.casefold())
            parts.append(f'{value.sql} AS "{name}"')
            made[name] = Typed(f'"{name}"', value.kind)

        for name in names:
            if name not in self.properties:
                raise unknown_property(name, self.properties)
            add(name, self.properties[name])
        for aggregate in aggregates:
            if not _ALIAS.fullmatch(aggregate.alias):
                raise ODataError(f"{aggregate.alias[:80]!r} cannot be a name: letters, digits and _ alone")
            add(aggregate.alias, self._aggregated(aggregate))
        grouping = f" GROUP BY {', '.join(str(number + 1) for number in range(len(names)))}" if names else ""
        conditions = self.statement.where
        self.base = f"(SELECT {', '.join(parts)} FROM {self.base} WHERE {conditions}{grouping})"  # noqa: S608 - names are known or checked, values bound
        self.statement.conditions.clear()
        self.properties, self.key, self.table = made, tuple(names), None
        self.is_grouped = True
        self.computed = frozenset(aggregate.alias for aggregate in aggregates)

    def _aggregated(self, aggregate: Aggregate) -> Typed:
        if aggregate.expression is None:
            return Typed("count(*)", Kind.INT64)
        value = self.expressions.value(aggregate.expression)
        match aggregate.method:
            case "countdistinct":
                return Typed(f"count(DISTINCT {value.sql})", Kind.INT64)
            case "sum" | "average" if value.kind not in NUMBERS:
                raise ODataError(f"{aggregate.method} takes a number, not {value.kind}")
            case "average":
                return Typed(f"avg({value.sql})", Kind.DOUBLE)
            case method:
                return Typed(f"{method}({value.sql})", value.kind)
