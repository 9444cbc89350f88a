"""The most relevant rows of each analysis, for previews. Read-only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import duckdb

from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.probability import format_probability
from adops_pipeline.warehouse.sql import statement

View = Literal[
    "worst_paced",
    "maturity_curves",
    "benchmark_changes",
    "newest_anomalies",
    "month_forecasts",
    "coming_events",
    "budget_plan",
    "test_verdicts",
    "todo_list",
    "newest_outcomes",
    "alerts_first",
]


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows of a view, with column names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def show(con: duckdb.DuckDBPyConnection, view: View) -> Shown:
    """The rows of a view, at most a screenful; money with its currency, probabilities never shown as 0 or 100 %."""
    found = con.execute(statement(view))
    names = tuple(str(column[0]) for column in found.description or ())
    return Shown(names, tuple(_in_words(names, row) for row in found.fetchall()))


def _in_words(names: tuple[str, ...], row: tuple[object, ...]) -> tuple[object, ...]:
    currency = str(row[names.index("currency")]) if "currency" in names else ""
    return tuple(_cell(name, value, currency) for name, value in zip(names, row, strict=True))


def _cell(name: str, value: object, currency: str) -> object:
    if isinstance(value, Decimal):
        return format_money(value, currency)
    if name.startswith("probability") and isinstance(value, float):
        return format_probability(value)
    return value
