"""Families of tests against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from adops_pipeline.domain.experiments.multiplicity import adjusted_p_values

families = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_adjusted_p_values_are_those_of_statsmodels(size: int) -> None:
    p_values = list(np.random.default_rng(size).random(size).round(2) ** 3)
    for ours, theirs in (("benjamini-hochberg", "fdr_bh"), ("holm", "holm")):
        expected = multipletests(p_values, method=theirs)[1]
        assert adjusted_p_values(p_values, ours) == pytest.approx(list(expected), abs=1e-12)  # type: ignore[arg-type]


@given(families)
def test_the_false_discovery_rate_is_controlled_as_in_scipy(p_values: list[float]) -> None:
    expected = list(stats.false_discovery_control(p_values))
    assert adjusted_p_values(p_values, "benjamini-hochberg") == pytest.approx(expected, abs=1e-12)


@given(families)
def test_the_order_of_the_family_does_not_matter(p_values: list[float]) -> None:
    forth = adjusted_p_values(p_values, "holm")
    assert adjusted_p_values(p_values[::-1], "holm") == forth[::-1]


def test_a_p_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="every p"):
        adjusted_p_values([0.1, float("nan")], "holm")
