"""Rules of pacing that make no sense are refused."""

from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline.domain.pacing import PacingError, PacingRules


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"linear_under": Decimal(0)}, "linear_under must lie in"),
        ({"linear_under": Decimal("1.01"), "linear_over": Decimal(2)}, "linear_under must lie in"),
        ({"linear_over": Decimal("0.99")}, "linear_over be at least 1"),
        ({"tolerance_end": -0.01}, "tolerance_end must lie between"),
        ({"tolerance_end": 0.26}, "tolerance_end must lie between"),
        ({"weekday_days": 6}, "weekday_days, level_days and backtest_days"),
        ({"level_days": 6}, "weekday_days, level_days and backtest_days"),
        ({"backtest_days": 6}, "weekday_days, level_days and backtest_days"),
        ({"max_step_change": -0.1}, "max_step_change must be at least 0, got -0.1"),
        ({"interval": 0.0}, "interval must lie in"),
        ({"interval": 1.0}, "interval must lie in"),
        ({"half_life_days": 0.0}, "half_life_days and weekday_prior_weeks must be above 0"),
        ({"weekday_prior_weeks": 0.0}, "half_life_days and weekday_prior_weeks must be above 0"),
    ],
)
def test_a_rule_out_of_its_range_is_refused_by_name(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(PacingError, match=message):
        PacingRules(**rules)


def test_rules_may_be_at_the_ends_of_their_ranges() -> None:
    PacingRules(linear_under=Decimal(1), linear_over=Decimal(1), tolerance_end=0.25, max_step_change=0.0)
    PacingRules(weekday_days=7, level_days=7, backtest_days=7, max_step_change=None)
