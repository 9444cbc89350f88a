"""Queries of the alert rules, besides the analyses' tables. Read-only."""

from datetime import datetime

import duckdb
import polars as pl

from adops_pipeline.warehouse.frames import read_frame
from adops_pipeline.warehouse.queries.analysis import account_pulls
from adops_pipeline.warehouse.sql import statement

Connection = duckdb.DuckDBPyConnection


def account_ages(con: Connection) -> pl.DataFrame:
    """platform, account_id, name and synced_at (UTC), the time of the last pull of daily rows (NULL: none)."""
    columns = ("platform", "account_id", "name", pl.col("pulled_at").alias("synced_at"))
    return account_pulls(con).select(*columns)


def with_projects(con: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` (platform, campaign_id …), in their order, with the project_id of their campaigns; NULL if in none."""
    query = "SELECT platform, external_id AS campaign_id, project_id FROM campaigns WHERE project_id IS NOT NULL"
    return rows.join(read_frame(con, query), on=["platform", "campaign_id"], how="left", maintain_order="left")


def reject_counts(con: Connection, since: datetime) -> pl.DataFrame:
    """Rows pulled since then by account: platform, account_id, rejected, received, reason (the most common)."""
    return read_frame(con, statement("reject_counts"), {"since": since})
