"""The plain rules: exact, typed where undefined, and blind to weekdays where the curve is not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.pacing import PacingError, linear_pacing, weekday_expected

FIRST, LAST = date(2025, 6, 1), date(2025, 6, 30)
EVEN = [Decimal(1)] * 7


def test_expected_ratio_and_projection_follow_the_days() -> None:
    result = linear_pacing(Decimal(3000), Decimal("1200.30"), 10, 30)
    assert result.expected == Decimal(1000)
    assert result.ratio == pytest.approx(1.2003)
    assert result.projected == Decimal("3600.90")
    assert result.status == "overpacing"


@pytest.mark.parametrize(
    ("spent", "status"),
    [("1100", "on-track"), ("1100.01", "overpacing"), ("900", "on-track"), ("899.99", "underpacing")],
)
def test_a_tenth_either_way_is_still_on_track(spent: str, status: str) -> None:
    assert linear_pacing(3000, Decimal(spent), 10, 30).status == status


@pytest.mark.parametrize(
    ("budget", "elapsed", "total", "status"),
    [(0, 10, 30, "no-budget"), (3000, 10, 0, "no-data"), (3000, 0, 30, "not-started"), (0, 0, 0, "no-data")],
)
def test_nothing_is_divided_by_zero(budget: int, elapsed: int, total: int, status: str) -> None:
    result = linear_pacing(budget, 0, elapsed, total)
    assert result.status == status
    assert result.ratio is None


@pytest.mark.parametrize("figures", [(-1, 0), (float("nan"), 0), (1, float("inf")), (1, -0.01)])
def test_figures_that_cannot_be_are_refused(figures: tuple[float, float]) -> None:
    with pytest.raises(PacingError):
        linear_pacing(*figures, 1, 30)


def test_expected_spend_follows_the_weights_exactly() -> None:
    # June 2025 begins on a Sunday: 5 Sundays and Mondays, 4 of the others.
    weights = [Decimal(2), *[Decimal(1)] * 6]
    assert weekday_expected(Decimal(350), weights, FIRST, LAST, FIRST) == Decimal(10)
    assert weekday_expected(Decimal(350), weights, FIRST, LAST, FIRST + timedelta(days=1)) == Decimal(30)
    assert weekday_expected(Decimal(350), weights, FIRST, LAST, LAST) == Decimal(350)


def test_before_the_period_nothing_and_after_it_everything_is_expected() -> None:
    assert weekday_expected(Decimal(100), EVEN, FIRST, LAST, FIRST - timedelta(days=1)) == 0
    assert weekday_expected(Decimal(100), EVEN, FIRST, LAST, LAST + timedelta(days=9)) == 100


@given(
    weights=st.lists(st.decimals(min_value="0.01", max_value=10, places=2), min_size=7, max_size=7),
    days=st.integers(min_value=1, max_value=90),
)
def test_expected_spend_never_falls_and_ends_at_the_budget(weights: list[Decimal], days: int) -> None:
    end = FIRST + timedelta(days=days - 1)
    path = [weekday_expected(Decimal(1000), weights, FIRST, end, FIRST + timedelta(days=n)) for n in range(days)]
    assert path == sorted(path)
    assert path[-1] == 1000


@pytest.mark.parametrize("weights", [EVEN[:6], [Decimal(0)] * 7, [Decimal(-1), *EVEN[:6]]])
def test_weights_that_are_no_week_are_refused(weights: list[Decimal]) -> None:
    with pytest.raises(PacingError):
        weekday_expected(Decimal(100), weights, FIRST, LAST, LAST)
