"""The analyses read the budgets of earlier days from the table that pacing itself has written."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from adops_pipeline_tests.services.one_account import MONTH_START, services_after, with_one_campaign

RAISED = date(2026, 11, 9)


def test_a_month_whose_daily_budget_was_raised_is_paced_on_what_was_in_force_day_by_day(data_dir: Path) -> None:
    for last_day, daily_budget in ((RAISED - timedelta(days=1), 10), (RAISED, 20), (date(2026, 11, 20), 20)):
        with_one_campaign(data_dir, daily_budget, 10, last_day)
        assert services_after(data_dir, last_day).analysis.pacing() == 1
    with services_after(data_dir, RAISED).warehouse.reading() as con:
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
        with_one_campaign(data_dir, daily_budget, 10, last_day)
        services_after(data_dir, last_day).analysis.pacing()
    with services_after(data_dir, last_day).warehouse.reading() as con:
        paced = con.execute("SELECT as_of, budget FROM analytics_budgets").fetchall()
    assert paced == [(last_day, Decimal(30 * 20))]
