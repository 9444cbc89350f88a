"""Ad accounts with the state of their data. Read-only."""

import duckdb
import polars as pl

from adops_pipeline.warehouse.frames import read_frame

_STATES = """
    WITH pulls AS (
        SELECT
            platform, account_id, count(*) AS pulls,
            max(pulled_at) FILTER (WHERE report = 'campaign_daily' AND state IN ('applied', 'pruned')) AS pulled_at
        FROM raw_pulls GROUP BY ALL
    ),
    rejects AS (SELECT platform, account_id, count(*) AS rejects FROM analytics_rejects GROUP BY ALL)
    SELECT
        accounts.platform, accounts.account_id, accounts.name, accounts.currency, accounts.timezone,
        accounts.synced_at, pulls.pulled_at, coalesce(pulls.pulls, 0) AS pulls, coalesce(rejects.rejects, 0) AS rejects
    FROM ad_accounts AS accounts
    LEFT JOIN pulls USING (platform, account_id)
    LEFT JOIN rejects USING (platform, account_id)
    ORDER BY platform, account_id
"""


def account_states(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every account: platform, account_id, name, currency, timezone, synced_at (entities), pulled_at (daily rows; NULL:
    never), and the numbers of its pulls and of its rejected rows.
    """
    return read_frame(con, _STATES)
