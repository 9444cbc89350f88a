"""Planned looks: published bounds, and their error and power."""

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.experiments.group_sequential import spending_bounds, spent
from adops_pipeline.domain.experiments.words import Spending

FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]


def test_spending_bounds_are_the_published_ones() -> None:
    assert spending_bounds(FIVE, 0.05, "obrien-fleming") == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=6e-4)
    assert spending_bounds(FIVE, 0.05, "pocock") == pytest.approx([2.438, 2.427, 2.410, 2.397, 2.386], abs=6e-4)


def test_all_of_alpha_is_spent_at_the_end_and_less_before() -> None:
    assert spent("obrien-fleming", 1.0, 0.05) == pytest.approx(0.05)
    assert spent("pocock", 1.0, 0.05) == pytest.approx(0.05)
    assert spent("obrien-fleming", 0.5, 0.05) < spent("pocock", 0.5, 0.05) < 0.05
    assert spent("pocock", 1.5, 0.05) == pytest.approx(0.05)


@pytest.mark.parametrize("looks", [[1.0], FIVE, [0.1, 0.15, 0.9, 1.0], [k / 30 for k in range(1, 31)], [0.001, 1.0]])
@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_simulated_walks_without_an_effect_cross_the_bounds_as_often_as_alpha_says(
    looks: list[float], spending: Spending
) -> None:
    bounds = np.array(spending_bounds(looks, 0.05, spending))
    steps = np.sqrt(np.diff(looks, prepend=0.0))
    walks = (np.random.default_rng(12).normal(0.0, steps, (100_000, len(looks)))).cumsum(axis=1) / np.sqrt(looks)
    assert (np.abs(walks) >= bounds).any(axis=1).mean() == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize("looks", [[0.4, 1.0], [0.1, 0.15, 0.9]])
def test_each_look_spends_exactly_its_share_of_alpha(looks: list[float]) -> None:
    """SciPy's multivariate normal distribution as the oracle: z values correlate by sqrt(earlier / later)."""
    bounds = spending_bounds(looks, 0.05, "pocock")
    correlation = np.array([[np.sqrt(min(s, t) / max(s, t)) for t in looks] for s in looks])
    for k in range(1, len(looks) + 1):
        ends = np.array(bounds[:k])
        inside = stats.multivariate_normal.cdf(
            ends, np.zeros(k), correlation[:k, :k], maxpts=10**6, abseps=1e-8, lower_limit=-ends
        )
        assert 1 - inside == pytest.approx(spent("pocock", looks[k - 1], 0.05), abs=1e-6)


@pytest.mark.parametrize("looks", [[], [0.0, 1.0], [0.5, 0.5], [0.6, 0.4], [0.5, 1.2]])
def test_looks_out_of_order_are_refused(looks: list[float]) -> None:
    with pytest.raises(ValueError, match="information"):
        spending_bounds(looks, 0.05, "pocock")


def test_errors_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha"):
        spending_bounds([1.0], 0.0, "pocock")
