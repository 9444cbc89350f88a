"""Budget tests as A/B test definitions: which campaigns need one, and what to set on which day.

The arms are the same ad groups in two weeks, the first with the higher budget and the second with the lower one.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from adops_pipeline.domain.allocation.budget_test import DAYS
from adops_pipeline.domain.money import format_money
from adops_pipeline.settings.experiments import AbTestSettings
from adops_pipeline.warehouse.queries.budget_tests import needed_budget_tests, needed_in
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

WEEK = DAYS // 2


@dataclass(frozen=True, slots=True)
class BudgetTest:
    """Two weeks that would show how a campaign's results follow its spend."""

    platform: str
    campaign_id: str
    campaign_name: str
    currency: str
    identification: str
    current_daily: Decimal
    high_daily: Decimal
    low_daily: Decimal
    elasticity_error: float
    """Standard error of the percent of results per percent of spend."""
    ad_groups: tuple[str, ...]

    @property
    def campaign(self) -> str:
        """``platform:campaign_id``."""
        return f"{self.platform}:{self.campaign_id}"

    def steps(self, first_day: date) -> list[str]:
        """What to set on which day, and how to read the result."""
        high, low, now = (format_money(x, self.currency) for x in (self.high_daily, self.low_daily, self.current_daily))
        distance = math.log(float(self.high_daily) / float(self.low_daily))
        reading = (
            f"Percent of results per percent of spend: 1 - ln(1 + lift) / {distance:.3f}, known to "
            f"±{self.elasticity_error:.2f}; lift is that of the low week over the high one in ab_test_results."
        )
        return [
            f"{first_day}: set the daily budget to {high}",
            f"{first_day + timedelta(days=WEEK)}: set it to {low}",
            f"{first_day + timedelta(days=DAYS)}: set it back to {now}",
            reading,
            "The weeks follow each other: whatever else changes between them counts as an effect of the budget.",
        ]

    def definition(self, first_day: date) -> AbTestSettings:
        """The A/B test of the two weeks from ``first_day`` on."""
        groups = list(self.ad_groups)
        return AbTestSettings.model_validate(
            {
                "id": f"budget-{self.campaign_id}-{first_day:%Y%m%d}",
                "name": f"Budget test: {self.campaign_name or self.campaign_id}",
                "platform": self.platform,
                "campaign_id": self.campaign_id,
                "metric": "roas",
                "started_on": first_day,
                "period_days": WEEK,
                "min_days": WEEK,
                "max_days": WEEK,
                "stopping": "fixed-horizon",
                "variant_a": {"name": f"{self.high_daily.normalize():f} a day", "ad_group_ids": groups},
                "variant_b": {"name": f"{self.low_daily.normalize():f} a day", "ad_group_ids": groups},
            }
        )


def budget_tests(snapshot: Path) -> list[BudgetTest]:
    """The campaigns of the newest plan that need a test, by platform and campaign."""
    return _tests(needed_budget_tests(snapshot))


def published_budget_tests(snapshot: Snapshot) -> list[BudgetTest]:
    """The same of a snapshot that is open."""
    return _tests(needed_in(snapshot.con))


def _tests(needed: pl.DataFrame) -> list[BudgetTest]:
    return [BudgetTest(**(row | {"ad_groups": tuple(row["ad_groups"])})) for row in needed.iter_rows(named=True)]
