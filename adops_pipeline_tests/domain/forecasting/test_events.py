"""Events of the calendar in forecasts: a learnt effect where one was seen, a wider interval where none was."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.calendar.days import CalendarRules, calendar_days
from adops_pipeline.domain.calendar.events import Event
from adops_pipeline.domain.calendar.units import AccountCalendar, learn_calendar
from adops_pipeline.domain.forecasting import METRICS, forecast_to

AS_OF = date(2025, 9, 14)
WEEK = AS_OF + timedelta(days=7)
DAYS, COUNT, TIMES = 300, 12, 2.5
SALE, EARLIER = AS_OF + timedelta(days=2), AS_OF - timedelta(days=150)
_KEYS = {"platform": "meta-ads", "account_id": "1"}


def world() -> pl.DataFrame:
    """Campaigns of one account whose three days from ``EARLIER`` on were larger by ``TIMES``."""
    rng = np.random.default_rng(2)
    days = pl.date_range(AS_OF - timedelta(days=DAYS - 1), AS_OF, eager=True)
    is_sale = days.is_between(EARLIER, EARLIER + timedelta(days=2)).to_numpy()
    frames = []
    for n in range(COUNT):
        spend = (50.0 + 20 * n) * np.exp(0.08 * rng.standard_normal(DAYS)) * np.where(is_sale, TIMES, 1.0)
        values = {"spend": spend, "conversions": spend / 5, "revenue": 3 * spend}
        frames.append(pl.DataFrame({**_KEYS, "campaign_id": f"{n:02}", "currency": "EUR", "date": days, **values}))
    return pl.concat([frame.with_columns(maturity=pl.lit(1.0)) for frame in frames])


def learnt(daily: pl.DataFrame, *first_days: date) -> AccountCalendar:
    """A sale of three days from each of these days on."""
    events = [Event("Sale", "own-event", day, day + timedelta(days=2)) for day in first_days]
    rules = CalendarRules(has_public_holidays=False, has_retail_events=False, events=events)
    accounts = pl.DataFrame({**_KEYS, "timezone": "UTC"})
    days = calendar_days(accounts, rules, date(2024, 9, 1), date(2025, 12, 31))
    sums = daily.group_by("platform", "account_id", "date").agg(pl.col(METRICS).sum(), pl.col("maturity").min())
    return learn_calendar(days, sums.with_columns(project_id=pl.lit(None, pl.String)), AS_OF)


def forecast(daily: pl.DataFrame, calendar: AccountCalendar | None = None) -> pl.DataFrame:
    tomorrow = AS_OF + timedelta(days=1)
    if calendar is None:
        return forecast_to(daily, AS_OF, tomorrow, WEEK)
    empty = {"project_id": pl.lit(None, pl.String), "end_date": pl.lit(None, pl.Date)}
    units = calendar.with_unit(daily.select("platform", "account_id", "campaign_id").unique().with_columns(**empty))
    return forecast_to(daily, AS_OF, tomorrow, WEEK, effects=calendar.effects, campaigns=units)


def width(found: pl.DataFrame) -> float:
    return (total(found, "total_high") - total(found, "total_low")) / total(found)


def total(found: pl.DataFrame, of: str = "total") -> float:
    return float(found[of].cast(pl.Float64).to_numpy().sum())


@pytest.mark.parametrize("metric", METRICS)
def test_an_event_that_was_seen_changes_the_forecast_by_its_effect(metric: str) -> None:
    daily = world()
    plain, sale = (
        total(forecast(daily, calendar).filter(metric=metric)) for calendar in (None, learnt(daily, EARLIER, SALE))
    )
    # Three of seven days.
    assert sale / plain == pytest.approx((4 + 3 * TIMES) / 7, rel=0.12)


def test_an_event_for_the_first_time_leaves_the_forecast_and_widens_its_interval() -> None:
    daily = world().filter(pl.col("date") > EARLIER + timedelta(days=40))
    plain, first = forecast(daily), forecast(daily, learnt(daily, SALE))
    assert total(first) == pytest.approx(total(plain), rel=0.02)
    assert width(first) > 1.8 * width(plain)
