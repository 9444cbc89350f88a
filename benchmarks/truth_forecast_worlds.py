"""Forecasts of the next week where it is hard: new noisy accounts, paused weeks, seasons, and weeks with an event.

Run: python -m benchmarks.truth_forecast_worlds

Weeks with an event are forecast with the calendar and, for comparison, without it: once where the event was seen a
year before, once where it was not. Errors weigh every campaign by its own size, so that no currency decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.calendar.days import CalendarRules, calendar_days
from adops_pipeline.domain.calendar.units import AccountCalendar, learn_calendar
from adops_pipeline.domain.forecasting import METRICS, forecast_to
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, named_world
from benchmarks.score import Score, table
from benchmarks.truth_allocation import market_days

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekCase:
    """Weeks of one kind: the market's world and first day, and the last complete days before them.

    ``is_seen`` is None where no event is looked for; False where it comes for the first time.
    """

    name: str
    world: str
    first_day: date
    origins: tuple[date, ...]
    is_seen: bool | None = None
    least_pct: float = 70.0


def _days(year: int, month: int, *days: int) -> tuple[date, ...]:
    return tuple(date(year, month, day) for day in days)


_FRIDAYS, _CHRISTMAS = _days(2025, 11, 20, 24, 27, 29), _days(2025, 12, 16, 20, 23, 25)
_SEASON = (*_days(2025, 9, 4, 20), *_days(2025, 10, 6, 22))
CASES = (
    WeekCase("usual", "", date(2024, 6, 1), _days(2025, 6, 4, 12, 20, 28), least_pct=75.0),
    WeekCase(
        "new noisy accounts",
        "new-accounts@2025-06-01,overdispersed",
        date(2025, 5, 1),
        (*_days(2025, 6, 10, 17, 24), *_days(2025, 7, 1, 8, 15)),
    ),
    WeekCase("after a paused week", "paused-weeks", date(2024, 6, 1), _days(2025, 7, 15, 17, 19, 22)),
    WeekCase("Black Friday, seen before", "black-friday", date(2024, 6, 1), _FRIDAYS, is_seen=True),
    WeekCase("Christmas, seen before", "christmas", date(2024, 6, 1), _CHRISTMAS, is_seen=True),
    WeekCase("yearly season, seen before", "seasonal-demand", date(2024, 1, 1), _SEASON),
    WeekCase("last year's season does not return", "drifting-demand", date(2024, 1, 1), _SEASON, least_pct=-np.inf),
    WeekCase("Black Friday, the first", "black-friday", date(2025, 3, 1), _FRIDAYS, is_seen=False),
    WeekCase("Christmas, the first", "christmas", date(2025, 3, 1), _CHRISTMAS, is_seen=False),
)


def judged(case: WeekCase, seed: int = 7) -> pl.DataFrame:
    """One row per metric and kind of forecast (with, without the calendar): n, coverage and error in percent."""
    market = Market(seed, case.first_day, named_world(case.world, case.first_day))
    rows = pl.concat(list(_weeks(market, case)))
    inside = pl.col("final").is_between(pl.col("total_low") - 0.01, pl.col("total_high") + 0.01)
    size = pl.max_horizontal("final", "total").clip(1e-9)
    return rows.group_by("with_calendar", "metric", maintain_order=True).agg(
        pl.len().alias("n"),
        (100 * inside.mean()).alias("coverage_pct"),
        (100 * ((pl.col("total") - pl.col("final")).abs() / size).mean()).alias("error_pct"),
    )


def _weeks(market: Market, case: WeekCase) -> Iterator[pl.DataFrame]:
    for origin in case.origins:
        daily = market_days(market, origin, (origin - case.first_day).days)
        final = _final(market, origin)
        for calendar in (None, retail_calendar(daily, origin)) if case.is_seen is not None else (None,):
            known = {} if calendar is None else {"effects": calendar.effects, "campaigns": _units(daily, calendar)}
            found = forecast_to(daily, origin, origin + timedelta(days=1), origin + _WEEK, **known)  # type: ignore[arg-type]
            yield (
                found.filter("is_running")
                .join(final, on=["campaign_id", "metric"], how="left")
                .with_columns(pl.col("final").fill_null(0.0), with_calendar=pl.lit(calendar is not None))
            )


def retail_calendar(daily: pl.DataFrame, origin: date) -> AccountCalendar:
    """Retail events alone: that is what the market has."""
    accounts = daily.select("platform", "account_id").unique().sort("platform", "account_id")
    rules = CalendarRules(has_public_holidays=False)
    days = calendar_days(
        accounts.with_columns(timezone=pl.lit("UTC")), rules, origin - timedelta(days=800), origin + timedelta(days=40)
    )
    sums = [pl.col(name).cast(pl.Float64).sum() for name in METRICS]
    totals = daily.group_by("platform", "account_id", "date").agg(*sums, pl.col("maturity").min())
    return learn_calendar(days, totals.with_columns(project_id=pl.lit(None, pl.String)), origin)


def _units(daily: pl.DataFrame, calendar: AccountCalendar) -> pl.DataFrame:
    campaigns = daily.select("platform", "account_id", "campaign_id").unique()
    empty = {"project_id": pl.lit(None, pl.String), "end_date": pl.lit(None, pl.Date)}
    return calendar.with_unit(campaigns.with_columns(**empty))


def _final(market: Market, origin: date) -> pl.DataFrame:
    """What the week after ``origin`` brought, with what its days sold late."""
    now = datetime.combine(origin + timedelta(days=70), datetime.min.time(), UTC)
    rows = [
        (day.campaign_id, float(day.spend), float(day.conversions), float(day.revenue))
        for platform in Platform
        for account in market.accounts(platform)
        for day in market.campaign_days(account.account_id, origin + timedelta(days=1), origin + _WEEK, now)
    ]
    frame = pl.DataFrame(rows, schema=["campaign_id", *METRICS], orient="row")
    sums = frame.group_by("campaign_id").agg(pl.col(METRICS).cast(pl.Float64).sum())
    return sums.unpivot(METRICS, index="campaign_id", variable_name="metric", value_name="final")


def scores(cases: Sequence[WeekCase] = CASES) -> list[Score]:
    """Coverage of the 80 % intervals with the calendar; for comparison coverage and errors without it."""
    found = []
    for case in cases:
        for row in judged(case).iter_rows(named=True):
            name = f"{case.name}, {row['metric']}"
            is_plain = case.is_seen is not None and not row["with_calendar"]
            limits = (-np.inf, np.inf) if is_plain or case.is_seen is False else (case.least_pct, np.inf)
            what = "… without the calendar" if is_plain else "80 % interval of the next week held"
            found.append(Score(what, row["coverage_pct"], *limits, case=name))
            found.append(Score(f"error of the week, {'without' if is_plain else 'with'} the calendar",
                               row["error_pct"], case=name))  # fmt: skip
    return found


def main() -> None:
    """Print every case."""
    print("\n".join(table(scores(), by_case=True)))


if __name__ == "__main__":
    main()
