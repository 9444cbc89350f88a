"""Budget tests as A/B test definitions: which campaigns need one, and the block of adops.toml that starts it.

The arms are the same ad groups in two weeks, the first with the higher budget and the second with the lower one.
"""

import json
import math
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from adops_pipeline.domain.allocation.budget_test import DAYS
from adops_pipeline.domain.money import format_money
from adops_pipeline.settings.experiments import AbTestSettings
from adops_pipeline.warehouse.queries.budget_tests import needed_budget_tests

WEEK = DAYS // 2


class BudgetTestError(Exception):
    """A budget test that cannot be started; the message says why and what to do."""


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

    def settings(self, first_day: date) -> dict[str, object]:
        """The definition as the values of an ``[[ab_tests]]`` block."""
        return {
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
            "variant_a": {"name": f"{self.high_daily.normalize():f} a day", "ad_group_ids": list(self.ad_groups)},
            "variant_b": {"name": f"{self.low_daily.normalize():f} a day", "ad_group_ids": list(self.ad_groups)},
        }

    def block(self, first_day: date) -> str:
        """The definition as a block of adops.toml."""
        values = self.settings(first_day)
        AbTestSettings.model_validate(values)
        return "\n".join(["[[ab_tests]]", *(f"{name} = {_toml(value)}" for name, value in values.items()), ""])


def budget_tests(snapshot: Path) -> list[BudgetTest]:
    """The campaigns of the newest plan that need a test, by platform and campaign."""
    rows = needed_budget_tests(snapshot).iter_rows(named=True)
    return [BudgetTest(**(row | {"ad_groups": tuple(row["ad_groups"])})) for row in rows]


def start(test: BudgetTest, first_day: date, toml_file: Path) -> None:
    """Append the definition to ``toml_file``. Raises BudgetTestError where the file cannot take it."""
    written = toml_file.read_text(encoding="utf-8") if toml_file.exists() else ""
    content = f"{written.rstrip()}\n\n{test.block(first_day)}".lstrip()
    try:
        blocks = tomllib.loads(content)["ab_tests"]
    except tomllib.TOMLDecodeError as error:
        raise BudgetTestError(
            f"{toml_file}: the test cannot be added ({error}). Where ab_tests stands in one line, add the values there"
        ) from None
    ids = [block.get("id") for block in blocks]
    if ids.count(ids[-1]) > 1:
        raise BudgetTestError(f"{toml_file}: the test {ids[-1]} is there already; give another first day with --from")
    whole = toml_file.with_suffix(".toml.new")
    whole.write_text(content, encoding="utf-8")
    whole.replace(toml_file)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + " }"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
