"""The variance of a change between periods of dependent days, against its exact value and statsmodels' HAC."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from adops_pipeline.domain.benchmarks.dependence import change_variance
from adops_pipeline.domain.day_panel import Floats, Indices

NOW, BEFORE = 28, 84
DAYS = NOW + BEFORE
CONTRAST = np.concatenate([np.full(BEFORE, -1 / BEFORE), np.full(NOW, 1 / NOW)])
ONE_GROUP = np.zeros(400, np.intp)


def series(rho: float, white: float = 0.0, seed: int = 0, campaigns: int = 400) -> Floats:
    """Days of unit variance, the share ``white`` of it independent from day to day."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((campaigns, DAYS))
    for day in range(1, DAYS):
        z[:, day] = rho * z[:, day - 1] + np.sqrt(1 - rho**2) * z[:, day]
    return np.asarray(np.sqrt(1 - white) * z + np.sqrt(white) * rng.standard_normal((campaigns, DAYS)))


def centred(days: Floats) -> Floats:
    before, now = days[:, :BEFORE], days[:, BEFORE:]
    return np.concatenate([before - before.mean(axis=1, keepdims=True), now - now.mean(axis=1, keepdims=True)], axis=1)


def estimated(days: Floats) -> Floats:
    return judged(centred(days), ONE_GROUP[: len(days)])


def judged(residuals: Floats, group: Indices, now: int = NOW, delivered_now: int | None = None) -> Floats:
    """The variance where every day before, and ``delivered_now`` of the days now, had delivery."""
    ones = np.ones(len(residuals))
    before = residuals.shape[1] - now
    counts = (before * ones, (now if delivered_now is None else delivered_now) * ones)
    return change_variance(residuals, counts[0] + counts[1], counts, now, group).variance


def exact(rho: float, white: float = 0.0) -> float:
    lag = np.abs(np.subtract.outer(np.arange(DAYS), np.arange(DAYS)))
    return float(CONTRAST @ ((1 - white) * rho**lag + white * np.eye(DAYS)) @ CONTRAST)


@pytest.mark.parametrize(("rho", "white"), [(0.0, 0.0), (0.3, 0.0), (0.6, 0.0), (0.8, 0.0), (0.6, 0.5), (0.8, 0.7)])
def test_the_variance_is_right_for_independent_and_for_dependent_days(rho: float, white: float) -> None:
    found = estimated(series(rho, white))
    assert np.mean(found) == pytest.approx(exact(rho, white), rel=0.12)
    assert np.median(np.abs(np.log(found / exact(rho, white)))) < 0.35


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_it_agrees_with_the_hac_error_of_statsmodels_where_periods_are_long_enough_for_that(rho: float) -> None:
    halves = [series(rho, seed=seed)[:, : 14 * 7] for seed in (1, 2)]
    days = np.concatenate([half - half.mean(axis=1, keepdims=True) for half in halves], axis=1)
    found = judged(days, ONE_GROUP, 14 * 7)
    x = np.column_stack([np.ones(28 * 7), np.arange(28 * 7) >= 14 * 7]).astype(float)
    hac = [OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 4}).bse[1] ** 2 for y in days[:100]]
    # Bartlett's weights and the removed means leave HAC short of the variance of dependent days.
    assert 0.95 <= np.mean(found[:100]) / np.mean(hac) <= (1.15 if rho == 0 else 1.35)


def test_a_weekday_pattern_is_no_noise() -> None:
    days = series(0.3, seed=2)
    pattern = 3.0 * np.sin(np.arange(DAYS) % 7)
    assert estimated(days + pattern) == pytest.approx(estimated(days), rel=0.02)


def test_a_campaign_alone_is_judged_by_its_own_days() -> None:
    for rho in (0.0, 0.6, 0.8):
        found = [estimated(one[None, :])[0] for one in series(rho, seed=3, campaigns=60)]
        assert 0.8 <= np.mean(found) / exact(rho) <= 2.5, rho


def test_platforms_whose_days_behave_differently_are_told_apart() -> None:
    calm, slow = series(0.0, seed=4, campaigns=100), series(0.8, seed=4, campaigns=100)
    found = judged(centred(np.concatenate([calm, slow])), np.repeat([0, 1], 100).astype(np.intp))
    assert 0.9 <= np.mean(found[:100]) / exact(0.0) <= 1.25
    assert 0.8 <= np.mean(found[100:]) / exact(0.8) <= 1.25


def test_days_without_delivery_make_the_change_less_certain() -> None:
    days, shown = series(0.0, seed=5), np.ones((400, DAYS))
    shown[:, BEFORE::2] = 0.0
    residuals = np.where(shown > 0, centred(days), 0.0)
    found = judged(residuals, ONE_GROUP, delivered_now=14)
    assert 1.0 <= np.mean(found) / (1 / 14 + 1 / 84) <= 1.25


def test_campaigns_without_any_variation_have_none() -> None:
    assert judged(np.zeros((3, DAYS)), ONE_GROUP[:3]).tolist() == [0.0, 0.0, 0.0]
