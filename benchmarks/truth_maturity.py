"""Maturity curves scored on the market's true lags, from what a daily pull would have recorded.

Run: python -m benchmarks.truth_maturity
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.maturity import MaturityCurves, estimate_maturity
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import FIRST_DAY, Market, World
from benchmarks.score import Score

FIRST_PULL, DAYS_OF_PULLS, LOOKBACK = date(2025, 3, 1), 60, 31
WEEK_OF_PULLS, MONTH_OF_PULLS = 7, 30
_PULLED_AT = time(12)
"""UTC: the same local day in all accounts, from Los Angeles to Tokyo."""
STARTS = (date(2025, 3, 1), date(2025, 5, 1), date(2025, 7, 1), date(2025, 9, 1))
WORLDS: dict[str, World] = {"slow": World(lag="late"), "usual": World(), "instant": World(lag="instant")}


@dataclass(frozen=True, slots=True)
class MaturityScore:
    """Largest and mean distance to the true curve over all lags, in points of share; beside the naive curve.

    The naive curve divides what is known after k days by the newest value of the same days, young or old.
    """

    platform: str
    largest_error_points: float
    mean_error_points: float
    revenue_largest_error_points: float
    naive_largest_error_points: float
    mature_after_days: int
    true_mature_after_days: int
    nowcast_coverage_pct: float


def recorded(market: Market, platform: Platform, first: date, days: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The restatement history and the pulls of ``days`` mornings, each looking ``LOOKBACK`` days back."""
    rows, pulls = [], []
    for account in market.accounts(platform):
        if account.is_manager:
            continue
        last: dict[tuple[str, date], tuple[float, float]] = {}
        for n in range(days):
            today = first + timedelta(days=n)
            start, end = today - timedelta(days=LOOKBACK), today - timedelta(days=1)
            now = datetime.combine(today, _PULLED_AT, UTC)
            pulls.append((str(platform), account.account_id, start, end, today))
            for day in market.campaign_days(account.account_id, start, end, now):
                values = (float(day.conversions), float(day.revenue))
                if last.get((day.campaign_id, day.date)) != values:
                    last[day.campaign_id, day.date] = values
                    lag = (today - day.date).days
                    rows.append((str(platform), account.account_id, day.campaign_id, day.date, now, lag, *values))
    names = ["platform", "account_id", "campaign_id", "date", "pulled_at", "lag_days", "conversions", "revenue"]
    spans = ["platform", "account_id", "range_start", "range_end", "pulled_on"]
    return pl.DataFrame(rows, schema=names, orient="row"), pl.DataFrame(pulls, schema=spans, orient="row")


def measured(seeds: Sequence[int] = (7,)) -> list[MaturityScore]:
    """One row per platform and seed."""
    return [_score(Market(seed), platform) for seed in seeds for platform in Platform]


def scores() -> list[Score]:
    """Distance to the true curves, and how often intervals held: in the default market and in worlds of other lags."""
    rows = measured()
    return [
        *(Score("share known by lag, largest error", s.largest_error_points, 0, 3, "pts", s.platform) for s in rows),
        *(Score("… of revenue", s.revenue_largest_error_points, 0, 3, "pts", s.platform) for s in rows),
        *(Score("… of the naive curve", s.naive_largest_error_points, unit="pts", case=s.platform) for s in rows),
        *(
            Score("first mature day, error", s.mature_after_days - s.true_mature_after_days, -1, 1, "d", s.platform)
            for s in rows
        ),
        Score(
            "80 % interval of young days held",
            float(np.mean([s.nowcast_coverage_pct for s in rows])),
            75,
            85,
            case="60 pulls, three platforms",
        ),
        *(
            Score(f"… after {pulls} pulls", held, 75, 85, case=f"{world} reports, three platforms")
            for world, pulls, held in _by_world((WEEK_OF_PULLS, MONTH_OF_PULLS))
        ),
        *(
            Score(
                "assumed interval holds the true share", s.curve_coverage_pct, 100, 100, case=f"{s.platform}, {s.world}"
            )
            for s in in_worlds((1,))
        ),
    ]


def _by_world(pulls: Sequence[int]) -> list[tuple[str, int, float]]:
    """World, pulls and mean coverage of young days; where everything is known at once no day is young."""
    rows = [s for s in in_worlds(pulls) if not np.isnan(s.nowcast_coverage_pct)]
    cases = dict.fromkeys((s.world, s.pulls) for s in rows)
    held = {case: [s.nowcast_coverage_pct for s in rows if (s.world, s.pulls) == case] for case in cases}
    return [(*case, float(np.mean(of_case))) for case, of_case in held.items()]


@dataclass(frozen=True, slots=True)
class WorldScore:
    """A platform of one world after some pulls, at several starts.

    Did the curve's 80 % intervals hold the true shares of lags 1 to 10,
    and how often did those of young days hold the final conversions (NaN where no day counts as young).
    """

    world: str
    pulls: int
    platform: str
    basis: str
    curve_coverage_pct: float
    nowcast_coverage_pct: float


