"""Sums in the reporting currency: of all campaigns, by platform and by day; budgets in force. Read-only.

An amount is None where a rate is missing for part of it.
"""

from collections.abc import Mapping, Sequence

import duckdb

from adops_pipeline.warehouse.sql import statement

Row = Mapping[str, object]
_PERIODS = ("is_now, platform", "(is_now), (is_now, platform)")
_DAYS = ("is_now, date, platform", "(is_now, date), (is_now, date, platform)")


def period_sums(con: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> list[Row]:
    """Sums of both periods, of all platforms (``platform`` None) and of each."""
    return _rows(con, _grouped(*_PERIODS), values)


def day_sums(con: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> list[Row]:
    """Sums of each day of both periods, of all platforms (``platform`` None) and of each."""
    return _rows(con, _grouped(*_DAYS), values)


def budget_shares(
    con: duckdb.DuckDBPyConnection, platforms: Sequence[str], currencies: Sequence[str], project_id: str | None
) -> list[Row]:
    """Budgets in force by platform: how many, their sum, what of it is spent and what will be."""
    values = {"platforms": list(platforms), "currencies": list(currencies), "project": project_id}
    return _rows(con, statement("api_budget_shares"), values)


def _grouped(groups: str, sets: str) -> str:
    return statement("api_reporting").replace("{groups}", groups).replace("{sets}", sets)


def _rows(con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object]) -> list[Row]:
    answer = con.execute(query, dict(values))
    names = [str(column[0]) for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
