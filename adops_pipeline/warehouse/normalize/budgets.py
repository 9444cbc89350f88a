"""Writes the history of budgets and changes, from our own pulls and the platforms' logs of changes."""

import duckdb

from adops_pipeline.warehouse.normalize.statements import create_own_tables, sql
from adops_pipeline.warehouse.transaction import transaction

_TABLES = {"campaign_changes": "campaign_changes", "campaign_budget_history": "budget_history"}


def refresh_budgets(con: duckdb.DuckDBPyConnection) -> None:
    """Compute `campaign_changes` and `campaign_budget_history` from everything that is known; idempotent."""
    create_own_tables(con)
    con.execute(sql("change_points"))
    con.execute(sql("campaign_points"))
    with transaction(con):
        for table, query in _TABLES.items():
            con.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a registered name
            con.execute(f'INSERT INTO "{table}" BY NAME {sql(query)}')


def forget_observations(con: duckdb.DuckDBPyConnection) -> None:
    """Delete everything that the raw files can tell again; what pruned pulls told stays."""
    create_own_tables(con)
    with transaction(con):
        con.execute("DELETE FROM change_events")
        for table in ("entity_observations", "period_totals"):
            con.execute(
                f"DELETE FROM {table} "  # noqa: S608 - constants
                "WHERE pull_id NOT IN (SELECT pull_id FROM raw_pulls WHERE state = 'pruned')"
            )
