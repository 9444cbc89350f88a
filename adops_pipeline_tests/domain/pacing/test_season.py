"""The yearly season in pacing: none below a year, continued where it comes back, left out of spend without one."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS
from adops_pipeline.domain.pacing import pace_campaigns
from adops_pipeline_tests.domain.pacing.test_campaigns import ACCOUNTS, MONEY, THROUGH, campaign, table

DAYS, AHEAD, NAMES = 620, 15, tuple("abcdef")
TODAY = THROUGH.toordinal()


def swing(day: Floats | float, period: float = 364.0, height: float = 0.5) -> Floats:
    """A factor by ordinal: it falls fastest on ``THROUGH``."""
    return np.asarray(np.exp(-height * np.sin(2 * np.pi * (np.asarray(day) - TODAY) / period)), dtype=np.float64)


def days_until_today(days: int = DAYS) -> Floats:
    return TODAY - np.arange(days, dtype=np.float64)[::-1]


def spend(factors: dict[str, Floats]) -> pl.DataFrame:
    """Daily rows up to ``THROUGH`` of 100 a day times a factor, with 5 % of noise."""
    rng = np.random.default_rng(0)
    rows = []
    for name, factor in factors.items():
        amounts = 100.0 * factor * np.exp(0.05 * rng.standard_normal(len(factor)))
        first = THROUGH - timedelta(days=len(factor) - 1)
        rows += [
            ("google-ads", name, first + timedelta(days=n), Decimal(f"{x:.2f}")) for n, x in enumerate(amounts.tolist())
        ]
    names = ["platform", "campaign_id", "date", "spend"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"spend": MONEY})


def paced(
    daily: pl.DataFrame, calendar: pl.DataFrame | None = None, budgets: pl.DataFrame | None = None
) -> pl.DataFrame:
    known = table(*(campaign(name, 300) for name in NAMES))
    return pace_campaigns(daily, known, ACCOUNTS, (), THROUGH, calendar=calendar, budgets=budgets)


def rest(rows: pl.DataFrame, of: str = "projected_total") -> Floats:
    """What is expected of the days that remain."""
    return (rows[of] - rows["spent_to_date"]).cast(pl.Float64).to_numpy()


SEASONAL = dict.fromkeys(NAMES, swing(days_until_today()))
TRUE_REST = 100.0 * swing(TODAY + 1.0 + np.arange(AHEAD, dtype=np.float64)).sum()


def test_below_a_year_and_eight_weeks_older_days_change_nothing() -> None:
    daily = spend({name: factor[-LEAST_DAYS + 1 :] for name, factor in SEASONAL.items()})
    recent = daily.filter(pl.col("date") > THROUGH - timedelta(days=210))
    assert paced(daily).equals(paced(recent))


def test_from_a_year_and_eight_weeks_on_the_season_changes_the_projection() -> None:
    daily = spend({name: factor[-LEAST_DAYS:] for name, factor in SEASONAL.items()})
    recent = daily.filter(pl.col("date") > THROUGH - timedelta(days=210))
    assert (rest(paced(daily)) < 0.97 * rest(paced(recent))).all()


def test_a_season_that_comes_back_is_continued() -> None:
    daily = spend(SEASONAL)
    with_year = np.abs(rest(paced(daily)) / TRUE_REST - 1)
    without = np.abs(rest(paced(daily.filter(pl.col("date") > THROUGH - timedelta(days=400)))) / TRUE_REST - 1)
    assert with_year.mean() < 0.035
    assert without.mean() > 0.08


def test_a_campaign_that_spends_the_same_every_day_has_no_season() -> None:
    """The budget limits it, whatever the account's others do."""
    found = paced(spend({**SEASONAL, "f": np.ones(DAYS)}))
    assert rest(found.filter(campaign_id="f")) == pytest.approx(100.0 * AHEAD, rel=0.04)
    assert (rest(found.filter(pl.col("campaign_id") != "f")) < 97.0 * AHEAD).all()


def test_what_moved_last_year_and_did_not_come_back_is_hardly_continued() -> None:
    day = days_until_today()
    rests = spend(dict.fromkeys(NAMES, np.where(day < TODAY - 300, swing(day), swing(TODAY - 300.0))))
    recent = rests.filter(pl.col("date") > THROUGH - timedelta(days=400))
    assert rest(paced(rests)) == pytest.approx(rest(paced(recent)), rel=0.05)


def test_a_season_that_moves_more_than_it_did_widens_the_interval() -> None:
    day = days_until_today()
    steep = np.where(np.abs(day - (TODAY - 364)) < 30, -0.012 * (day - (TODAY - 364)), 0.0)
    steep = np.exp(np.where(day >= TODAY - 364 + 30, -0.36, np.where(day <= TODAY - 364 - 30, 0.36, steep)))
    daily = spend(dict.fromkeys(NAMES, steep))
    wide, plain = (
        (rest(found, "projected_high") - rest(found, "projected_low")) / rest(found)
        for found in (paced(daily), paced(daily.filter(pl.col("date") > THROUGH - timedelta(days=210))))
    )
    assert (wide > 1.1 * plain).all()


def test_days_of_an_event_of_last_year_are_no_season() -> None:
    """Friday to Monday are left out of a week whose other days are larger."""
    day = days_until_today()
    sale = [date(2024, 9, 20) + timedelta(days=n) for n in range(4)]
    on_sale = np.isin(day, [one.toordinal() for one in sale])
    usual = swing(day) * np.array([1.3, 1.3, 1.2, 1.2, 0.8, 0.6, 0.6])[(day.astype(int) - 1) % 7]
    figures = {"spend_change_pct": 0.0, "spend_change_low": 0.0, "spend_change_high": 0.0}
    known = pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in map(event, sale)], schema=SCHEMA)
    calendar = known.with_columns(**{name: pl.lit(value) for name, value in figures.items()})
    sold, quiet = (spend(dict.fromkeys(NAMES, factor)) for factor in (np.where(on_sale, 4.0, 1.0) * usual, usual))
    assert rest(paced(sold, calendar)) == pytest.approx(rest(paced(quiet)), rel=0.01)
    assert (rest(paced(sold)) / rest(paced(quiet))).mean() > 1.04


def event(day: date) -> dict[str, object]:
    return {
        "platform": "google-ads", "account_id": "g", "date": day, "name": "Sale", "kind": "own-event", "event_day": 1,
        "event_days": 4, "basis": "assumed",
    }  # fmt: skip


def test_a_budget_that_followed_the_season_is_not_counted_twice() -> None:
    """The level is that of today's budget: only the season from today on is to come."""
    steps = [
        ("google-ads", name, THROUGH - timedelta(days=7 * n), Decimal(f"{300 * float(swing(TODAY - 7.0 * n)):.2f}"))
        for name in NAMES
        for n in range(DAYS // 7)
    ]
    budgets = pl.DataFrame(
        steps, schema=["platform", "campaign_id", "changed_on", "daily_budget"], orient="row",
        schema_overrides={"daily_budget": MONEY},
    )  # fmt: skip
    followed = rest(paced(spend(SEASONAL), budgets=budgets.sort("changed_on")))
    assert np.abs(followed / TRUE_REST - 1).mean() < 0.035
