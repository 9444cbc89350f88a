"""Sums in the reporting currency: of all campaigns, by platform and by day; budgets in force. Read-only.

An amount is None where a rate is missing for part of it.
"""

from collections.abc import Mapping

import duckdb

from adops_pipeline.warehouse.queries.scope import Scope
from adops_pipeline.warehouse.sql import statement

Row = Mapping[str, object]
_PERIODS = ("is_now, platform", "(is_now), (is_now, platform)")
_DAYS = ("is_now, date, platform", "(is_now, date), (is_now, date, platform)")


def period_sums(con: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Sums of both periods, of all platforms (``platform`` None) and of each."""
    return _rows(con, _grouped(*_PERIODS), _bound(scope))


def day_sums(con: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Sums of each day of both periods, of all platforms (``platform`` None) and of each."""
    return _rows(con, _grouped(*_DAYS), _bound(scope))


def budget_shares(con: duckdb.DuckDBPyConnection, scope: Scope) -> list[Row]:
    """Budgets in force by platform, whatever the period: how many, their sum, what of it is spent and what will be."""
    bound = _bound(scope)
    names = ("platforms", "accounts", "currencies", "project")
    return _rows(con, statement("api_budget_shares"), {name: bound[name] for name in names})


def _bound(scope: Scope) -> dict[str, object]:
    return {
        "first": scope.first, "last": scope.last, "before": scope.before, "before_last": scope.before_last,
        "platforms": list(scope.platforms), "accounts": list(scope.account_ids), "currencies": list(scope.currencies),
        "project": scope.project_id,
    }  # fmt: skip


def _grouped(groups: str, sets: str) -> str:
    return statement("api_reporting").replace("{groups}", groups).replace("{sets}", sets)


def _rows(con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object]) -> list[Row]:
    answer = con.execute(query, dict(values))
    names = [str(column[0]) for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
