"""Events of the calendar in pacing: they weigh days ahead and days that are over, and widen the interval."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline.domain.pacing import MonthlyTarget, pace_campaigns
from adops_pipeline_tests.domain.pacing.test_campaigns import ACCOUNTS, THROUGH, campaign, spend, table

TARGET = MonthlyTarget("September", Decimal(3000), "EUR", ("google-ads:a",))


def event(day: date, change: float, low: float, high: float, **more: object) -> dict[str, object]:
    row = {
        "platform": "google-ads", "account_id": "g", "date": day, "name": "Sale", "kind": "own-event", "event_day": 1,
        "event_days": 1, "basis": "learnt", "spend_change_pct": change, "spend_change_low": low,
        "spend_change_high": high,
    } | more  # fmt: skip
    return {name: row.get(name) for name in SCHEMA}


def paced(*events: dict[str, object]) -> dict[str, Any]:
    calendar = pl.DataFrame(events, schema=SCHEMA) if events else None
    daily = spend({"a": 100.0})
    rows = pace_campaigns(daily, table(campaign("a", 1000)), ACCOUNTS, (TARGET,), THROUGH, calendar=calendar)
    return rows.row(0, named=True)


def test_two_days_twice_as_large_ahead_add_two_days_to_the_projection_and_lower_what_is_due_by_now() -> None:
    plain = paced()
    days = [event(THROUGH + timedelta(days=n), 100.0, 100.0, 100.0) for n in (4, 5)]
    sale = paced(*days)
    assert float(sale["projected_total"] - plain["projected_total"]) == pytest.approx(200, abs=6)
    assert float(plain["seasonal_target"]) == pytest.approx(1500, abs=1)
    assert float(sale["seasonal_target"]) == pytest.approx(3000 * 15 / 32, abs=3)


def test_a_day_that_is_over_raises_what_is_due_by_now_and_not_the_days_ahead() -> None:
    day = THROUGH - timedelta(days=3)
    doubled = spend({"a": 100.0}).with_columns(
        pl.when(pl.col("date") == day)
        .then(2 * pl.col("spend"))
        .otherwise("spend")
        .cast(pl.Decimal(18, 6))
        .alias("spend")
    )
    calendar = pl.DataFrame([event(day, 100.0, 100.0, 100.0)], schema=SCHEMA)
    accounts = (table(campaign("a", 1000)), ACCOUNTS, (TARGET,), THROUGH)
    sale = pace_campaigns(doubled, *accounts, calendar=calendar).row(0, named=True)
    assert float(sale["seasonal_target"]) == pytest.approx(3000 * 16 / 31, abs=3)
    assert float(sale["projected_total"] - paced()["projected_total"]) == pytest.approx(100)


def test_the_days_of_an_event_are_no_new_level_for_those_after_it() -> None:
    events = [THROUGH - timedelta(days=n) for n in range(3)]
    daily = spend({"a": 100.0}).with_columns(
        pl.when(pl.col("date").is_in(events))
        .then(pl.lit("40"))
        .otherwise("spend")
        .cast(pl.Decimal(38, 6))
        .alias("spend")
    )
    calendar = pl.DataFrame([event(day, -60.0, -60.0, -60.0) for day in events], schema=SCHEMA)
    rest = [
        pace_campaigns(daily, table(campaign("a", 1000)), ACCOUNTS, (TARGET,), THROUGH, calendar=known).row(
            0, named=True
        )
        for known in (calendar, None)
    ]
    ahead = [float(row["projected_total"] - row["spent_to_date"]) for row in rest]
    assert ahead[0] == pytest.approx(1500, rel=0.02)
    assert ahead[1] < 1000


def test_an_uncertain_event_widens_the_interval() -> None:
    plain, sale = paced(), paced(event(THROUGH + timedelta(days=4), 0.0, -80.0, 300.0))
    width = [float(row["projected_high"] - row["projected_low"]) for row in (plain, sale)]
    assert width[1] > width[0] + 100
    assert sale["projected_total"] == plain["projected_total"]


@pytest.mark.parametrize(
    "other",
    [{"account_id": "x"}, {"projects": ["p"]}, {"date": date(2025, 10, 1)}, {"spend_change_pct": None}],
)
def test_events_of_others_and_of_other_days_change_nothing(other: dict[str, object]) -> None:
    assert paced(event(THROUGH + timedelta(days=4), 100.0, 90.0, 110.0, **other)) == paced()
