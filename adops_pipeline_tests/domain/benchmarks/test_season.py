"""The yearly season in benchmarks: a change of CPA or ROAS that came a year ago, too, is none."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.benchmarks import benchmark_campaigns
from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS
from adops_pipeline_tests.domain.benchmarks.worlds import AS_OF, MATURE, campaigns

COUNT, DAYS = 40, 640
DAY = np.arange(DAYS) - DAYS + 1.0
SWING = np.exp(-0.5 * np.sin(2 * np.pi * DAY / 364.0))
"""Conversions per spend by day: they fall fastest on the last one."""


def world(rate: Floats, immature: int = 0) -> pl.DataFrame:
    """Campaigns whose conversions per spend follow ``rate``; of the last days none are known yet."""
    rng = np.random.default_rng(3)
    shape = (COUNT, DAYS)
    spend = 100.0 * np.exp(0.1 * rng.standard_normal(shape))
    sales = rng.poisson(0.15 * spend * rate * np.exp(0.05 * rng.standard_normal(shape))).astype(np.float64)
    sales[:, DAYS - immature :] = 0.0
    dates = [AS_OF - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    return pl.DataFrame(
        {
            "platform": ["google-ads"] * (COUNT * DAYS),
            "campaign_id": [f"c{n:03}" for n in range(COUNT) for _ in range(DAYS)],
            "date": dates * COUNT,
            "spend": spend.ravel(),
            "impressions": rng.poisson(100.0 * spend).astype(np.float64).ravel(),
            "clicks": rng.poisson(2.0 * spend).astype(np.float64).ravel(),
            "conversions": sales.ravel(),
            "revenue": (50.0 * sales).ravel(),
        }
    )


def judged(daily: pl.DataFrame, days: int = DAYS, calendar: pl.DataFrame | None = None,
           mature: int = MATURE["google-ads"]) -> pl.DataFrame:  # fmt: skip
    known = campaigns(COUNT).with_columns(account_id=pl.lit("1"))
    recent = daily.filter(pl.col("date") > AS_OF - timedelta(days=days))
    return benchmark_campaigns(recent, known, AS_OF, {"google-ads": mature}, calendar=calendar).filter(period="month")


def clear(table: pl.DataFrame, metric: str) -> float:
    return float(table.filter(metric=metric).select((pl.col("z_score").abs() >= 1.96).mean()).item())


@pytest.mark.parametrize("metric", ["cpa", "roas"])
def test_what_the_season_did_a_year_ago_is_no_change(metric: str) -> None:
    daily = world(SWING)
    assert clear(judged(daily, days=LEAST_DAYS - 1), metric) > 0.8
    assert clear(judged(daily), metric) < 0.06


def test_below_a_year_and_eight_weeks_older_days_change_nothing() -> None:
    daily = world(SWING)
    assert judged(daily, days=LEAST_DAYS - 1).equals(judged(daily, days=200))
    assert not judged(daily, days=LEAST_DAYS).equals(judged(daily, days=200))


def test_a_change_beyond_the_season_and_one_against_it_are_found() -> None:
    now = np.where(DAY > -28, 1.0, 0.0)
    for rate in (0.5, 2.2):
        assert clear(judged(world(SWING * np.where(now, rate, 1.0))), "cpa") > 0.8


def test_without_a_season_all_that_is_found_is_still_found() -> None:
    """What does not move with the weeks of a year allows for nothing."""
    daily = world(np.where(DAY > -28, 0.75, 1.0))
    plain, known = (clear(judged(daily, days=days), "cpa") for days in (LEAST_DAYS - 1, DAYS))
    assert plain > 0.8
    assert known > plain - 0.05


def test_click_rates_and_prices_are_as_without_a_year() -> None:
    daily = world(SWING)
    with_year, without = (
        judged(daily, days=days).filter(pl.col("metric").is_in(["ctr", "cpc"]))["z_score"] for days in (DAYS, 200)
    )
    assert with_year.equals(without)


def test_days_of_an_event_of_last_year_are_no_season() -> None:
    """Half of the days of a month a year ago had few conversions; what came back since did not."""
    sale = (DAY > -392) & (DAY <= -378)
    dates = [AS_OF + timedelta(days=int(n)) for n in DAY[sale]]
    calendar = pl.DataFrame([{name: event(day).get(name) for name in SCHEMA} for day in dates], schema=SCHEMA)
    daily = world(SWING * np.where(sale, 3.0, 1.0) * np.where(DAY > -28, 1.6, 1.0))
    quiet = world(SWING * np.where(DAY > -28, 1.6, 1.0))
    assert clear(judged(daily, calendar=calendar), "cpa") == pytest.approx(clear(judged(quiet), "cpa"), abs=0.15)
    assert clear(judged(daily), "cpa") != pytest.approx(clear(judged(quiet), "cpa"), abs=0.15)


def event(day: date) -> dict[str, object]:
    changes = {f"{metric}_change_{end}": 0.0 for metric in ("spend", "conversions", "revenue")
               for end in ("pct", "low", "high")}  # fmt: skip
    return changes | {
        "platform": "google-ads", "account_id": "1", "date": day, "name": "Sale", "kind": "own-event", "event_day": 1,
        "event_days": 14, "basis": "assumed",
    }  # fmt: skip


def test_days_whose_conversions_are_not_known_yet_tell_nothing_of_the_season() -> None:
    some, none = (judged(world(SWING, immature=days), mature=15) for days in (0, 14))
    assert none.filter(metric="cpa")["z_score"].equals(some.filter(metric="cpa")["z_score"])


def test_a_season_that_is_stronger_than_a_year_ago_is_no_change() -> None:
    stronger = world(np.where(DAY > -200, SWING**2.0, SWING))
    assert clear(judged(stronger), "cpa") < 0.08
