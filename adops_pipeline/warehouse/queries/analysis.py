"""Queries of the analyses, as frames: bounded windows of the unified tables. Read-only."""

from collections.abc import Sequence
from datetime import date, datetime

import duckdb
import polars as pl

from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.sql import statement

_REVISION_DAYS = 100
_MAY_LACK = frozenset({"impressions", "clicks", "conversions", "revenue"})
_DAILY = ("platform", "account_id", "campaign_id", "date", "currency")


def account_pulls(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """platform, account_id, name, timezone and pulled_at, the time of the last pull of daily rows (NULL: none)."""
    return read_frame(con, statement("account_pulls"))


def campaign_rows(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The table of campaigns without their totals and the time of their pull, which says nothing of them."""
    return read_frame(con, "SELECT * EXCLUDE (metrics, synced_at) FROM campaigns ORDER BY id")


def daily_rows(
    con: duckdb.DuckDBPyConnection, columns: Sequence[str], since: date, campaigns: Sequence[str] | None = None
) -> pl.DataFrame:
    """Key and ``columns`` of the days from ``since`` on of ``campaigns`` (external ids; None: of all), unordered.

    A metric that could not be taken counts as zero, as one that the platform left out.
    """
    names = ", ".join(
        [*_DAILY, *(f'coalesce("{one}", 0) AS "{one}"' if one in _MAY_LACK else f'"{one}"' for one in columns)]
    )
    query = f"SELECT {names} FROM analytics_metrics WHERE date >= $since"  # noqa: S608 - registered names
    if campaigns is None:
        return read_frame(con, query, {"since": since})
    chosen = {"since": since, "campaigns": list(campaigns)}
    return read_frame(con, f"{query} AND campaign_id IN (SELECT unnest($campaigns))", chosen)


def oldest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """The first day of the daily rows; None without any."""
    days: list[date | None] = read_frame(con, "SELECT min(date) AS day FROM analytics_metrics")["day"].to_list()
    return days[0]


def unit_totals(con: duckdb.DuckDBPyConnection, since: date) -> pl.DataFrame:
    """platform, account_id, project_id, date and the sums of all campaigns' spend, conversions and revenue."""
    return read_frame(con, statement("unit_totals"), {"since": since})


def calendar_rows(con: duckdb.DuckDBPyConnection, since: date = date.min) -> pl.DataFrame:
    """The calendar as the last run wrote it; nothing if that was before ``since``."""
    query = "SELECT * EXCLUDE (created_at) FROM calendar_days WHERE created_at >= $since ORDER BY ALL"
    return read_frame(con, query, {"since": since})


def delivery_stops(con: duckdb.DuckDBPyConnection, since: date) -> pl.DataFrame:
    """Days from ``since`` on, on which an active campaign delivered nothing, as found by earlier runs."""
    query = "SELECT * FROM analytics_anomalies WHERE cause = 'delivery-stopped' AND date >= $since ORDER BY ALL"
    return read_frame(con, query, {"since": since})


def budget_history(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Budgets by the first day on which they apply: the table `campaign_budget_history`, in key order."""
    return table_rows(con, "campaign_budget_history")


def campaign_changes(con: duckdb.DuckDBPyConnection, since: date) -> pl.DataFrame:
    """Changes of budgets, status and bids from ``since`` on: the table `campaign_changes`, in key order."""
    return table_rows(con, "campaign_changes", since)


def known_days(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """platform, account_id and known_from, the first day from which the account's daily rows are complete."""
    return read_frame(con, statement("known_days"))


def earlier_spend(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Spend of periods from before the first complete pulled day: the table `campaign_earlier_spend`, in key order."""
    return table_rows(con, "campaign_earlier_spend")


def recent_revisions(con: duckdb.DuckDBPyConnection, before: datetime) -> pl.DataFrame:
    """The restatement history of the last hundred days that have any, as of ``before`` (UTC)."""
    return read_frame(con, statement("recent_revisions"), {"days": _REVISION_DAYS, "before": before})


def daily_pulls(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """platform, account_id, range_start, range_end, pulled_on (the account's local day) of campaigns' daily pulls."""
    return read_frame(con, statement("daily_pulls"))


def read_curves(con: duckdb.DuckDBPyConnection) -> MaturityCurves:
    """The stored maturity curves; platforms without one use the prior."""
    return MaturityCurves(read_frame(con, "SELECT * EXCLUDE (created_at) FROM analytics_maturity ORDER BY ALL"))


def pacing_verdicts(con: duckdb.DuckDBPyConnection, since: date) -> pl.DataFrame:
    """The verdicts of `analytics_budgets` from that day on."""
    query = """
    SELECT platform, account_id, campaign_id, as_of, verdict FROM analytics_budgets
    WHERE as_of >= $since ORDER BY as_of, platform, campaign_id
    """
    return read_frame(con, query, {"since": since})


def table_rows(con: duckdb.DuckDBPyConnection, table: str, since: date | None = None) -> pl.DataFrame:
    """The rows of a registered table, in key order; with ``since`` those from that day on, by the table's own day."""
    entry = TABLES[table]
    order = ", ".join(f'"{name}"' for name in entry.key)
    if since is None or entry.history_column is None:
        return read_frame(con, f'SELECT * FROM "{table}" ORDER BY {order}')  # noqa: S608 - registered names
    query = f'SELECT * FROM "{table}" WHERE "{entry.history_column}" >= $since ORDER BY {order}'  # noqa: S608 - registered names
    return read_frame(con, query, {"since": since})


def landed_between(
    con: duckdb.DuckDBPyConnection, first: datetime, last: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pulls made from ``first`` to ``last`` (UTC), and their rejected rows."""
    between = {"first": first, "last": last}
    pulls = read_frame(con, "SELECT * FROM raw_pulls WHERE pulled_at BETWEEN $first AND $last ORDER BY ALL", between)
    columns = "platform, account_id, report, reason"
    aside = f"SELECT {columns} FROM analytics_rejects WHERE pulled_at BETWEEN $first AND $last ORDER BY ALL"  # noqa: S608 - a constant
    return pulls, read_frame(con, aside, between)
