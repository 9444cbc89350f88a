"""What the alert rules read beside the analyses' tables. Reading only."""

from datetime import datetime

import duckdb
import polars as pl

from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.sql import statement

Connection = duckdb.DuckDBPyConnection


def account_ages(con: Connection) -> pl.DataFrame:
    """platform, account_id, name and synced_at (UTC), when the account's days were last asked for; never: NULL."""
    return read_frame(con, statement("account_ages"))


def reject_counts(con: Connection, since: datetime) -> pl.DataFrame:
    """By account, rows asked for since then: platform, account_id, rejected, received, reason (the commonest)."""
    return read_frame(con, statement("reject_counts"), {"since": since})
