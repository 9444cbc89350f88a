"""Rows of the published snapshot that the agents' playbooks rest on. Read-only."""

from typing import Any

import duckdb

from adops_pipeline.warehouse.sql import statement

_RUNNING_TESTS = "SELECT platform, campaign_id FROM tests_now WHERE status = 'running' ORDER BY ALL"
_UNTESTED = """
SELECT platform, account_id, campaign_id, campaign_name, as_of, identification FROM budget_recommendations
WHERE as_of = (SELECT max(as_of) FROM budget_recommendations) AND test_high_daily IS NOT NULL
ORDER BY platform, account_id, campaign_id
"""
_WEAK = """
SELECT platform, account_id, campaign_id, campaign_name, period_start, current_value AS value, peer_p25
FROM analytics_benchmarks AS b
WHERE metric = 'ctr' AND period = 'month' AND current_value < peer_p25
    AND period_start = (SELECT max(period_start) FROM analytics_benchmarks WHERE period = 'month')
ORDER BY platform, account_id, campaign_id
"""
Rows = list[dict[str, Any]]


def idle_campaigns(con: duckdb.DuckDBPyConnection) -> Rows:
    """Active campaigns without a conversion on mature days of the last 28, with their account's cost per conversion."""
    return _rows(con, statement("idle_campaigns"))


def own_bids(con: duckdb.DuckDBPyConnection) -> Rows:
    """Active ad groups with a bid that somebody has set, and how dear their conversions are beside their account's."""
    return _rows(con, statement("bids"))


def untested_campaigns(con: duckdb.DuckDBPyConnection) -> Rows:
    """Campaigns of the newest plan that a budget test can tell of: their spend never varied of itself."""
    return _rows(con, _UNTESTED)


def weak_click_rates(con: duckdb.DuckDBPyConnection) -> Rows:
    """Click rates of the newest month below those of three quarters of the peers."""
    return _rows(con, _WEAK)


def running_tests(con: duckdb.DuckDBPyConnection) -> Rows:
    """Campaigns with a running A/B test."""
    return _rows(con, _RUNNING_TESTS)


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Rows:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
