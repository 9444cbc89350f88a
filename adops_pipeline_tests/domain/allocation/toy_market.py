"""A small ad market with known curves: Hill response, weekdays, log-normal and Poisson noise, moving budgets."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.allocation import Curve

AS_OF = date(2026, 3, 31)
_WEEKDAYS = np.array([1.06, 1.05, 1.03, 1.0, 0.97, 0.92, 0.97])
_VALUE = (20.0, 60.0)


@dataclass(frozen=True)
class ToyMarket:
    """Daily rows in one currency and the true revenue curve per ``platform:campaign_id``."""

    daily: pl.DataFrame
    curves: dict[str, Curve]

    def revenue(self, spend: dict[str, float]) -> float:
        return sum(self.curves[name].response(amount) for name, amount in spend.items())


def make_market(
    seed: int, campaigns: int = 24, days: int = 120, scale: float = 1.0, currency: str = "USD", budget: float = 150.0
) -> ToyMarket:
    """Campaigns on two platforms; ``scale`` is the price level of the currency, ``budget`` the median daily budget."""
    rng = np.random.default_rng(seed)
    base = budget * rng.lognormal(0.0, 0.6, campaigns)
    levels = rng.choice([0.7, 0.85, 1.0, 1.2, 1.4], size=(campaigns, days // 30 + 1))
    spend = base[:, None] * np.repeat(levels, 30, axis=1)[:, :days] * rng.lognormal(0.0, 0.09, (campaigns, days))
    spend = np.round(spend, 2)
    half, slope = base * rng.uniform(0.5, 2.2, campaigns), rng.uniform(0.7, 1.5, campaigns)
    beta = base / rng.uniform(10, 25, campaigns) * (1 + (half / base) ** slope)
    weekday = (np.arange(days) + (AS_OF - timedelta(days=days - 1)).weekday()) % 7
    reached = (spend / half[:, None]) ** slope[:, None]
    mean = beta[:, None] * reached / (1 + reached) * _WEEKDAYS[weekday] * rng.lognormal(0.0, 0.1, (campaigns, days))
    conversions = rng.poisson(mean)
    value = rng.uniform(*_VALUE, campaigns)
    revenue = np.round(conversions * value[:, None] * rng.lognormal(0.0, 0.05, (campaigns, days)), 2)
    names = [("google-ads" if i % 2 else "meta-ads", f"{1000 + i}") for i in range(campaigns)]
    curves = {
        f"{p}:{c}": Curve(f"{p}:{c}", float(beta[i] * value[i] * scale), float(half[i] * scale), float(slope[i]))
        for i, (p, c) in enumerate(names)
    }
    return ToyMarket(_frame(names, currency, spend * scale, revenue * scale, conversions), curves)


def _frame(
    names: list[tuple[str, str]],
    currency: str,
    spend: npt.NDArray[np.float64],
    revenue: npt.NDArray[np.float64],
    conversions: npt.NDArray[np.int64],
) -> pl.DataFrame:
    campaigns, days = spend.shape
    return pl.DataFrame(
        {
            "platform": np.repeat([p for p, _ in names], days),
            "campaign_id": np.repeat([c for _, c in names], days),
            "currency": currency,
            "date": [AS_OF - timedelta(days=days - 1 - d) for d in range(days)] * campaigns,
            "spend": spend.ravel(),
            "revenue": revenue.ravel(),
            "conversions": conversions.ravel().astype(float),
        }
    ).with_columns(pl.col("spend").cast(pl.Decimal(18, 6)))
