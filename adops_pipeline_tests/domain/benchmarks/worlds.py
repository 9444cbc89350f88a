"""Campaigns at rest in worlds that benchmarks may meet: rates that vary, and depend on the day before."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats

AS_OF = date(2025, 6, 29)
DAYS = 112
MATURE = {"google-ads": 1}
_WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.9, 0.9])
_RATE_WEEK = np.array([1.1, 1.05, 1.0, 1.0, 1.0, 0.95, 0.9])


def factors(rng: np.random.Generator, campaigns: int, deviation: float, rho: float, days: int = DAYS) -> Floats:
    """Log-normal day factors of mean 1 whose logarithms are first-order autoregressions."""
    z = rng.standard_normal((campaigns, days))
    for day in range(1, days):
        z[:, day] = rho * z[:, day - 1] + np.sqrt(1.0 - rho**2) * z[:, day]
    return np.asarray(np.exp(deviation * z - deviation**2 / 2.0))


def drawn(campaigns: int, noise: float, rho: float, seed: int, clicks: float = 300.0) -> dict[str, Floats]:
    """Campaigns x days: click rate, price and conversion rate vary by ``noise``; 15 conversions per 300 clicks."""
    rng = np.random.default_rng(seed)
    at = np.arange(DAYS) % 7
    impressions = rng.poisson(50.0 * clicks * _WEEK[at] * factors(rng, campaigns, 0.1, 0.0)).astype(np.float64)
    clicked = rng.poisson(0.02 * impressions * _RATE_WEEK[at] * factors(rng, campaigns, noise, rho)).astype(np.float64)
    spend = clicked * factors(rng, campaigns, noise, rho)
    sales = rng.poisson(0.05 * clicked * factors(rng, campaigns, noise, rho)).astype(np.float64)
    # Order values are exponential.
    revenue = np.where(sales > 0, rng.gamma(np.maximum(sales, 1.0), 50.0), 0.0)
    return {
        "impressions": impressions, "clicks": clicked, "spend": spend, "conversions": sales, "revenue": revenue,
    }  # fmt: skip


def rows(values: dict[str, Floats]) -> pl.DataFrame:
    """Daily rows."""
    count = len(values["spend"])
    dates = [AS_OF - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    keys = {
        "platform": ["google-ads"] * (count * DAYS),
        "campaign_id": [f"c{n:03}" for n in range(count) for _ in range(DAYS)],
        "date": dates * count,
    }
    return pl.DataFrame({**keys, **{name: one.ravel() for name, one in values.items()}})


def campaigns(count: int) -> pl.DataFrame:
    """Their settings."""
    columns = {"platform": ["google-ads"] * count, "objective": ["SALES"] * count, "currency": ["EUR"] * count}
    return pl.DataFrame({**columns, "campaign_id": [f"c{n:03}" for n in range(count)]})
