"""Spend as it is felt, against SciPy's recursive filter."""

import numpy as np

from adops_pipeline.domain.allocation.fitting import adstocked
from adops_pipeline_tests.deferred import Deferred

signal = Deferred("scipy.signal")


def test_adstock_is_the_recursive_filter_that_starts_at_the_first_days_spend() -> None:
    spend = np.random.default_rng(5).gamma(2.0, 50.0, (7, 60))
    expected = signal.lfilter([0.4], [1, -0.6], spend, axis=1, zi=0.6 * spend[:, :1])[0]
    np.testing.assert_allclose(adstocked(spend, 0.6), expected)


def test_even_spend_is_felt_as_it_is() -> None:
    np.testing.assert_allclose(adstocked(np.full((1, 9), 80.0), 0.5), 80.0)
