"""Daily series for benchmarks/forecast_peers.py: made-up worlds, the market's worlds, and a CSV file.

Every world is a frame as `forecast_to` reads it, and each of its campaigns is a series. `SEASONS` and `YEARS_MARKET`
have so many days that a yearly season can be learnt; in half of them what moved a year ago does not come back.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Indices
from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.sandbox.market import Market, named_world
from benchmarks.truth_allocation import market_days
from benchmarks.truth_days import correlated

LAST_DAY = date(2025, 11, 15)
DAYS = 420
SERIES = 16
_WEEK = np.array([1.0, 1.1, 1.15, 1.1, 1.0, 0.7, 0.65])
_METRICS = ("spend", "conversions", "revenue")


def _weeks(rng: np.random.Generator, count: int, days: int = DAYS) -> Floats:
    factors = _WEEK * np.exp(0.08 * rng.standard_normal((count, 7)))
    return np.asarray(np.tile(factors / factors.mean(axis=1, keepdims=True), -(-days // 7))[:, :days], dtype=np.float64)


def _ar(rho: float, deviation: float = 0.25) -> Callable[[np.random.Generator], Floats]:
    return lambda rng: np.exp(deviation * correlated(rng, (SERIES, DAYS), rho))


def _trend(rng: np.random.Generator) -> Floats:
    slope = rng.uniform(-0.004, 0.006, (SERIES, 1))
    return np.exp(slope * np.arange(DAYS) + 0.1 * rng.standard_normal((SERIES, DAYS)))


def _shifts(rng: np.random.Generator) -> Floats:
    moved = rng.random((SERIES, DAYS)) < 1 / 50
    level = np.cumsum(moved * rng.choice([-0.5, -0.3, 0.3, 0.5], (SERIES, DAYS)), axis=1)
    return np.exp(level + 0.1 * rng.standard_normal((SERIES, DAYS)))


def _walk(rng: np.random.Generator) -> Floats:
    return np.exp(np.cumsum(0.05 * rng.standard_normal((SERIES, DAYS)), axis=1) * 0.7) * np.exp(
        0.1 * rng.standard_normal((SERIES, DAYS))
    )


def _heavy(rng: np.random.Generator) -> Floats:
    return np.exp(0.2 * np.clip(rng.standard_t(2.5, (SERIES, DAYS)), -6, 8))


SYNTHETIC: Mapping[str, Callable[[np.random.Generator], Floats]] = {
    "independent days": _ar(0.0),
    "AR(1) 0.6": _ar(0.6),
    "AR(1) 0.8": _ar(0.8),
    "trending": _trend,
    "level shifts": _shifts,
    "random walk": _walk,
    "heavy tails": _heavy,
}
MARKET = ("", "correlated-days", "seasonal-demand", "heavy-orders")
YEARS_DAYS = 760
SEASONS = ("seasons by account", "last year's does not return")
YEARS_MARKET = ("seasonal-demand", "drifting-demand")
_ACCOUNTS = 4


def made_up(name: str, seed: int = 5) -> pl.DataFrame:
    """A made-up world: spend follows it, conversions are counts at a rate of their own, revenue is heavy-tailed."""
    rng = np.random.default_rng([seed, list(SYNTHETIC).index(name)])
    spend: Floats = rng.uniform(50, 400, (SERIES, 1)) * _weeks(rng, SERIES) * SYNTHETIC[name](rng)
    return _sold(rng, spend, np.ones(SERIES, dtype=np.intp))


def _sold(rng: np.random.Generator, spend: Floats, account: Indices) -> pl.DataFrame:
    rate = rng.uniform(0.02, 0.3, (SERIES, 1)) * np.exp(0.1 * correlated(rng, spend.shape, 0.5))
    orders = rng.poisson(spend * rate)
    revenue = 40.0 * orders * np.exp(0.5 * rng.standard_normal(orders.shape) / np.sqrt(np.maximum(orders, 1)))
    return _frame(spend, orders.astype(np.float64), np.asarray(revenue, dtype=np.float64), account)


def seasons(name: str, seed: int = 5) -> pl.DataFrame:
    """One of `SEASONS`: a yearly swing that campaigns share, one of each account, one of each campaign; AR(1) days and
    budgets that move. Where it does not return, every year has swings of its own.
    """
    rng = np.random.default_rng([seed, 100 + SEASONS.index(name)])
    account = np.arange(SERIES) % _ACCOUNTS
    years = [_swings(rng, account) for _ in range(-(-YEARS_DAYS // 365))]
    if name == SEASONS[0]:
        years = years[:1] * len(years)
    moved = rng.random((SERIES, YEARS_DAYS)) < 1 / 90
    level = np.cumsum(moved * rng.choice([-0.3, 0.3], moved.shape), axis=1) + 0.2 * correlated(rng, moved.shape, 0.6)
    spend = rng.uniform(50, 400, (SERIES, 1)) * _weeks(rng, SERIES, YEARS_DAYS)
    return _sold(rng, spend * np.exp(np.hstack(years)[:, :YEARS_DAYS] + level), account)


def _swings(rng: np.random.Generator, account: Indices) -> Floats:
    """Logarithms of a year of each campaign that begin and end at 0, so that years can follow each other."""
    angle, parts = 2 * np.pi * np.arange(365) / 365, []
    for count, height in ((1, 0.25), (_ACCOUNTS, 0.15), (len(account), 0.1)):
        waves = [
            height / n * (rng.standard_normal((count, 1)) * np.sin(n * angle)
                          + rng.standard_normal((count, 1)) * (np.cos(n * angle) - 1.0))
            for n in (1, 2, 3)
        ]  # fmt: skip
        parts.append(np.sum(waves, axis=0))
    return np.asarray(parts[0] + parts[1][account] + parts[2], dtype=np.float64)


def market(name: str, seed: int = 7, days: int = DAYS) -> pl.DataFrame:
    """A world of the market as the platforms show it on the last day, every campaign with its last ``days`` days."""
    first = min(date(2024, 1, 1), LAST_DAY - timedelta(days=days))
    rows = market_days(Market(seed, first, named_world(name, first)), LAST_DAY, days)
    return rows.with_columns(pl.col(_METRICS).cast(pl.Float64))


def from_csv(path: Path) -> pl.DataFrame:
    """A world from a file with the columns date, series and value.

    ``X:spend``, ``X:conversions`` and ``X:revenue`` are the metrics of one campaign X; any other series is spend.
    Raises ValueError for a file without these columns.
    """
    rows = pl.read_csv(path, try_parse_dates=True)
    missing = {"date", "series", "value"} - set(rows.columns)
    if missing:
        raise ValueError(f"{path} has no column {', '.join(sorted(missing))}; needed are date, series, value")
    parts = pl.col("series").cast(pl.String).str.extract_groups(r"^(?<name>.*):(?<metric>spend|conversions|revenue)$")
    rows = rows.with_columns(parts.struct.unnest())
    wide = rows.select(
        "date", "value", pl.col("name").fill_null(pl.col("series")), pl.col("metric").fill_null("spend")
    ).pivot("metric", index=["name", "date"], values="value", aggregate_function="sum")
    return wide.select(
        pl.lit("meta-ads").alias("platform"), pl.lit("1").alias("account_id"), pl.col("name").alias("campaign_id"),
        pl.lit("EUR").alias("currency"), pl.col("date").cast(pl.Date),
        *(pl.col(m).cast(pl.Float64) if m in wide.columns else pl.lit(0.0).alias(m) for m in _METRICS),
    )  # fmt: skip


def _frame(spend: Floats, conversions: Floats, revenue: Floats, account: Indices) -> pl.DataFrame:
    count, days = spend.shape
    first = LAST_DAY - timedelta(days=days - 1)
    dates = pl.date_range(first, LAST_DAY, eager=True)
    return pl.DataFrame(
        {
            "platform": "meta-ads",
            "account_id": np.repeat(account.astype(str), days),
            "campaign_id": np.repeat([f"{n:02}" for n in range(count)], days),
            "currency": "EUR",
            "date": pl.concat([dates] * count),
            "spend": spend.ravel(),
            "conversions": conversions.ravel(),
            "revenue": revenue.ravel(),
        }
    )
