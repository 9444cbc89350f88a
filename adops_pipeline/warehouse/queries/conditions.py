"""Conditions on the columns of a registered table, as SQL with bound values: for listings and exports."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from adops_pipeline.domain.tables.column import Table

Operator = Literal["in", "from", "to", "contains"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column. ``in`` takes a list of values, ``contains`` ignores case; days are inclusive."""

    column: str
    operator: Operator
    value: object


@dataclass
class Statement:
    """Conditions in SQL and the values bound to them."""

    conditions: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """The name under which ``value`` is bound."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    @property
    def where(self) -> str:
        """All conditions in one."""
        return " AND ".join(self.conditions) or "true"


def filtered(table: Table, conditions: Iterable[Condition], project_id: str | None = None) -> Statement:
    """The rows of ``table`` that meet all ``conditions`` and belong to campaigns of the project, if one is given."""
    statement = Statement()
    types = {column.name: column.type for column in table.columns}
    for condition in conditions:
        column, value = f'"{condition.column}"', statement.bind(condition.value)
        day = f"CAST({column} AS DATE)" if types[condition.column] == "TIMESTAMP" else column
        statement.conditions.append({
            "in": f"list_contains({value}, {column})",
            "from": f"{day} >= {value}",
            "to": f"{day} <= {value}",
            "contains": f"contains(lower({column}), lower({value}))",
        }[condition.operator])  # fmt: skip
    if project_id is not None:
        project = statement.bind(project_id)
        campaign = "id" if table.name == "campaigns" else "platform || ':' || campaign_id"
        of_project = f"SELECT id FROM campaigns WHERE project_id = {project}"  # noqa: S608 - a bound value's name
        statement.conditions.append(f"{campaign} IN ({of_project})")
    return statement
