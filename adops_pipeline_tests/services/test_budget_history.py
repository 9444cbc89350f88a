"""The analyses read the budgets of earlier days from the table that pacing itself has written."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from adops_pipeline.clock import frozen_at
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

MONTH_START, RAISED = date(2026, 11, 1), date(2026, 11, 9)


def _store(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    columns = ", ".join(f'? AS "{name}"' for name in values)
    con.execute(f"INSERT INTO {table} BY NAME SELECT {columns}", list(values.values()))


def _with_one_campaign(data_dir: Path, daily_budget: int, spend_per_day: int, last_day: date) -> None:
    """An account with one campaign that spends the same every day through ``last_day``, pulled the morning after."""
    services = _services(data_dir, last_day)
    account = {"platform": "pinterest", "account_id": "1", "currency": "EUR"}
    with services.warehouse.writing() as con:
        for table in ("ad_accounts", "campaigns", "analytics_metrics", "raw_pulls"):
            con.execute(f"DELETE FROM {table}")
        _store(con, "ad_accounts", **account, name="Shop", timezone="UTC")
        _store(
            con, "campaigns", **account, id="pinterest:7", external_id="7", name="Autumn", status="active",
            daily_budget=daily_budget, is_shared_budget=False,
        )  # fmt: skip
        for n in range((last_day - MONTH_START).days + 1):
            day = MONTH_START + timedelta(days=n)
            _store(con, "analytics_metrics", **account, campaign_id="7", date=day, spend=spend_per_day)
        _store(
            con, "raw_pulls", **account, pull_id="p", report="campaign_daily", range_start=MONTH_START,
            range_end=last_day, pulled_at=frozen_at(last_day + timedelta(days=1))(), timezone="UTC", path="p", rows=1,
            bytes=1, sha256="0", state="applied",
        )  # fmt: skip


def _services(data_dir: Path, last_day: date) -> Services:
    return build_services(load_settings(data_dir=data_dir), clock=frozen_at(last_day + timedelta(days=1)))


def test_a_month_whose_daily_budget_was_raised_is_paced_on_what_was_in_force_day_by_day(data_dir: Path) -> None:
    for last_day, daily_budget in ((RAISED - timedelta(days=1), 10), (RAISED, 20), (date(2026, 11, 20), 20)):
        _with_one_campaign(data_dir, daily_budget, 10, last_day)
        assert _services(data_dir, last_day).analysis.pacing() == 1
    with _services(data_dir, RAISED).warehouse.reading() as con:
        paced = con.execute("SELECT as_of, budget FROM analytics_budgets ORDER BY as_of").fetchall()
    days_at_ten = (RAISED - MONTH_START).days + 1
    assert paced == [
        (date(2026, 11, 8), Decimal(30 * 10)),
        (date(2026, 11, 9), Decimal(days_at_ten * 10 + (30 - days_at_ten) * 20)),
        (date(2026, 11, 20), Decimal(days_at_ten * 10 + (30 - days_at_ten) * 20)),
    ]


def test_pacing_a_day_again_after_the_budget_moved_gives_the_same_history(data_dir: Path) -> None:
    last_day = date(2026, 11, 20)
    for daily_budget in (10, 20, 20):
        _with_one_campaign(data_dir, daily_budget, 10, last_day)
        _services(data_dir, last_day).analysis.pacing()
    with _services(data_dir, last_day).warehouse.reading() as con:
        paced = con.execute("SELECT as_of, budget FROM analytics_budgets").fetchall()
    assert paced == [(last_day, Decimal(30 * 20))]