def in_worlds(pulls: Sequence[int] = (1, WEEK_OF_PULLS, MONTH_OF_PULLS)) -> list[WorldScore]:
    """One row per world, number of daily pulls and platform."""
    rows = []
    for name, world in WORLDS.items():
        market = Market(7, FIRST_DAY, world)
        rows += [_in_world(name, market, platform, days) for days in pulls for platform in Platform]
    return rows


def _in_world(name: str, market: Market, platform: Platform, pulls: int) -> WorldScore:
    truth = np.array(market.truth.lag_curve[platform])[1:11]
    inside, held, basis = [], [], ""
    for first in STARTS:
        curves = estimate_maturity(*recorded(market, platform, first, pulls))
        low, high = (curves.shares(platform, column)[:10] for column in ("share_low", "share_high"))
        inside.append(((low - 1e-9 <= truth) & (truth <= high + 1e-9)).mean())
        held.append(_coverage(market, platform, curves, first + timedelta(days=pulls - 1)))
        basis = str(curves.table.filter(pl.col("platform") == platform)["basis"][0])
    return WorldScore(name, pulls, str(platform), basis, 100 * float(np.mean(inside)), float(np.mean(held)))


def _score(market: Market, platform: Platform) -> MaturityScore:
    revisions, pulls = recorded(market, platform, FIRST_PULL, DAYS_OF_PULLS)
    curves = estimate_maturity(revisions, pulls)
    estimate = curves.shares(platform)
    truth = np.array(market.truth.lag_curve[platform])[1 : len(estimate) + 1]
    error = 100 * np.abs(estimate - truth)
    revenue_error = 100 * np.abs(curves.shares(platform, "revenue_share") - truth)
    naive_error = 100 * np.abs(_naive(revisions, len(estimate)) - truth)
    return MaturityScore(
        str(platform),
        float(error.max()),
        float(error.mean()),
        float(revenue_error.max()),
        float(naive_error.max()),
        curves.mature_after_days(platform),
        int(np.argmax(truth >= 0.98)) + 1,
        _coverage(market, platform, curves, FIRST_PULL + timedelta(days=DAYS_OF_PULLS)),
    )


def _naive(revisions: pl.DataFrame, horizon: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    newest = revisions.sort("pulled_at").group_by("campaign_id", "date").agg(pl.col("conversions").last())
    total = float(newest["conversions"].sum())
    known = [
        revisions.filter(pl.col("lag_days") <= k)
        .sort("pulled_at")
        .group_by("campaign_id", "date")
        .agg(pl.col("conversions").last())["conversions"]
        .sum()
        for k in range(1, horizon + 1)
    ]
    return np.array(known) / total


def _coverage(market: Market, platform: Platform, curves: MaturityCurves, as_of: date) -> float:
    """How often the 80 % interval of a young day held its final conversions, over three weeks after the fit."""
    start, now = as_of - timedelta(days=20), datetime.combine(as_of + timedelta(days=1), _PULLED_AT, UTC)
    held = []
    for account in market.accounts(platform):
        seen = market.campaign_days(account.account_id, start, as_of, now)
        final = market.campaign_days(account.account_id, start, as_of, now + timedelta(days=60))
        outcome = {(d.campaign_id, d.date): float(d.conversions) for d in final}
        frame = pl.DataFrame(
            [(str(platform), d.campaign_id, d.date, float(d.conversions), float(d.revenue)) for d in seen],
            schema=["platform", "campaign_id", "date", "conversions", "revenue"],
            schema_overrides={"date": pl.Date, "conversions": pl.Float64, "revenue": pl.Float64},
            orient="row",
        )
        for row in curves.nowcast(frame, as_of).filter(pl.col("maturity") < 0.97).iter_rows(named=True):
            value = outcome[row["campaign_id"], row["date"]]
            if value >= 5:
                held.append(row["conversions_low"] - 1e-9 <= value <= row["conversions_high"] + 1e-9)
    return 100 * float(np.mean(held)) if held else float("nan")


def main() -> None:
    """Print the scores as a table."""
    columns = ("largest", "mean", "revenue", "naive", "mature", "truly", "80 % held")
    print(f"{'platform':>12}" + "".join(f"{name:>11}" for name in columns))
    for s in measured():
        points = (
            s.largest_error_points,
            s.mean_error_points,
            s.revenue_largest_error_points,
            s.naive_largest_error_points,
        )
        print(
            f"{s.platform:>12}"
            + "".join(f"{p:>7.2f} pts" for p in points)
            + f"{s.mature_after_days:>9} d{s.true_mature_after_days:>9} d{s.nowcast_coverage_pct:>10.1f}%"
        )
    print(f"\n{'world':>10}{'pulls':>7}{'platform':>12}{'basis':>10}{'curve held':>12}{'80 % held':>11}")
    for w in in_worlds():
        print(
            f"{w.world:>10}{w.pulls:>7}{w.platform:>12}{w.basis:>10}"
            f"{w.curve_coverage_pct:>11.0f}%{w.nowcast_coverage_pct:>10.1f}%"
        )


if __name__ == "__main__":
    main()
