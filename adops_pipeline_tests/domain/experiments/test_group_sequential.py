"""Planned looks: published bounds, and their error and power."""

import numpy as np
import pytest

from adops_pipeline.domain.experiments.group_sequential import (
    classic_bounds,
    crossing_probability,
    spending_bounds,
    spent,
)

FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]


def test_classic_bounds_are_the_published_ones() -> None:
    assert classic_bounds(5, 0.05, "obrien-fleming") == pytest.approx([4.562, 3.226, 2.634, 2.281, 2.040], abs=6e-4)
    assert classic_bounds(5, 0.05, "pocock") == pytest.approx([2.413] * 5, abs=6e-4)
    assert classic_bounds(2, 0.01, "pocock")[0] == pytest.approx(2.772, abs=6e-4)
    assert classic_bounds(1, 0.05, "pocock")[0] == pytest.approx(1.959964, abs=1e-6)


def test_spending_bounds_are_the_published_ones() -> None:
    assert spending_bounds(FIVE, 0.05, "obrien-fleming") == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=6e-4)
    assert spending_bounds(FIVE, 0.05, "pocock") == pytest.approx([2.438, 2.427, 2.410, 2.397, 2.386], abs=6e-4)


def test_all_of_alpha_is_spent_at_the_end_and_less_before() -> None:
    assert spent("obrien-fleming", 1.0, 0.05) == pytest.approx(0.05)
    assert spent("pocock", 1.0, 0.05) == pytest.approx(0.05)
    assert spent("obrien-fleming", 0.5, 0.05) < spent("pocock", 0.5, 0.05) < 0.05
    assert spent("pocock", 1.5, 0.05) == pytest.approx(0.05)


@pytest.mark.parametrize("looks", [[1.0], [0.1, 0.15, 0.9, 1.0], [k / 30 for k in range(1, 31)], [0.001, 1.0]])
def test_bounds_use_exactly_alpha_however_the_looks_fall(looks: list[float]) -> None:
    for spending in ("obrien-fleming", "pocock"):
        bounds = spending_bounds(looks, 0.05, spending)
        assert crossing_probability(bounds, looks) == pytest.approx(0.05, abs=1e-6)


def test_simulated_walks_cross_as_often_as_computed_with_and_without_drift() -> None:
    rng = np.random.default_rng(12)
    bounds = np.array(spending_bounds(FIVE, 0.05, "pocock"))
    for drift, seen in ((0.0, 0.05), (3.2, crossing_probability(list(bounds), FIVE, drift=3.2))):
        walk = rng.normal(drift * 0.2, np.sqrt(0.2), (100_000, 5)).cumsum(axis=1) / np.sqrt(FIVE)
        assert (np.abs(walk) >= bounds).any(axis=1).mean() == pytest.approx(seen, abs=0.004)


@pytest.mark.parametrize("looks", [[], [0.0, 1.0], [0.5, 0.5], [0.6, 0.4], [0.5, 1.2]])
def test_looks_out_of_order_are_refused(looks: list[float]) -> None:
    with pytest.raises(ValueError, match="information"):
        spending_bounds(looks, 0.05, "pocock")


def test_errors_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha"):
        spending_bounds([1.0], 0.0, "pocock")
    with pytest.raises(ValueError, match="look"):
        classic_bounds(0, 0.05, "pocock")
