"""Columns of the list of campaigns: what is shown of a campaign, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_camel

from adops_pipeline.dashboard.charts import Unit

_COUNT = Unit("count", digits=0)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers. ``direction``: 1 where more is better, -1 where less is, 0 where neither."""

    name: str
    title: str
    unit: Unit
    direction: int = 0
    is_compared: bool = True

    @property
    def sort(self) -> str:
        """Its name at the API."""
        return to_camel(self.name)


@dataclass(frozen=True, slots=True)
class Cell:
    """A campaign's value in a column, in its currency, and the change against the period before."""

    column: Column
    value: float | None
    unit: Unit
    change: float | None


COLUMNS: Sequence[Column] = (
    Column("spend", "Spend", Unit("money")),
    Column("impressions", "Impressions", _COUNT),
    Column("clicks", "Clicks", _COUNT),
    Column("ctr", "CTR", Unit("percent"), 1),
    Column("cpc", "CPC", Unit("money"), -1),
    Column("conversions", "Conversions", _COUNT, 1),
    Column("cpa", "CPA", Unit("money"), -1),
    Column("revenue", "Revenue", Unit("money"), 1),
    Column("roas", "ROAS", Unit("ratio"), 1),
    Column("conversions_nowcast", "Conversions expected", _COUNT, is_compared=False),
    Column("roas_nowcast", "ROAS expected", Unit("ratio"), is_compared=False),
    Column("daily_budget", "Daily budget", Unit("money"), is_compared=False),
    Column("lifetime_budget", "Lifetime budget", Unit("money"), is_compared=False),
)
USUAL = ("spend", "clicks", "ctr", "conversions", "cpa", "roas")


def chosen(names: Sequence[str]) -> Sequence[Column]:
    """The columns with these names, in our order; without any the usual ones."""
    wanted = names or USUAL
    return [column for column in COLUMNS if column.name in wanted]


def cells(row: Any, columns: Sequence[Column]) -> Sequence[Cell]:  # noqa: ANN401 - a model made from a list of names
    """The cells of a campaign."""
    return [
        Cell(
            column,
            getattr(row, column.name),
            Unit("money", row.currency) if column.unit.scale == "money" else column.unit,
            getattr(row, f"{column.name}_change") if column.is_compared else None,
        )
        for column in columns
    ]
