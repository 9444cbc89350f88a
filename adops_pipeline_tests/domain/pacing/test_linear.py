"""The plain rules: an even pace judged by fixed ratios, and the weekday curve."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.pacing import PacingRules
from adops_pipeline.domain.pacing.linear import LinearPacing, linear_pacing, weekday_expected
from adops_pipeline_tests.profiles import examples

FIRST, LAST = date(2025, 6, 1).toordinal(), date(2025, 6, 30).toordinal()
EVEN = [1.0] * 7


def linear(budget: float, spent: float, elapsed_share: float) -> LinearPacing:
    return linear_pacing(np.array([budget * elapsed_share]), np.array([float(spent)]), PacingRules())


def expected(budget: float, weights: list[float], last: int, day: int) -> float:
    curve = np.array([weights])
    return float(weekday_expected(np.array([budget]), curve, np.array([FIRST]), np.array([last]), day)[0])


def test_expected_spend_and_ratio_follow_the_days() -> None:
    result = linear(3000, 1200.30, 10 / 30)
    assert result.expected[0] == pytest.approx(1000)
    assert result.ratio[0] == pytest.approx(1.2003)
    assert result.statuses == ["overpacing"]


@pytest.mark.parametrize(
    ("spent", "status"), [(1100, "on-track"), (1100.01, "overpacing"), (900, "on-track"), (899.99, "underpacing")]
)
def test_a_tenth_either_way_is_still_on_track(spent: float, status: str) -> None:
    assert linear(3000, spent, 1 / 3).statuses == [status]


def test_the_limits_are_those_of_the_rules() -> None:
    rules = PacingRules(linear_over=Decimal("1.5"), linear_under=Decimal("0.2"))
    spent = np.array([149.0, 151.0, 21.0, 19.0])
    found = linear_pacing(np.full(4, 100.0), spent, rules)
    assert found.statuses == ["on-track", "overpacing", "on-track", "underpacing"]


@pytest.mark.parametrize(("budget", "elapsed_share"), [(0, 0.3), (float("nan"), 0.3), (3000, 0)])
def test_where_nothing_is_expected_there_is_no_ratio_and_no_status(budget: float, elapsed_share: float) -> None:
    result = linear(budget, 10, elapsed_share)
    assert np.isnan(result.ratio[0])
    assert result.statuses == [None]


def test_expected_spend_follows_the_weights() -> None:
    # June 2025 begins on a Sunday: 5 Sundays and Mondays, 4 of the others.
    weights = [2.0, *[1.0] * 6]
    assert expected(350, weights, LAST, FIRST) == pytest.approx(10)
    assert expected(350, weights, LAST, FIRST + 1) == pytest.approx(30)
    assert expected(350, weights, LAST, LAST) == 350


def test_before_the_period_nothing_and_after_it_everything_is_expected() -> None:
    assert expected(100, EVEN, LAST, FIRST - 1) == 0
    assert expected(100, EVEN, LAST, LAST + 9) == 100


@examples(50)
@given(
    weights=st.lists(st.floats(0.01, 10), min_size=7, max_size=7),
    days=st.integers(min_value=1, max_value=90),
)
def test_expected_spend_never_falls_and_ends_at_the_budget(weights: list[float], days: int) -> None:
    path = [expected(1000, weights, FIRST + days - 1, FIRST + n) for n in range(days)]
    assert path == sorted(path)
    assert path[-1] == 1000
