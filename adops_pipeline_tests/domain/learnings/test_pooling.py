"""Pooling against statsmodels, and what fading evidence does to it."""

import warnings

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from adops_pipeline.domain.learnings.multiplicity import adjusted
from adops_pipeline.domain.learnings.pooling import Effects, pool


def _effects(value: list[float], error: list[float], weight: float = 1.0) -> Effects:
    n = len(value)
    return Effects(np.array(value), np.array(error), np.full(n, weight), np.zeros(n, dtype=np.int64), 1)


@pytest.mark.parametrize("seed", range(5))
def test_the_pooled_effect_is_that_of_paule_mandel_with_hartung_knapp(seed: int) -> None:
    rng = np.random.default_rng(seed)
    value, error = rng.normal(0.1, 0.3, 12), rng.uniform(0.05, 0.2, 12)
    found = pool(_effects(list(value), list(error)), 0.8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = combine_effects(value, error**2, method_re="iterated", use_t=True, alpha=0.2)
    assert found.mean[0] == pytest.approx(wanted.mean_effect_re, rel=1e-6)
    assert found.between[0] ** 2 == pytest.approx(wanted.tau2, rel=1e-6)
    low, high = wanted.conf_int(alpha=0.2, use_t=True)[3]  # random effects with Hartung and Knapp's error
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=1e-6)


def test_effects_that_agree_too_well_have_at_least_the_classical_error() -> None:
    found = pool(_effects([0.1, 0.1001, 0.0999], [0.1, 0.1, 0.1]), 0.8)
    assert found.between[0] == 0
    assert found.high[0] - found.mean[0] == pytest.approx(1.8856 * 0.1 / 3**0.5, rel=1e-3)  # t with 2 degrees


def test_faded_evidence_keeps_its_estimate_and_loses_precision() -> None:
    value, error = [0.3, 0.05, 0.2, 0.12], [0.05, 0.04, 0.06, 0.05]
    new, old = pool(_effects(value, error), 0.8), pool(_effects(value, error, 0.5), 0.8)
    assert old.mean[0] == pytest.approx(new.mean[0], abs=0.01)
    assert old.high[0] - old.low[0] > 1.3 * (new.high[0] - new.low[0])
    assert old.p_value[0] > new.p_value[0]


def test_one_effect_has_a_mean_but_neither_interval_nor_p() -> None:
    found = pool(_effects([0.4], [0.01]), 0.8)
    assert found.mean[0] == pytest.approx(0.4)
    assert np.isnan([found.low[0], found.high[0], found.p_value[0]]).all()


def test_patterns_are_pooled_apart_and_one_without_effects_has_none() -> None:
    pattern = np.array([0, 2, 0, 2])
    found = pool(Effects(np.array([0.1, 1.0, 0.1, 1.0]), np.full(4, 0.1), np.ones(4), pattern, 3), 0.8)
    assert list(found.mean[[0, 2]]) == pytest.approx([0.1, 1.0])
    assert np.isnan(found.mean[1])


def test_the_correction_is_that_of_benjamini_and_hochberg() -> None:
    found = adjusted(np.array([0.01, 0.04, 0.03, np.nan, 0.5]))
    assert list(found[[0, 1, 2, 4]]) == pytest.approx([0.05, 0.04 * 5 / 3, 0.04 * 5 / 3, 0.625])
    assert np.isnan(found[3])
