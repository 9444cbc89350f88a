"""How a campaign's own week and its platform's are blended, and how much newer days weigh in the level."""

import numpy as np
import pytest

from adops_pipeline.domain.pacing import PacingRules
from adops_pipeline.domain.pacing.levels import level_at
from adops_pipeline.domain.pacing.weights import estimate_weights

MONDAYS_DOUBLE = np.array([2.0, 1, 1, 1, 1, 1, 1])
WEEKDAY = np.arange(7)


def test_a_campaigns_own_weeks_count_against_those_of_its_platform() -> None:
    spend = np.vstack([np.tile(MONDAYS_DOUBLE, 2), np.ones(14), np.ones(14)]) * 50.0
    found = estimate_weights(spend, np.tile(WEEKDAY, 2), np.array([0, 0, 1]), prior_weeks=8.0)
    own, even = MONDAYS_DOUBLE / MONDAYS_DOUBLE.mean(), np.ones(7)
    of_platform = (own + even) / 2
    np.testing.assert_allclose(found[0], (2 * own + 8 * of_platform) / 10)
    np.testing.assert_allclose(found[1], (2 * even + 8 * of_platform) / 10)
    np.testing.assert_allclose(found[2], even)


def test_weights_start_with_monday_whatever_weekday_the_spend_starts_on() -> None:
    from_thursday = np.roll(WEEKDAY, -3)
    found = estimate_weights(MONDAYS_DOUBLE[from_thursday][None, :] * 50, from_thursday, np.array([0]), 8.0)
    np.testing.assert_allclose(found[0], MONDAYS_DOUBLE / MONDAYS_DOUBLE.mean())


def test_a_week_with_a_day_without_spend_does_not_count() -> None:
    spend = np.array([[*MONDAYS_DOUBLE, *MONDAYS_DOUBLE[:6], 0.0], [1.0] * 14]) * 50
    found = estimate_weights(spend, np.tile(WEEKDAY, 2), np.array([0, 1]), 8.0)
    np.testing.assert_allclose(found[0], MONDAYS_DOUBLE / MONDAYS_DOUBLE.mean())


def test_a_day_weighs_half_as_much_as_one_that_is_a_half_life_newer() -> None:
    rules = PacingRules(half_life_days=7.0)
    spend = np.array([[40.0] * 14 + [50.0] * 14])
    halved = 0.5 ** (np.arange(28)[::-1] / 7)
    assert level_at(spend, 27, rules).spend[0] == pytest.approx(np.average(spend[0], weights=halved))
