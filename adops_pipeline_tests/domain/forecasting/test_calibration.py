"""Calibration learns from outcomes that were known, and its intervals stay possible."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.forecasting.calibration import (
    LEARNING_DAYS,
    Calibration,
    PastForecasts,
    calibrate,
    summed_losses,
)
from adops_pipeline.domain.forecasting.outlook import VARIANTS
from adops_pipeline_tests.profiles import examples

CAMPAIGNS, ORIGINS, HORIZON = 10, 220, 3
GROUP = np.zeros(CAMPAIGNS, dtype=np.intp)


def _past(wrong_between: tuple[int, int] = (0, 0)) -> PastForecasts:
    """Forecasts of 100 that miss by a few; a hundredfold where the outcome is known on a day within the bounds."""
    rng = np.random.default_rng(1)
    origins = np.arange(ORIGINS)
    forecast = np.full((ORIGINS, 1, len(VARIANTS), CAMPAIGNS), 100.0, dtype=np.float32)
    error = rng.normal(0.0, 5.0, (ORIGINS, 1, CAMPAIGNS))
    ends = origins + HORIZON
    error[(ends >= wrong_between[0]) & (ends < wrong_between[1])] *= 100
    actual = np.maximum(100.0 + error, 0.0).astype(np.float32)
    flat = np.ones((ORIGINS, CAMPAIGNS))
    parts = forecast, actual, flat.astype(np.float32), flat.astype(bool)
    return PastForecasts(origins, (HORIZON,), *parts, 0 * actual, *summed_losses(*parts, (HORIZON,)))


def _learnt(past: PastForecasts, before: int) -> tuple[float, float, float]:
    found = calibrate(past, before, 0.8, GROUP)[HORIZON]
    assert found.is_learnt
    return found.drift, float(found.low[0]), float(found.high[0])


def test_only_outcomes_known_on_the_day_are_learnt_from_the_days_own_included() -> None:
    plain = _learnt(_past(), 200)
    assert _learnt(_past((201, ORIGINS + HORIZON)), 200) == plain
    assert _learnt(_past((0, 200 - LEARNING_DAYS + 1)), 200) == plain
    assert _learnt(_past((200, 201)), 200) != plain
    assert _learnt(_past((200 - LEARNING_DAYS + 1, 200 - LEARNING_DAYS + 2)), 200) != plain


def test_variants_that_err_in_opposite_ways_are_combined() -> None:
    past = _past()
    past.forecast[:, 0, :2] = past.actual + np.array([[30.0], [-30.0]])[None]
    found = calibrate(past, ORIGINS, 0.8, GROUP)[HORIZON]
    # Each is six times as far off alone as the others are, and together they are exact.
    assert found.weights[:2].min() > 0.35


def test_an_interval_learnt_from_errors_holds_the_promised_share_of_them() -> None:
    past = _past()
    found = calibrate(past, ORIGINS - 1 + HORIZON, 0.8, GROUP)[HORIZON]
    one, none = np.full(1, 100.0), np.zeros(1)
    low, high = found.interval(one, np.ones(1), np.full(1, float(HORIZON)), none.astype(np.intp), none)
    learnt_from = past.actual[-LEARNING_DAYS:]
    held = float(np.mean((learnt_from >= low[0]) & (learnt_from <= high[0])))
    assert held == pytest.approx(0.8, abs=0.01)


def test_with_fewer_than_forty_outcomes_the_interval_is_the_wide_guess() -> None:
    few = calibrate(_past(), HORIZON + 2, 0.8, GROUP)[HORIZON]
    enough = calibrate(_past(), HORIZON + 3, 0.8, GROUP)[HORIZON]
    assert (few.is_learnt, enough.is_learnt) == (False, True)
    assert few.low[0] == -few.high[0] < 0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 60), st.floats(0, 1), st.floats(-5, 5), st.floats(-5, 5))
@examples(60)
def test_an_interval_is_never_below_zero_and_always_holds_its_forecast(
    forecast: float, variance: float, horizon: float, drift: float, low: float, high: float
) -> None:
    calibration = Calibration(np.eye(len(VARIANTS))[1], drift, np.array([low]), np.array([high]))
    only = np.zeros(1, dtype=np.intp)
    bottom, top = calibration.interval(
        np.array([forecast]), np.array([variance]), np.array([horizon]), only, np.zeros(1)
    )
    assert 0 <= bottom[0] <= forecast <= top[0]


def test_an_interval_is_as_far_off_as_the_errors_were() -> None:
    calibration = Calibration(np.eye(len(VARIANTS))[1], 0.1, np.array([-1.0, -2.0]), np.array([1.0, 3.0]))
    forecast, horizon = np.array([100.0, 100.0]), np.array([9.0, 9.0])
    low, high = calibration.interval(forecast, np.array([4.0, 4.0]), horizon, np.array([0, 1]), np.zeros(2))
    scale = np.sqrt(9 * 4 + 10**2)
    assert low.tolist() == pytest.approx([100 - scale, 100 - 2 * scale])
    assert high.tolist() == pytest.approx([100 + scale, 100 + 3 * scale])


def _beside_each_other(errors: npt.NDArray[np.float64], horizon: int) -> PastForecasts:
    """Forecasts of 100, origins x campaigns, that miss by ``errors``."""
    shape = errors.shape
    forecast = np.full((shape[0], 1, len(VARIANTS), shape[1]), 100.0, dtype=np.float32)
    flat, actual = np.ones(shape), (100.0 + errors[:, None]).astype(np.float32)
    parts = forecast, actual, flat.astype(np.float32), flat.astype(bool)
    return PastForecasts(np.arange(shape[0]), (horizon,), *parts, 0 * actual, *summed_losses(*parts, (horizon,)))


def test_the_fewer_scores_do_not_overlap_the_wider_the_interval() -> None:
    errors = np.random.default_rng(2).normal(0.0, 5.0, (120, 1))

    def width(horizon: int, copies: int) -> float:
        past = _beside_each_other(np.tile(errors, (1, copies)), horizon)
        learnt = calibrate(past, 200, 0.8, np.zeros(copies, dtype=np.intp))[horizon]
        one = np.ones(1)
        low, high = learnt.interval(100.0 * one, one, horizon * one, GROUP[:1], 0.0 * one)
        return float(high[0] - low[0])

    # 120 days are four months, or seventeen weeks.
    assert width(30, 1) > 1.15 * width(7, 1) > 1.15 * width(7, 100)


def _width(errors: npt.NDArray[np.float64]) -> float:
    """Of the interval of a week that is learnt from ``errors``, origins x campaigns."""
    campaigns = np.zeros(errors.shape[1], dtype=np.intp)
    learnt = calibrate(_beside_each_other(errors, 7), len(errors) + 7, 0.8, campaigns)[7]
    one = np.ones(1)
    low, high = learnt.interval(100.0 * one, one, 7.0 * one, GROUP[:1], 0.0 * one)
    return float(high[0] - low[0])


def test_campaigns_that_err_together_say_less_about_the_tails_than_as_many_that_do_not() -> None:
    shared, own = (np.random.default_rng(4).normal(0.0, 5.0, (120, n)) for n in (1, 20))
    alike = np.tile(shared, (1, 20))
    assert _width(alike) == pytest.approx(_width(shared), rel=0.05)
    # 17 weeks are 17 scores, or 340; the widening is 2 over their number.
    assert _width(alike) > 1.1 * _width(own)


def test_new_errors_count_more_than_old_ones() -> None:
    errors = np.random.default_rng(6).normal(0.0, 5.0, (120, 20))
    grown, fallen = errors.copy(), errors.copy()
    grown[60:] *= 3.0
    fallen[:60] *= 3.0
    # The same number of large errors and of small ones: only their order differs.
    assert _width(grown) > 1.1 * _width(fallen)


def test_an_error_that_all_campaigns_share_for_months_is_expected_to_go_on() -> None:
    noise = np.random.default_rng(3).normal(0.0, 5.0, (160, 20))
    season = 15.0 * np.sin(np.arange(160) / 40.0 + 0.5)[:, None]

    def expected(errors: npt.NDArray[np.float64]) -> float:
        learnt = calibrate(_beside_each_other(errors, 7), 200, 0.8, np.zeros(20, dtype=np.intp))[7]
        return float(learnt.point(np.full((1, len(VARIANTS)), 100.0), np.ones(1), np.full(1, 7.0))[0])

    assert expected(noise) == pytest.approx(100.0)
    # The last week's mean error is -14.5; part of it is believed.
    assert 87.0 < expected(noise + season) < 93.0
    # A week on which all are off is in the sums of thirteen origins; long ago or just now, it is no season.
    for origins in (slice(60, 73), slice(-13, None)):
        once = noise.copy()
        once[origins] -= 30.0
        assert expected(once) == pytest.approx(100.0, abs=1.5)
