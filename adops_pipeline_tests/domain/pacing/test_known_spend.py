"""What was never pulled is not a day without spend: it is added from the platform's totals, or unknown."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.pacing import MonthlyTarget, pace_campaigns

THROUGH = date(2025, 9, 20)
MONEY = pl.Decimal(18, 6)


def campaigns(*names: str, **more: object) -> pl.DataFrame:
    row = {
        "platform": "meta-ads", "account_id": "m", "status": "active", "currency": "EUR", "daily_budget": Decimal(100),
        "lifetime_budget": None, "start_date": None, "end_date": None, "is_shared_budget": False,
        "shared_budget_id": None,
    }  # fmt: skip
    kinds = {"daily_budget": MONEY, "lifetime_budget": MONEY, "start_date": pl.Date(), "end_date": pl.Date(),
             "shared_budget_id": pl.String()}  # fmt: skip
    rows = [{**row, "external_id": name, "name": name, **more} for name in names]
    return pl.DataFrame(rows, schema_overrides=kinds)


def spend(days: int, amount: int = 100, name: str = "a") -> pl.DataFrame:
    rows = [("meta-ads", name, THROUGH - timedelta(days=n), Decimal(amount)) for n in range(days)]
    names = ["platform", "campaign_id", "date", "spend"]
    kinds = {"platform": pl.String(), "campaign_id": pl.String(), "date": pl.Date(), "spend": MONEY}
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides=kinds)


def known(day: int, month: int = 9) -> pl.DataFrame:
    return pl.DataFrame({"platform": ["meta-ads"], "account_id": ["m"], "known_from": [date(2025, month, day)]})


def total(amount: int, last: int, first: date = date(2025, 9, 1), name: str = "a") -> pl.DataFrame:
    row = {"platform": "meta-ads", "campaign_id": name, "period_start": first, "period_end": date(2025, 9, last)}
    return pl.DataFrame({**{key: [value] for key, value in row.items()}, "spend": [Decimal(amount)]})


def paced(
    daily: pl.DataFrame, rows: pl.DataFrame | None = None, is_targeted: bool = True, **more: Any
) -> dict[str, Any]:
    rows = campaigns("a") if rows is None else rows
    targets = (MonthlyTarget("Month", Decimal(3000), "EUR", ("meta-ads:a",)),) if is_targeted else ()
    table = pace_campaigns(daily, rows, pl.DataFrame(), targets, THROUGH, **more)
    return table.row(0, named=True)


def test_spend_to_date_without_the_first_days_is_unknown_and_says_since_when_it_is_known() -> None:
    row = paced(spend(10), known=known(11))
    assert (row["status"], row["verdict"], row["severity"]) == ("unknown", "unknown", "info")
    assert row["spent_to_date"] is None
    assert row["projected_total"] is None
    assert row["known_from"] == date(2025, 9, 11)
    assert "complete from 11 September 2025" in row["recommendation"]


def test_a_total_that_ends_where_the_daily_rows_begin_completes_the_period() -> None:
    row = paced(spend(10), known=known(11), earlier=total(950, 10))
    assert row["spent_to_date"] == 950 + 1000
    assert row["status"] == "on-track"


@pytest.mark.parametrize(
    ("earlier", "spent"),
    [
        ([total(950, 9)], None),  # the tenth is in neither
        ([total(950, 10, date(2025, 9, 2))], None),  # the first is in neither
        ([total(950, 10, date(2025, 8, 1))], None),  # August is in it
        ([total(950, 12)], 950 + 800),  # days that are in both are counted once
        ([total(950, 12), total(730, 10)], 730 + 1000),  # the shortest total, then the daily rows
        ([total(950, 10, name="other")], None),
    ],
)
def test_totals_count_only_where_they_join_the_daily_rows(earlier: list[pl.DataFrame], spent: int | None) -> None:
    row = paced(spend(10), campaigns("a", "other"), known=known(11), earlier=pl.concat(earlier))
    assert row["spent_to_date"] == spent


def test_a_period_that_begins_when_the_rows_are_complete_needs_no_total() -> None:
    assert paced(spend(20), known=known(1))["spent_to_date"] == 2000
    assert paced(spend(19), known=known(2))["spent_to_date"] is None
    young = campaigns("a", start_date=date(2025, 9, 11))
    assert paced(spend(10), young, known=known(11))["spent_to_date"] == 1000


def test_a_total_from_before_the_campaigns_first_day_is_that_of_the_period() -> None:
    young = campaigns("a", start_date=date(2025, 9, 5))
    assert paced(spend(10), young, known=known(11), earlier=total(600, 10))["spent_to_date"] == 1600


def test_a_flight_is_completed_by_the_total_of_its_own_days() -> None:
    start, end = date(2025, 8, 22), date(2025, 10, 20)
    flight = campaigns("a", daily_budget=None, lifetime_budget=Decimal(6000), start_date=start, end_date=end)
    earlier = pl.concat([total(950, 10), total(1900, 10, start)])
    row = paced(spend(10), flight, is_targeted=False, known=known(11), earlier=earlier)
    assert (row["spent_to_date"], row["basis"], row["status"]) == (2900, "lifetime", "on-track")


def test_a_shared_budgets_total_is_that_of_its_campaigns() -> None:
    shared = campaigns("a", "b", is_shared_budget=True, shared_budget_id="pool")
    daily = pl.concat([spend(10), spend(10, 50, "b")])
    earlier = pl.concat([total(600, 10), total(300, 10, name="b")])
    row = paced(daily, shared, is_targeted=False, known=known(11), earlier=earlier)
    assert (row["campaign_id"], row["spent_to_date"]) == ("pool", 900 + 1500)
    assert row["delivery_month"] == pytest.approx(2400 / 2000)


@pytest.mark.parametrize(("known_from", "verdict"), [(18, "no-delivery"), (19, "unknown"), (21, "unknown")])
def test_nothing_is_delivered_only_where_three_days_are_known(known_from: int, verdict: str) -> None:
    assert paced(spend(0), known=known(known_from))["verdict"] == verdict


def test_an_account_whose_days_are_not_known_is_not_judged() -> None:
    assert paced(spend(20), known=known(1).clear())["verdict"] == "unknown"
    assert paced(spend(20))["verdict"] == "on-track"


def test_days_that_were_not_pulled_change_no_level_and_no_projection() -> None:
    """Two days of every ten are missing: they are no days without spend, which forecasts are held against."""
    noise = [Decimal(90 + 7 * n % 21) for n in range(120)]
    days = spend(120).with_columns(pl.Series("spend", noise, dtype=MONEY))
    is_hole = (pl.col("date") < date(2025, 8, 27)) & (pl.int_range(pl.len()) % 10 < 2)
    whole, holed, as_zero = (
        paced(rows, known=since)
        for rows, since in (
            (days, known(1, 1)),
            (days.filter(~is_hole), known(27, 8)),
            (days.filter(~is_hole), known(1, 1)),
        )
    )
    assert float(holed["current_daily"]) == pytest.approx(float(whole["current_daily"]), rel=0.02)
    assert float(holed["projected_total"]) == pytest.approx(float(whole["projected_total"]), rel=0.02)
    assert as_zero["projected_total"] < 0.97 * float(whole["projected_total"])
