"""Campaigns whose recent figures changed since the last publication, for those who follow them live."""

from dataclasses import dataclass
from datetime import date

import duckdb

RECENT_DAYS = 7
_MOST_UPDATES = 200
_CURRENT = f"""
    CREATE OR REPLACE TEMP TABLE current_metrics AS
    WITH newest AS (SELECT max(date) AS day FROM rollup_campaign_days)
    SELECT numbers.platform, numbers.platform || ':' || numbers.campaign_id AS id, numbers.currency,
        newest.day - {RECENT_DAYS - 1} AS first_day, newest.day AS last_day,
        sum(impressions)::BIGINT AS impressions, sum(clicks)::BIGINT AS clicks, sum(spend)::DOUBLE AS spend,
        sum(conversions)::DOUBLE AS conversions, sum(revenue)::DOUBLE AS revenue
    FROM rollup_campaign_days JOIN rollup_campaigns AS numbers USING (campaign_no), newest
    WHERE date > newest.day - {RECENT_DAYS} GROUP BY ALL
"""  # noqa: S608 - constants
_IS_KNOWN = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'announced_metrics'"
_CHANGED = "CREATE OR REPLACE TEMP TABLE changed_metrics AS (FROM current_metrics EXCEPT FROM announced_metrics)"
_NEWS = "SELECT *, count(*) OVER () AS changed FROM changed_metrics ORDER BY spend DESC, id LIMIT ?"
_ANNOUNCE = "CREATE OR REPLACE TABLE announced_metrics AS FROM current_metrics"


@dataclass(frozen=True, slots=True)
class CampaignMetrics:
    """A campaign's sums of the last days, both included, in its currency."""

    platform: str
    campaign_id: str
    currency: str
    first_day: date
    last_day: date
    impressions: int
    clicks: int
    spend: float
    conversions: float
    revenue: float


@dataclass(frozen=True, slots=True)
class MetricNews:
    """How many campaigns changed, and of those with the most spend, their figures."""

    changed: int = 0
    updates: tuple[CampaignMetrics, ...] = ()


def metric_news(con: duckdb.DuckDBPyConnection) -> MetricNews:
    """What changed since the last call, as the roll-ups say. The first call finds nothing: everything is new then."""
    con.execute(_CURRENT)
    (is_known,) = con.execute(_IS_KNOWN).fetchone() or (0,)
    if not is_known:
        con.execute(_ANNOUNCE)
        return MetricNews()
    con.execute(_CHANGED)
    rows = con.execute(_NEWS, [_MOST_UPDATES]).fetchall()
    if not rows:
        return MetricNews()
    con.execute(_ANNOUNCE)
    return MetricNews(rows[0][-1], tuple(CampaignMetrics(*row[:-1]) for row in rows))
