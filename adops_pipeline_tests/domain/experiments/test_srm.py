"""The split check against SciPy, and how seldom it cries wolf."""

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD, two_arm_srm_p


def p_of(count_a: float, count_b: float, share_a: float = 0.5) -> float:
    return float(two_arm_srm_p(*(np.array([number], dtype=np.float64) for number in (count_a, count_b, share_a)))[0])


def test_a_usual_even_split_passes() -> None:
    assert p_of(40100, 39870) == pytest.approx(stats.chisquare([40100, 39870]).pvalue)
    assert p_of(40100, 39870) > 0.4


def test_a_broken_split_does_not() -> None:
    assert p_of(40100, 38500) < SRM_THRESHOLD


def test_an_uneven_plan_is_judged_by_the_plan() -> None:
    assert p_of(9000, 1000, 0.9) == pytest.approx(1.0)
    assert p_of(9100, 900, 0.9) == pytest.approx(stats.chisquare([9100, 900], [9000, 1000]).pvalue)
    assert p_of(9000, 1000) < 1e-300


def test_small_counts_are_judged_exactly() -> None:
    assert p_of(0, 7) == pytest.approx(stats.binomtest(0, 7, 0.5).pvalue)
    assert p_of(1, 6, 0.3) == pytest.approx(stats.binomtest(1, 7, 0.3).pvalue)
    assert p_of(0, 0) == 1.0


def test_a_fair_split_is_flagged_no_more_often_than_the_threshold_says() -> None:
    rng = np.random.default_rng(4)
    a = rng.binomial(2000, 0.5, 100_000).astype(np.float64)
    p = two_arm_srm_p(a, 2000 - a, np.full(a.shape, 0.5))
    assert (p < SRM_THRESHOLD).mean() < 1.5 * SRM_THRESHOLD
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.005)
