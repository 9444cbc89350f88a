"""Quantiles of what is still to come, against SciPy's own distribution."""

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.maturity.curves import _nearest_quantile, _negative_binomial, _young_interval


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles_are_those_of_the_negative_binomial_distribution(quantile: float) -> None:
    chance = np.random.default_rng(3)
    successes = np.concatenate([chance.integers(0, 6, 2000) + 0.5, chance.uniform(0.5, 5000, 3000)])
    share = chance.uniform(0.01, 0.999, successes.size)
    expected = stats.nbinom.ppf(quantile, successes, share)
    np.testing.assert_array_equal(_negative_binomial(quantile, successes, share), expected)


def test_the_nearest_count_leaves_the_tail_closest_to_the_one_asked_for() -> None:
    chance = np.random.default_rng(4)
    successes, share = chance.uniform(0.5, 300, 500), chance.uniform(0.05, 0.95, 500)
    law = stats.nbinom(successes, share)
    for bound, quantile, tail in (
        (_nearest_quantile(0.1, successes, share, below=True), 0.1, lambda c: law.cdf(c - 1)),
        (_nearest_quantile(0.9, successes, share, below=False), 0.9, law.cdf),
    ):
        assert (bound >= 0).all()
        error = np.abs(tail(bound) - quantile)
        assert (error <= np.abs(tail(bound + 1) - quantile) + 1e-12).all()
        lower = np.maximum(bound - 1, 0)
        assert (error <= np.abs(tail(lower) - quantile) + 1e-12).all()


@pytest.mark.parametrize("credit", [1.0, 0.93])
def test_intervals_hold_four_in_five_final_values_of_whole_and_of_fractional_conversions(credit: float) -> None:
    chance = np.random.default_rng(5)
    share = chance.uniform(0.2, 0.9, 20_000)
    sales = chance.negative_binomial(3, 3 / 43, share.size)
    seen: Floats = credit * chance.binomial(sales, share).astype(np.float64)
    final: Floats = credit * sales.astype(np.float64)
    low, high = _young_interval(seen, share, share, share, 0.8)
    judged = final >= 5
    held = (low[judged] - 1e-9 <= final[judged]) & (final[judged] <= high[judged] + 1e-9)
    assert 0.77 <= held.mean() <= 0.85
