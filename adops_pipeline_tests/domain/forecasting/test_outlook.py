"""Pauses: four days without spend end a campaign's running, three do not. The long trend: a line through the window."""

import numpy as np
import numpy.typing as npt
import pytest

from adops_pipeline.domain.forecasting.outlook import VARIANTS, Floats, expected_sums, look_ahead, pauses, window

ONE_WEEK = [5.0] * 7


@pytest.mark.parametrize(("silent", "is_pause"), [(1, False), (3, False), (4, True), (9, True)])
def test_a_gap_of_four_days_is_a_pause_and_one_of_three_is_not(silent: int, is_pause: bool) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * silent, *ONE_WEEK]])
    assert pauses(spend)[0].tolist() == [*[False] * 7, *[is_pause] * silent, *[False] * 7]


@pytest.mark.parametrize(("silent", "is_running"), [(0, True), (3, True), (4, False), (5, False)])
def test_a_campaign_without_spend_for_four_days_has_stopped(silent: int, is_running: bool) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * silent]])
    seen = window(spend, pauses(spend), spend.shape[1] - 1, first_weekday=2)
    assert seen.is_running.tolist() == [is_running]
    # The last three days count even in a pause: it may be a gap that is not over.
    live = [1.0] * 7 + ([1.0] * silent if is_running else [0.0] * (silent - 3) + [1.0] * 3)
    assert seen.live[0].tolist() == live
    assert seen.weekday.tolist() == [(2 + n) % 7 for n in range(7 + silent)]


@pytest.mark.parametrize("since", [1, 2, 3])
def test_a_pause_that_is_over_is_no_day_without_spend(since: int) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * 6, *[5.0] * since]])
    live = window(spend, pauses(spend), spend.shape[1] - 1, 0).live[0]
    assert live.tolist() == [*[1.0] * 7, *[0.0] * 6, *[1.0] * since]


def test_days_before_the_first_spend_are_not_live() -> None:
    spend = np.array([[0.0, 0.0, *ONE_WEEK]])
    assert window(spend, pauses(spend), 8, 0).live[0].tolist() == [0.0, 0.0, *[1.0] * 7]
    young = np.array([[*[0.0] * 8, 5.0]])
    assert window(young, pauses(young), 8, 0).live[0].tolist() == [*[0.0] * 8, 1.0]


def long_trend(spent: npt.ArrayLike, brought: npt.ArrayLike | None = None) -> float:
    """The sum of the next two weeks by the long trend: of spend, or of the results that it brings."""
    spend: Floats = np.asarray(spent, dtype=np.float64)
    days = spend.shape[1]
    view, final, one = window(spend, pauses(spend), days - 1, 0), np.ones_like(spend[:, -84:]), np.ones((1, 1))
    seen = look_ahead(spend[:, -84:], final, view, one, np.zeros(1), None)
    if brought is not None:
        results: Floats = np.asarray(brought, dtype=np.float64)
        seen = look_ahead(results[:, -84:], final, view, one, np.zeros(1), seen)
    return float(expected_sums(seen, days % 7, np.array([14]))[0, VARIANTS.index("long trend"), 0])


def test_a_line_goes_on_and_noise_has_none() -> None:
    days = np.arange(98)
    line = 100.0 + 0.8 * days
    grown = long_trend(line[None, :84])
    assert grown == pytest.approx(line[84:].sum(), rel=0.02)
    assert long_trend(line[None, 83::-1]) == pytest.approx((100.0 - 0.8 * np.arange(1, 15)).sum(), rel=0.02)
    noise = 100.0 * np.exp(0.2 * np.random.default_rng(3).standard_normal((1, 84)))
    assert long_trend(noise) == pytest.approx(14 * noise.mean(), rel=0.03)


def test_results_follow_the_long_trend_of_their_spend() -> None:
    spend = (100.0 + 0.8 * np.arange(84))[None]
    orders = np.random.default_rng(4).poisson(spend / 10).astype(float)
    assert long_trend(spend, orders) == pytest.approx(long_trend(spend) / 10, rel=0.1)
    assert long_trend(spend, orders) > 14 * orders[:, -28:].mean()


def test_a_line_that_falls_ends_above_nothing() -> None:
    falling = np.maximum(100.0 - 1.6 * np.arange(84), 5.0)[None]
    assert long_trend(falling) > 0
