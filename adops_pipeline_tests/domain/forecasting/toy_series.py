"""Daily series with known ways: weekdays, budgets that move at times, campaigns that stop, Poisson results."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

AS_OF = date(2026, 5, 14)
WEEKDAYS = np.array([1.2, 1.15, 1.1, 1.0, 0.95, 0.75, 0.85])


def frame(
    spend: npt.NDArray[np.float64], conversions: npt.NDArray[np.float64], value: float = 40.0, end: date = AS_OF
) -> pl.DataFrame:
    """Rows of campaigns x days that end on ``end``; every second campaign on another platform."""
    campaigns, days = spend.shape
    names = [("google-ads" if i % 2 else "meta-ads", f"{100 + i}") for i in range(campaigns)]
    return pl.DataFrame(
        {
            "platform": np.repeat([p for p, _ in names], days),
            "campaign_id": np.repeat([c for _, c in names], days),
            "currency": "EUR",
            "date": [end - timedelta(days=days - 1 - d) for d in range(days)] * campaigns,
            "spend": spend.ravel(),
            "revenue": (conversions * value).ravel(),
            "conversions": conversions.ravel(),
        }
    )


def weekday_of(days: int, end: date = AS_OF) -> npt.NDArray[np.intp]:
    """Weekday of each of the last ``days`` days."""
    return np.asarray((np.arange(days) + (end - timedelta(days=days - 1)).weekday()) % 7, dtype=np.intp)


def market(seed: int, campaigns: int = 40, days: int = 240) -> pl.DataFrame:
    """A mixed lot: large and small, steady and moving; some start late, some stop for good."""
    rng = np.random.default_rng(seed)
    base = rng.lognormal(4.5, 0.8, campaigns)
    stays = rng.integers(30, 60, (campaigns, days // 30 + 1)).cumsum(axis=1)
    level = np.stack([1.0 + 0.25 * np.sin(np.searchsorted(s, np.arange(days)) * 2.1 + i) for i, s in enumerate(stays)])
    noise = rng.lognormal(0.0, 0.1, (campaigns, days))
    spend = np.round(base[:, None] * level * WEEKDAYS[weekday_of(days)] * noise, 2)
    stop = np.where(rng.random(campaigns) < 0.15, rng.integers(90, days, campaigns), days)
    start = np.where(rng.random(campaigns) < 0.15, rng.integers(1, days - 30, campaigns), 0)
    day = np.arange(days)
    spend *= (day < stop[:, None]) & (day >= start[:, None])
    rate = rng.lognormal(-3.2, 0.6, campaigns)[:, None]
    return frame(spend, rng.poisson(spend * rate * rng.lognormal(0, 0.08, spend.shape)).astype(float))
