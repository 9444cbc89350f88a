"""The split check against SciPy, and how seldom it cries wolf."""

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD, srm_p_value, two_arm_srm_p


def test_a_usual_even_split_passes() -> None:
    assert srm_p_value([40100, 39870], [0.5, 0.5]) == pytest.approx(stats.chisquare([40100, 39870]).pvalue)
    assert srm_p_value([40100, 39870], [0.5, 0.5]) > 0.4


def test_a_broken_split_does_not() -> None:
    assert srm_p_value([40100, 38500], [0.5, 0.5]) < SRM_THRESHOLD


def test_an_uneven_plan_is_judged_by_the_plan() -> None:
    assert srm_p_value([9000, 1000], [0.9, 0.1]) == pytest.approx(1.0)
    assert srm_p_value([9000, 1000], [9, 1]) == pytest.approx(1.0)
    assert srm_p_value([9000, 1000], [0.5, 0.5]) < 1e-300


def test_small_counts_are_judged_exactly() -> None:
    assert srm_p_value([0, 7], [0.5, 0.5]) == pytest.approx(stats.binomtest(0, 7, 0.5).pvalue)
    assert srm_p_value([0, 0], [0.5, 0.5]) == 1.0


def test_three_variants_follow_the_chi_square_and_small_ones_the_multinomial() -> None:
    assert srm_p_value([100, 120, 90], [1, 1, 1]) == pytest.approx(stats.chisquare([100, 120, 90]).pvalue)
    law = stats.multinomial(6, [0.5, 0.3, 0.2])
    outcomes = [(i, j, 6 - i - j) for i in range(7) for j in range(7 - i)]
    expected = sum(law.pmf(o) for o in outcomes if law.pmf(o) <= law.pmf((1, 1, 4)) * (1 + 1e-7))
    assert srm_p_value([1, 1, 4], [0.5, 0.3, 0.2]) == pytest.approx(expected)


def test_a_fair_split_is_flagged_no_more_often_than_the_threshold_says() -> None:
    rng = np.random.default_rng(4)
    a = rng.binomial(2000, 0.5, 100_000).astype(np.float64)
    p = two_arm_srm_p(a, 2000 - a, np.full(a.shape, 0.5))
    assert (p < SRM_THRESHOLD).mean() < 1.5 * SRM_THRESHOLD
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ([1.0], [1.0]),
        ([1.0, 2.0], [1.0]),
        ([-1.0, 2.0], [0.5, 0.5]),
        ([1.0, 2.0], [0.0, 1.0]),
        ([float("nan"), 1], [1, 1]),
    ],
)
def test_counts_and_shares_that_make_no_split_are_refused(counts: list[float], shares: list[float]) -> None:
    with pytest.raises(ValueError, match="count"):
        srm_p_value(counts, shares)
