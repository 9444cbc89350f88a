"""Figures of a table that Dagster plots over its materializations: how much, how many that need somebody."""

import duckdb

_CRITICAL = "count(*) FILTER (severity = 'critical') AS critical, count(*) FILTER (severity = 'warning') AS warnings"
_FIGURES = {
    "analytics_metrics": "coalesce(sum(spend_reporting), 0) AS spend_reporting,"
    " coalesce(sum(revenue_reporting), 0) AS revenue_reporting, coalesce(sum(conversions), 0) AS conversions",
    "analytics_budgets": f"{_CRITICAL}, count(*) FILTER (severity <> 'info') AS off_pace",
    "analytics_anomalies": _CRITICAL,
    "analytics_benchmarks": "count(*) FILTER (status = 'worse') AS worse,"
    " count(*) FILTER (status = 'better') AS better",
    "budget_recommendations": "count(*) FILTER (suggested_daily <> current_daily) AS changes",
    "todo": f"{_CRITICAL}",
    "ab_tests": "count(*) FILTER (status = 'running') AS running, count(*) FILTER (winner IS NOT NULL) AS decided",
    "alerts": "count(*) FILTER (status = 'firing') AS firing",
}
_NEWEST = {"analytics_budgets": "budgets_now", "budget_recommendations": "recommendations_now", "todo": "todo_today"}
"""The views of tables that keep earlier days: what the headlines count."""


def figures(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, float]:
    """The figures of a table by name; empty for one that has none."""
    if table not in _FIGURES:
        return {}
    found = con.execute(f"SELECT {_FIGURES[table]} FROM {_NEWEST.get(table, table)}")  # noqa: S608 - names and words of this module
    names = [column[0] for column in found.description]
    return {name: float(value) for name, value in zip(names, found.fetchone() or (), strict=True)}
