"""Daily rows of markets that break one assumption of the curve fitting each; the true effect of spend is known."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.allocation.panel import Panel, build_panel, clean_daily

AS_OF = date(2026, 3, 31)
Floats = npt.NDArray[np.float64]


@dataclass
class Account:
    """One account: conversions are ``rate * spend ** elasticity * demand``, budgets and demand as a test sets them."""

    campaigns: int = 8
    days: int = 182
    elasticity: float = 0.5
    seed: int = 1
    spend_noise: float = 0.03
    rng: np.random.Generator = field(init=False)
    budget: Floats = field(init=False)
    spend: Floats = field(init=False)
    demand: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.budget = np.full((self.campaigns, self.days), 100.0)
        self.demand = np.ones((self.campaigns, self.days))
        self.deliver()

    def deliver(self) -> None:
        """Spend the budgets, but for some noise."""
        self.spend = self.budget * self.rng.lognormal(0.0, self.spend_noise, self.budget.shape)

    def move_budgets(self, weeks: int = 4) -> None:
        """Each campaign's budget moves every few weeks, for no reason but its buyer's."""
        levels = self.rng.choice([0.75, 0.9, 1.0, 1.15, 1.3], size=(self.campaigns, self.days // (7 * weeks) + 1))
        self.budget = 100.0 * np.repeat(levels, 7 * weeks, axis=1)[:, : self.days]
        self.deliver()

    def share_demand(self, strength: float = 0.3) -> Floats:
        """Weekly demand of the whole account, applied to conversions; returned per day."""
        weekly = np.exp(strength * self.rng.standard_normal(self.days // 7 + 1))
        daily = np.repeat(weekly, 7)[: self.days]
        self.demand = self.demand * daily
        return np.asarray(daily, dtype=np.float64)

    def daily(self) -> pl.DataFrame:
        mean = 3.0 * self.spend**self.elasticity * self.demand
        conversions = self.rng.poisson(mean).astype(float)
        dates = [AS_OF - timedelta(days=self.days - 1 - d) for d in range(self.days)]
        return pl.DataFrame(
            {
                "platform": "google-ads",
                "account_id": "1",
                "campaign_id": np.repeat([f"{100 + i}" for i in range(self.campaigns)], self.days),
                "currency": "EUR",
                "date": dates * self.campaigns,
                "spend": np.round(self.spend, 2).ravel(),
                "revenue": (conversions * 30.0).ravel(),
                "conversions": conversions.ravel(),
                "daily_budget": self.budget.ravel(),
            }
        ).with_columns(pl.col("spend").cast(pl.Decimal(18, 6)))

    def panel(self) -> Panel:
        return build_panel(clean_daily(self.daily(), AS_OF, 0), AS_OF, self.days)
