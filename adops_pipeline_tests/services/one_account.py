"""A warehouse with one account and one campaign that spends the same every day, for tests of single analyses."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from adops_pipeline.clock import frozen_at
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

MONTH_START = date(2026, 11, 1)
ACCOUNT = {"platform": "pinterest", "account_id": "1", "currency": "EUR"}


def store(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Insert one row."""
    columns = ", ".join(f'? AS "{name}"' for name in values)
    con.execute(f"INSERT INTO {table} BY NAME SELECT {columns}", list(values.values()))


def with_one_campaign(data_dir: Path, daily_budget: int, spend_per_day: int, last_day: date) -> None:
    """An account with one campaign that spends the same every day through ``last_day``, pulled the morning after."""
    with services_after(data_dir, last_day).warehouse.writing() as con:
        for table in ("ad_accounts", "campaigns", "analytics_metrics", "raw_pulls"):
            con.execute(f"DELETE FROM {table}")
        store(con, "ad_accounts", **ACCOUNT, name="Shop", timezone="UTC")
        store(
            con, "campaigns", **ACCOUNT, id="pinterest:7", external_id="7", name="Autumn", status="active",
            daily_budget=daily_budget, is_shared_budget=False,
        )  # fmt: skip
        for n in range((last_day - MONTH_START).days + 1):
            day = MONTH_START + timedelta(days=n)
            store(con, "analytics_metrics", **ACCOUNT, campaign_id="7", date=day, spend=spend_per_day)
        store(
            con, "raw_pulls", **ACCOUNT, pull_id="p", report="campaign_daily", range_start=MONTH_START,
            range_end=last_day, pulled_at=frozen_at(last_day + timedelta(days=1))(), timezone="UTC", path="p", rows=1,
            bytes=1, sha256="0", state="applied",
        )  # fmt: skip


def services_after(data_dir: Path, last_day: date) -> Services:
    """The services on the day after ``last_day``."""
    return build_services(load_settings(data_dir=data_dir), clock=frozen_at(last_day + timedelta(days=1)))
