"""Intervals of month ends for accounts of a few days and after a paused week, by simulation.

Run: python -m benchmarks.truth_young_accounts

Twelve campaigns of one account spend round a constant level with a weekday pattern; a day's noise is log-normal and
correlated with the day before. The platform's total of the month before the first pulled day is known.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from adops_pipeline.domain.pacing import pace_campaigns
from benchmarks.score import Score

FIRST, THROUGH, LAST = date(2025, 9, 1), date(2025, 9, 12), date(2025, 9, 30)
AGES, NOISES = (3, 7, 14, 28, 45), ((0.1, 0.3), (0.25, 0.3), (0.4, 0.3), (0.25, 0.6), (0.4, 0.6))
PAUSE_ENDED = (1, 2, 3, 5, 8, 15)
_CAMPAIGNS, _DAYS, _SEEDS, _WEEKLY = 12, 260, 8, 0.1
_MONEY = pl.Decimal(18, 6)


@dataclass(frozen=True, slots=True)
class Case:
    """Days that are known, the noise of a day with its correlation, and how many days ago a paused week ended."""

    known_days: int
    noise: float = 0.12
    correlation: float = 0.3
    pause_ended: int | None = None


def coverage(case: Case, seeds: int = _SEEDS) -> float:
    """Percent of month ends inside the 80 % interval."""
    return 100 * float(np.mean([_held(case, seed) for seed in range(seeds)]))


def scores() -> list[Score]:
    """Coverage of young accounts by noise and age, and after pauses."""
    rows = [
        Score("80 % interval held, new account", coverage(Case(age, noise, correlation)), 70, 100,
              case=f"noise {noise:.0%}, correlation {correlation}, {age} days")
        for noise, correlation in NOISES
        for age in AGES
    ]  # fmt: skip
    for days in (20, 60, 200):
        held = float(np.mean([coverage(Case(days, pause_ended=ended)) for ended in PAUSE_ENDED]))
        limits = (70, 100) if days < 28 else (75, 85)
        rows.append(Score("80 % interval held after a paused week", held, *limits, case=f"{days} days known"))
    return rows


def _held(case: Case, seed: int) -> float:
    daily = _daily(case, seed)
    known_from = THROUGH - timedelta(days=case.known_days - 1)
    by_campaign = ("platform", "campaign_id")
    before = daily.filter(pl.col("date").is_between(FIRST, known_from - timedelta(days=1)))
    earlier = before.group_by(by_campaign).agg(pl.col("spend").sum())
    earlier = earlier.with_columns(period_start=pl.lit(FIRST), period_end=pl.lit(known_from - timedelta(days=1)))
    known = pl.DataFrame({"platform": ["pinterest"], "account_id": ["1"], "known_from": [known_from]})
    pulled = daily.filter(pl.col("date").is_between(known_from, THROUGH))
    paced = pace_campaigns(pulled, _campaigns(), pl.DataFrame(), (), THROUGH, known=known, earlier=earlier)
    final = daily.filter(pl.col("date") >= FIRST).group_by(by_campaign).agg(pl.col("spend").sum())
    held = paced.join(final, on=by_campaign).select(
        pl.col("spend").is_between("projected_low", "projected_high").mean()
    )
    return float(held.item())


def _daily(case: Case, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((_CAMPAIGNS, _DAYS))
    for day in range(1, _DAYS):
        z[:, day] = case.correlation * z[:, day - 1] + np.sqrt(1 - case.correlation**2) * z[:, day]
    dates = [LAST - timedelta(days=_DAYS - 1 - n) for n in range(_DAYS)]
    week = np.array([1 + _WEEKLY * np.cos(2 * np.pi * day.weekday() / 7) for day in dates])
    level = 10 ** rng.uniform(1, 3, _CAMPAIGNS)
    spend = level[:, None] * week * np.exp(case.noise * z - case.noise**2 / 2)
    if case.pause_ended is not None:
        end = THROUGH - timedelta(days=case.pause_ended)
        spend[:, [end - timedelta(days=6) <= day <= end for day in dates]] = 0.0
    rows = pl.DataFrame(
        {
            "platform": ["pinterest"] * _CAMPAIGNS * _DAYS,
            "campaign_id": np.repeat([str(n) for n in range(_CAMPAIGNS)], _DAYS),
            "date": dates * _CAMPAIGNS,
            "spend": np.round(spend, 2).ravel(),
        }
    )
    return rows.filter(pl.col("spend") > 0).with_columns(pl.col("spend").cast(_MONEY))


def _campaigns() -> pl.DataFrame:
    names = [str(n) for n in range(_CAMPAIGNS)]
    words = {"platform": "pinterest", "account_id": "1", "status": "active", "currency": "EUR"}
    return pl.DataFrame({"external_id": names, "name": names}).with_columns(
        **{name: pl.lit(word) for name, word in words.items()}, daily_budget=pl.lit(Decimal(1000))
    )


def main() -> None:
    """Print the coverage of every case."""
    for row in scores():
        print(f"{row.name}, {row.case}: {row.value:.0f} % ({row.limit})")


if __name__ == "__main__":
    main()
