"""Pacing reads the budgets of earlier days from `campaign_budget_history`."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from adops_pipeline_tests.services.one_account import ACCOUNT, MONTH_START, services_after, store, with_one_campaign

RAISED, LAST_DAY = date(2026, 11, 9), date(2026, 11, 20)


def test_a_month_whose_daily_budget_was_raised_is_paced_on_what_was_in_force_day_by_day(data_dir: Path) -> None:
    with_one_campaign(data_dir, 20, 10, LAST_DAY)
    services = services_after(data_dir, LAST_DAY)
    with services.warehouse.writing() as con:
        for day, amount in ((MONTH_START, 10), (RAISED, 20)):
            store(
                con, "campaign_budget_history", **ACCOUNT, campaign_id="7", valid_from=day, daily_budget=amount,
                source="activity",
            )  # fmt: skip
    assert services.analysis.pacing() == 1
    with services.warehouse.reading() as con:
        paced = con.execute("SELECT as_of, budget FROM analytics_budgets").fetchall()
    days_at_ten = (RAISED - MONTH_START).days
    assert paced == [(LAST_DAY, Decimal(days_at_ten * 10 + (30 - days_at_ten) * 20))]
