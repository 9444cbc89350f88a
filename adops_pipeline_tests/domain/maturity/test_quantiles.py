"""Quantiles of what is still to come, against SciPy's own distribution."""

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.maturity.curves import _negative_binomial


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles_are_those_of_the_negative_binomial_distribution(quantile: float) -> None:
    chance = np.random.default_rng(3)
    successes = np.concatenate([chance.integers(0, 6, 2000) + 0.5, chance.uniform(0.5, 5000, 3000)])
    share = chance.uniform(0.01, 0.999, successes.size)
    expected = stats.nbinom.ppf(quantile, successes, share)
    np.testing.assert_array_equal(_negative_binomial(quantile, successes, share), expected)
