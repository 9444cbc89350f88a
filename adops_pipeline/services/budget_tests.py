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
    daily_budget: Decimal | None
    lifetime_budget: Decimal | None
    is_shared_budget: bool
    last_day: date | None
    """Of the campaign; None: it runs on."""
    ad_groups: tuple[str, ...]

    @property
    def campaign(self) -> str:
        """``platform:campaign_id``."""
        return f"{self.platform}:{self.campaign_id}"

    def fits(self, first_day: date) -> bool:
        """Whether the campaign still runs on the last day of a test from ``first_day`` on."""
        return self.last_day is None or self.last_day >= first_day + timedelta(days=DAYS - 1)

    def steps(self, first_day: date) -> list[str]:
        """What to set on which day, and how to read the result."""
        distance = math.log(float(self.high_daily) / float(self.low_daily))
        reading = (
            f"Percent of results per percent of spend: 1 - ln(1 + lift) / {distance:.3f}, known to "
            f"±{self.elasticity_error:.2f} by the plans after it, less exactly by the A/B test alone; lift is that of "
            "the low week over the high one in ab_test_results."
        )
        days = (first_day, first_day + timedelta(days=WEEK), first_day + timedelta(days=DAYS))
        return [
            *(f"{day}: {what}" for day, what in zip(days, self._settings(first_day), strict=True)),
            reading,
            "The weeks follow each other: whatever else changes between them counts as an effect of the budget.",
        ]

    def _settings(self, first_day: date) -> tuple[str, str, str]:
        """What to set at the start of both weeks and after them, by the kind of budget that the campaign has."""
        high, low, now = (self._money(x) for x in (self.high_daily, self.low_daily, self.current_daily))
        if self.lifetime_budget is not None and self.last_day is not None:
            return self._lifetime_settings(self.lifetime_budget, (self.last_day - first_day).days + 1)
        if self.daily_budget is None:
            return (
                f"set the daily budgets of its ad groups to {high} in all",
                f"set them to {low} in all",
                f"set them back to what they were ({now} a day were spent)",
            )
        back = self._money(self.daily_budget)
        if self.is_shared_budget:
            return (
                f"give it a daily budget of its own of {high} and lower the one of {back} that it shares by {now}",
                f"set its own to {low}",
                f"let it share the budget of {back} again",
            )
        return f"set the daily budget to {high}", f"set it to {low}", f"set it back to {back}"

    def _lifetime_settings(self, budget: Decimal, days: int) -> tuple[str, str, str]:
        """The platform spreads what is left of a lifetime budget over the days that are left, the first of ``days``."""
        up, down = self.high_daily - self.current_daily, self.low_daily - self.current_daily
        first, second = budget + up * days, budget + up * WEEK + down * (days - WEEK)
        return (
            f"set the lifetime budget to {self._money(first)}, which makes about {self._money(self.high_daily)} a day",
            f"set it to {self._money(second)}, which makes about {self._money(self.low_daily)} a day",
            f"set it back to {self._money(budget)}",
        )

    def _money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency)

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
