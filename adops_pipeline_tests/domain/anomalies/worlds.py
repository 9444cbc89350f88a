"""Daily rows of campaigns in worlds that a detector may meet, drawn without the emulated market."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats

AS_OF = date(2025, 6, 29)
"""A Sunday."""
DAYS = 120
Values = dict[str, Floats]


def drawn(
    campaigns: int = 40,
    conversions: float = 10.0,
    noise: float = 0.1,
    rho: float = 0.0,
    rate: float = 0.0,
    seed: int = 0,
) -> Values:
    """Campaigns x days: spend of 200 a day, 300 clicks, Poisson conversions around a rate that varies by ``rate``.

    ``noise`` and ``rate`` are standard deviations of a day's log factor, ``rho`` its correlation with the day before.
    """
    rng = np.random.default_rng(seed)

    def factors(deviation: float) -> Floats:
        z = rng.standard_normal((campaigns, DAYS))
        for day in range(1, DAYS):
            z[:, day] = rho * z[:, day - 1] + np.sqrt(1 - rho**2) * z[:, day]
        return np.asarray(np.exp(deviation * z - deviation**2 / 2))

    spend = 200.0 * factors(noise)
    clicks = rng.poisson(1.5 * spend).astype(np.float64)
    sales = rng.poisson(conversions / 300.0 * clicks * factors(rate)).astype(np.float64)
    return {"spend": spend, "impressions": 50.0 * clicks, "clicks": clicks, "conversions": sales}


def rows(values: Values, per_account: int = 1) -> pl.DataFrame:
    """Daily rows; days without spend have none."""
    count, days = values["spend"].shape
    dates = [AS_OF - timedelta(days=days - 1 - n) for n in range(days)]
    numbers = np.repeat(np.arange(count), days)
    return pl.DataFrame(
        {
            "platform": ["google-ads"] * (count * days),
            "account_id": [f"a{n // per_account}" for n in numbers],
            "campaign_id": [f"c{n:03}" for n in numbers],
            "currency": ["EUR"] * (count * days),
            "date": dates * count,
            **{name: one.ravel() for name, one in values.items()},
        }
    ).filter(pl.col("spend") > 0)


def campaigns(count: int, status: str = "active", end: date | None = None) -> pl.DataFrame:
    """Their settings."""
    return pl.DataFrame(
        {
            "platform": ["google-ads"] * count,
            "campaign_id": [f"c{n:03}" for n in range(count)],
            "status": [status] * count,
            "end_date": pl.Series([end] * count, dtype=pl.Date),
        }
    )


def on(back: int) -> date:
    """The day ``back`` days before the last one."""
    return AS_OF - timedelta(days=back)
