"""Queries of the measurement of changes: what was changed, tests, and the days of a sample of campaigns. Read-only."""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from adops_pipeline.warehouse.frames import read_frame

SAMPLE = 200
"""Campaigns of each platform, evenly picked by size, among which controls are looked for."""
_DAYS = """
SELECT platform, account_id, campaign_id, date, currency, spend, coalesce(conversions, 0) AS conversions,
    coalesce(revenue, 0) AS revenue
FROM analytics_metrics
WHERE date >= $since AND platform || ':' || campaign_id IN (SELECT unnest($campaigns))
"""
_ACCOUNT_DAYS = """
SELECT platform, account_id, date, sum(spend)::DOUBLE AS spend, coalesce(sum(conversions), 0)::DOUBLE AS conversions,
    coalesce(sum(revenue), 0)::DOUBLE AS revenue
FROM analytics_metrics
WHERE date >= $since AND platform || ':' || account_id IN (SELECT unnest($accounts))
GROUP BY platform, account_id, date
ORDER BY platform, account_id, date
"""
_SAMPLE = """
SELECT platform || ':' || campaign_id AS id
FROM analytics_metrics
WHERE date >= $since
GROUP BY platform, campaign_id
QUALIFY row_number() OVER (PARTITION BY platform ORDER BY sum(conversions) DESC, campaign_id)
    % greatest(ceil(count(*) OVER (PARTITION BY platform) / $most), 1) = 0
"""
_PROPOSALS = """
SELECT id, agent_id, platform, account_id, campaign_id, before::VARCHAR AS before, after::VARCHAR AS after,
    intended::VARCHAR AS intended, evidence::VARCHAR AS evidence, status, applied_at
FROM proposals WHERE applied_at >= $since ORDER BY id
"""
_MEASURED = "SELECT DISTINCT change_id FROM action_outcomes WHERE verdict <> 'pending' ORDER BY 1"
_WAITING = "SELECT DISTINCT change_id FROM action_outcomes WHERE verdict = 'pending' ORDER BY 1"
_TESTS = "SELECT platform, campaign_id, started_at, completed_at FROM ab_tests ORDER BY id"


def applied_proposals(con: duckdb.DuckDBPyConnection, since: date) -> pl.DataFrame:
    """Proposals that were applied from ``since`` on, with the states before and after as JSON text."""
    return read_frame(con, _PROPOSALS, {"since": since})


def measured_changes(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Ids of the changes that have a final verdict."""
    return frozenset(one for (one,) in con.execute(_MEASURED).fetchall())


def waiting_changes(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Ids of the changes that earlier runs have listed and not measured yet."""
    return frozenset(one for (one,) in con.execute(_WAITING).fetchall())


def periods_of_tests(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """platform, campaign_id, started_at and completed_at (NULL while it runs) of every A/B test."""
    return read_frame(con, _TESTS)


def sample_of_campaigns(con: duckdb.DuckDBPyConnection, since: date) -> list[str]:
    """`platform:external id` of campaigns that may serve as controls, large and small ones."""
    found = con.execute(_SAMPLE, {"since": since, "most": SAMPLE}).fetchall()
    return [one for (one,) in found]


def account_days(con: duckdb.DuckDBPyConnection, accounts: Sequence[str], since: date) -> pl.DataFrame:
    """Daily sums over all campaigns of these accounts (`platform:account id`) from ``since`` on."""
    return read_frame(con, _ACCOUNT_DAYS, {"since": since, "accounts": list(accounts)})


def days_of(con: duckdb.DuckDBPyConnection, campaigns: Sequence[str], since: date) -> pl.DataFrame:
    """Daily sums of these campaigns (`platform:external id`) from ``since`` on, unordered."""
    return read_frame(con, _DAYS, {"since": since, "campaigns": list(campaigns)})
