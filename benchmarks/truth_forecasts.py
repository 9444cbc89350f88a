"""Forecasts scored on the market: walk-forward coverage as the product measures it, and on what really came.

Run: python -m benchmarks.truth_forecasts
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.forecasting import METRICS, CoverageReport, backtest, forecast_to
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.sandbox.market import Market
from benchmarks import truth_forecast_worlds
from benchmarks.score import Score
from benchmarks.truth_allocation import market_days

AS_OF = date(2025, 11, 15)
HISTORY_DAYS = 365
ORIGINS = tuple(date(2025, month, day) for month in range(3, 11) for day in (3, 10, 17, 24))
"""Last complete days from which each month's end is forecast."""


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """One metric: how often its 80 % interval held, and its errors beside those of the mean of the last 28 days.

    Errors are the sum of absolute errors over the sum of outcomes, in percent.
    """

    metric: str
    forecasts: int
    coverage_pct: float
    below_pct: float
    above_pct: float
    error_pct: float
    naive_error_pct: float


def backtested(seed: int = 7) -> list[ForecastScore]:
    """The product's own walk-forward backtest, on a year as the platforms show it on `AS_OF`."""
    report = backtest(market_days(Market(seed), AS_OF, HISTORY_DAYS), AS_OF)
    return [_pooled(report, metric) for metric in METRICS]


def _pooled(report: CoverageReport, metric: str) -> ForecastScore:
    own = [score for score in report.scores if score.metric == metric]
    weights = np.array([score.n for score in own], dtype=np.float64)

    def mean(name: str) -> float:
        return 100 * float(np.average([getattr(score, name) for score in own], weights=weights))

    shares = (mean(name) for name in ("coverage", "below", "above", "error_share", "naive_error_share"))
    return ForecastScore(metric, report.n(metric), *shares)


def realised(seed: int = 7, origins: Sequence[date] = ORIGINS) -> list[ForecastScore]:
    """Month ends forecast from each of ``origins`` with what was known then, against what the market brought.

    A month's total counts in full, with what its last days sell late. Stopped campaigns are left out: the forecast of
    nothing would flatter the result.
    """
    market = Market(seed)
    rows = pl.concat([_month(market, origin) for origin in origins])
    return [_judged(metric, rows.filter(metric=metric)) for metric in METRICS]


def _month(market: Market, origin: date) -> pl.DataFrame:
    days = DateRange(origin.replace(day=1), (origin.replace(day=1) + timedelta(days=31)).replace(day=1))
    last = days.end - timedelta(days=1)
    now = datetime.combine(origin + timedelta(days=1), datetime.min.time(), UTC)
    known = market_days(market, origin, HISTORY_DAYS)
    forecast = forecast_to(known, origin, days.start, last, campaigns=_ends(market, now)).filter("is_running")
    final = _totals(market, days.start, last, last + timedelta(days=60)).rename({"value": "final"})
    naive = _totals(market, origin - timedelta(days=27), origin, origin + timedelta(days=1))
    share = (last - origin).days / 28
    on = ["campaign_id", "metric"]
    return (
        forecast.join(final, on=on, how="left")
        .join(naive.select(*on, pl.col("value") * share), on=on, how="left")
        .select(
            "metric",
            "total",
            "total_low",
            "total_high",
            "final",
            naive=pl.col("actual_to_date") + pl.col("value").fill_null(0.0),
        )
        .with_columns(pl.col("final").fill_null(0.0))
    )


def _ends(market: Market, now: datetime) -> pl.DataFrame:
    rows = [
        (str(platform), c.campaign_id, c.end_date)
        for platform in Platform
        for account in market.accounts(platform)
        for c in market.campaigns(account.account_id, now)
    ]
    schema = {"platform": pl.String(), "campaign_id": pl.String(), "end_date": pl.Date()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _totals(market: Market, start: date, end: date, seen_on: date) -> pl.DataFrame:
    now = datetime.combine(seen_on, datetime.min.time(), UTC)
    rows = [
        (d.campaign_id, float(d.spend), float(d.conversions), float(d.revenue))
        for platform in Platform
        for account in market.accounts(platform)
        for d in market.campaign_days(account.account_id, start, end, now)
    ]
    frame = pl.DataFrame(rows, schema=["campaign_id", *METRICS], orient="row")
    totals = frame.group_by("campaign_id").agg(pl.col(METRICS).cast(pl.Float64).sum())
    return totals.unpivot(METRICS, index="campaign_id", variable_name="metric")


def _judged(metric: str, rows: pl.DataFrame) -> ForecastScore:
    total, low, high, final, naive = (
        rows[name].to_numpy() for name in ("total", "total_low", "total_high", "final", "naive")
    )
    # A cent of rounding is no miss.
    below, above = final < low - 0.01, final > high + 0.01
    return ForecastScore(
        metric,
        len(final),
        100 * float(1 - below.mean() - above.mean()),
        100 * float(below.mean()),
        100 * float(above.mean()),
        100 * float(np.abs(total - final).sum() / final.sum()),
        100 * float(np.abs(naive - final).sum() / final.sum()),
    )


def scores() -> list[Score]:
    """Coverage of the 80 % intervals, and errors beside those of a plain mean; then weeks that are hard to forecast."""
    found = []
    for what, rows in (("backtest", backtested()), ("month ends as they came", realised())):
        found += [Score(f"80 % interval held, {what}", s.coverage_pct, 75, 85, case=s.metric) for s in rows]
        found += [
            Score(f"error less that of a 28-day mean, {what}", s.error_pct - s.naive_error_pct, high=0,
                  unit="pts", case=s.metric)
            for s in rows
        ]  # fmt: skip
    return found + truth_forecast_worlds.scores()


def main() -> None:
    """Print the figures as tables."""
    columns = ("n", "coverage", "below", "above", "error", "naive")
    for title, rows in (("backtest", backtested()), ("month ends as they came", realised())):
        print(f"{title:<24}" + "".join(f"{name:>10}" for name in columns))
        for s in rows:
            shares = (s.coverage_pct, s.below_pct, s.above_pct, s.error_pct, s.naive_error_pct)
            print(f"{s.metric:<24}{s.forecasts:>10}" + "".join(f"{x:>9.1f}%" for x in shares))


if __name__ == "__main__":
    main()
