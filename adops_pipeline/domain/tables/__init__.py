"""The registry of public tables and views: a column's type, unit, meaning and promises are stated once, in one module.

From it come the DuckDB tables and comments, the Polars schemas, the operational store's public columns, Dagster's
column schemas, the asset checks and the data dictionary. Data without behaviour; no database is known here.
"""

from adops_pipeline.domain.tables import (
    accounts,
    allocation,
    anomalies,
    benchmarks,
    budgets,
    calendar,
    campaigns,
    experiments,
    forecasting,
    maturity,
    metrics,
    operations,
    outcomes,
    pacing,
    pulls,
    rollups,
    todo,
    views,
)
from adops_pipeline.domain.tables.column import Column, Table

__all__ = ["ROLLUPS", "TABLES", "VIEWS", "Column", "Table", "table_or_view"]

_CONCEPTS = (
    accounts, campaigns, budgets, metrics, pulls, calendar, maturity, pacing, benchmarks, anomalies, forecasting,
    allocation, experiments, todo, outcomes, operations,
)  # fmt: skip
TABLES: dict[str, Table] = {table.name: table for concept in _CONCEPTS for table in concept.TABLES}
"""Every public table by name."""
ROLLUPS: dict[str, Table] = {table.name: table for table in rollups.TABLES}
"""Every roll-up by name: sums of public tables, in the snapshot for programs that must be quick."""
VIEWS: dict[str, Table] = {view.name: view for concept in (views,) for view in concept.VIEWS}
"""Every public view by name; its rows are computed from tables when it is read."""


def table_or_view(name: str) -> Table:
    """The public table, roll-up or view of that name. Raises KeyError for an unknown one."""
    return (TABLES | ROLLUPS | VIEWS)[name]
