"""Brings the roll-ups (`domain.tables.rollups`) up to the tables; publishing calls it.

Digests of each day's rows say which days changed since the last time, whoever changed them: only those days are
computed again. `rollup_daily` is computed again as a whole where a campaign's project changed.
"""

import hashlib

import duckdb

from adops_pipeline.domain.tables import ROLLUPS
from adops_pipeline.warehouse.schema import create_anew, definition
from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.transaction import transaction

_PARTS = ("digests", "changed_days", "new_campaigns", "campaign_days", "sums")
_SOURCES = "CREATE OR REPLACE TABLE rollup_sources (date DATE, row_count BIGINT, digest UBIGINT)"
_VERSIONS = "CREATE TABLE IF NOT EXISTS rollup_definition (hash VARCHAR)"
_PROJECTS = """
    SELECT numbers.campaign_no, stored.project_id FROM rollup_campaigns AS numbers
    LEFT JOIN campaigns AS stored ON stored.id = numbers.platform || ':' || numbers.campaign_id
"""


def refresh_rollups(con: duckdb.DuckDBPyConnection) -> int:
    """Compute what changed since the last call; the number of days that did. Idempotent."""
    with transaction(con):
        _create(con)
        days = _refresh_campaigns(con)
        if _refresh_projects(con):
            _replace_daily(con, "true")
        elif days:
            _replace_daily(con, "date >= (SELECT min(date) FROM changed_days) AND date IN (FROM changed_days)")
        _refresh_pacing(con)
    return days


def _create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables; those of another definition are dropped with what is known of them."""
    con.execute(_VERSIONS)
    if con.execute("FROM rollup_definition").fetchall() != [(_DEFINITION,)]:
        for table in ROLLUPS.values():
            create_anew(con, table)
        con.execute("DROP TABLE IF EXISTS rollup_campaign_weeks")  # of earlier versions
        con.execute(_SOURCES)
        con.execute("DELETE FROM rollup_definition")
        con.execute("INSERT INTO rollup_definition VALUES ($hash)", {"hash": _DEFINITION})


def _refresh_campaigns(con: duckdb.DuckDBPyConnection) -> int:
    """Campaigns' numbers and days; the number of changed days."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE day_digests AS {statement('rollups/digests')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed_days AS {statement('rollups/changed_days')}")
    days, first, last = con.execute("SELECT count(*), min(date), max(date) FROM changed_days").fetchone() or (0, 0, 0)
    if not days:
        return 0
    span = {"first": first, "last": last}
    con.execute(f"INSERT INTO rollup_campaigns BY NAME {statement('rollups/new_campaigns')}", span)
    con.execute("DELETE FROM rollup_campaign_days WHERE date IN (FROM changed_days)")
    con.execute(f"INSERT INTO rollup_campaign_days BY NAME {statement('rollups/campaign_days')}", span)
    con.execute("DELETE FROM rollup_sources WHERE date IN (FROM changed_days)")
    con.execute("INSERT INTO rollup_sources FROM day_digests WHERE date IN (FROM changed_days) ORDER BY date")
    return int(days)


def _refresh_projects(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the project of any campaign that had one, or has one now, changed."""
    changed = con.execute(
        f"UPDATE rollup_campaigns SET project_id = wanted.project_id FROM ({_PROJECTS}) AS wanted"  # noqa: S608
        " WHERE rollup_campaigns.campaign_no = wanted.campaign_no"
        " AND rollup_campaigns.project_id IS DISTINCT FROM wanted.project_id"
    ).fetchone()
    return changed is not None and changed[0] > 0


def _replace_daily(con: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Compute the days that meet ``condition`` again."""
    con.execute(f"DELETE FROM rollup_daily WHERE {condition}")  # noqa: S608 - constants of this module
    # Grouped by a number first: groups of five texts take three times as long.
    query = f"""
    INSERT INTO rollup_daily BY NAME
    WITH members AS (
        SELECT campaign_no,
            min(campaign_no) OVER (PARTITION BY platform, account_id, currency, project_id) AS first_campaign_no
        FROM rollup_campaigns
    ),
    sums AS (
        SELECT date, first_campaign_no, {statement("rollups/sums")},
            min(conversions_share_known) AS conversions_share_known, bool_or(is_complete_day) AS is_complete_day
        FROM rollup_campaign_days JOIN members USING (campaign_no) WHERE {condition} GROUP BY date, first_campaign_no
    )
    SELECT sums.*, platform, account_id, currency, project_id
    FROM sums JOIN rollup_campaigns AS numbers ON numbers.campaign_no = sums.first_campaign_no
    ORDER BY date, first_campaign_no
    """  # noqa: S608 - constants of this module
    con.execute(query)


def _refresh_pacing(con: duckdb.DuckDBPyConnection) -> None:
    """The rows of the budgets of `budgets_now`; written only where they changed."""
    query = """
    CREATE OR REPLACE TEMP TABLE newest_pacing AS
    SELECT budgets.* FROM analytics_budgets AS budgets
    SEMI JOIN budgets_now USING (platform, account_id, campaign_id, as_of)
    ORDER BY platform, campaign_id
    """
    con.execute(query)
    # Digests: to plan a comparison of forty columns takes ten times as long as to write the rows.
    columns = ", ".join(f'"{name}"' for name in ROLLUPS["rollup_pacing"].column_names)
    old, new = (f"SELECT sum(hash({columns})) FROM {table}" for table in ("rollup_pacing", "newest_pacing"))  # noqa: S608 - registered names
    if con.execute(f"SELECT ({old}) IS DISTINCT FROM ({new})").fetchone() == (True,):  # noqa: S608 - as above
        con.execute("DELETE FROM rollup_pacing")
        con.execute("INSERT INTO rollup_pacing BY NAME FROM newest_pacing")


_DEFINITION = hashlib.sha256(
    repr([*map(definition, ROLLUPS.values()), *(statement(f"rollups/{part}") for part in _PARTS)]).encode()
).hexdigest()
