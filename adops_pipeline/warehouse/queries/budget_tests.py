"""Campaigns whose response to spend a budget test would show, from the published snapshot."""

from pathlib import Path

import duckdb
import polars as pl

from adops_pipeline.warehouse.connection import WarehouseError, open_snapshot
from adops_pipeline.warehouse.frames import read_frame

_NEEDED = """
    SELECT r.platform, campaign_id, any_value(r.campaign_name) AS campaign_name, any_value(r.currency) AS currency,
        any_value(r.identification) AS identification, any_value(r.current_daily) AS current_daily,
        any_value(r.test_high_daily) AS high_daily, any_value(r.test_low_daily) AS low_daily,
        any_value(r.test_elasticity_error) AS elasticity_error,
        any_value(c.daily_budget) AS daily_budget, any_value(c.lifetime_budget) AS lifetime_budget,
        any_value(c.is_shared_budget) AS is_shared_budget, any_value(c.end_date) AS last_day,
        array_agg(g.external_id ORDER BY g.external_id) AS ad_groups
    FROM budget_recommendations AS r
    JOIN ad_groups AS g USING (platform, campaign_id)
    JOIN campaigns AS c ON c.platform = r.platform AND c.external_id = r.campaign_id
    WHERE r.as_of = (SELECT max(as_of) FROM budget_recommendations) AND r.test_high_daily IS NOT NULL
        AND g.status = 'active'
    GROUP BY r.platform, campaign_id
    ORDER BY r.platform, campaign_id
"""


def needed_budget_tests(snapshot: Path) -> pl.DataFrame:
    """A row per campaign of the newest plan that needs a budget test: its budgets and its active ad groups.

    Raises WarehouseError where the snapshot cannot be read.
    """
    try:
        with open_snapshot(snapshot) as con:
            return needed_in(con)
    except duckdb.Error as error:
        raise WarehouseError(f"{snapshot}: {error}") from None


def needed_in(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The same of a snapshot that is open."""
    return read_frame(con, _NEEDED)
