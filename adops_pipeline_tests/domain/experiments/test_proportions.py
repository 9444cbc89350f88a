"""Two proportions against SciPy and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.exact import binomial_exact_p, fisher_exact_p
from adops_pipeline.domain.experiments.proportions import (
    needs_exact,
    newcombe_difference,
    newcombe_lift,
    pooled_z,
    two_sided_p,
    wilson,
)
from adops_pipeline_tests.profiles import examples

QUANTILE = float(stats.norm.ppf(0.975))
TABLES = [
    (912, 40100, 1003, 39870),
    (5, 100, 17, 120),
    (1, 1000, 9, 900),
    (0, 50, 6, 60),
    (49, 50, 30, 60),
    (3, 3, 1, 9),
]

Table = tuple[int, int, int, int]


def columns(table: Table) -> tuple[Floats, Floats, Floats, Floats]:
    a, n, b, m = (np.array([float(x)]) for x in table)
    return a, n, b, m


@st.composite
def tables(draw: st.DrawFn) -> Table:
    n, m = draw(st.integers(1, 3000)), draw(st.integers(1, 3000))
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


@pytest.mark.parametrize("table", TABLES)
def test_z_and_its_p_are_those_of_statsmodels(table: Table) -> None:
    a, n, b, m = table
    z, p = proportions_ztest([b, a], [m, n])
    ours = pooled_z(*columns(table))
    assert ours[0] == pytest.approx(z, rel=1e-12)
    assert two_sided_p(ours)[0] == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize("table", TABLES)
def test_the_interval_of_the_difference_is_newcombes(table: Table) -> None:
    a, n, b, m = table
    low, high = confint_proportions_2indep(b, m, a, n, method="newcomb", compare="diff")
    ours = newcombe_difference(*columns(table), QUANTILE)
    assert (ours.low[0], ours.high[0]) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(0, 30), (1, 30), (15, 30), (30, 30), (1, 1_000_000)])
def test_the_interval_of_one_proportion_is_wilsons(successes: int, trials: int) -> None:
    low, high = proportion_confint(successes, trials, method="wilson")
    ours = wilson(np.array([float(successes)]), np.array([float(trials)]), QUANTILE)
    assert (ours.low[0], ours.high[0]) == pytest.approx((low, high), rel=1e-9, abs=1e-15)


@given(tables())
def test_relative_and_absolute_intervals_agree_on_whether_there_is_an_effect(table: Table) -> None:
    absolute, relative = newcombe_difference(*columns(table), QUANTILE), newcombe_lift(*columns(table), QUANTILE)
    if table[0] == 0 or min(abs(absolute.low[0]), abs(absolute.high[0])) < 1e-12:
        return
    assert (absolute.low[0] > 0) == (relative.low[0] > 0)
    assert (absolute.high[0] < 0) == (relative.high[0] < 0)
    assert -1 <= relative.low[0] <= relative.high[0]


@given(tables())
def test_the_relative_interval_of_the_swapped_variants_is_the_reciprocal(table: Table) -> None:
    a, n, b, m = table
    if a == 0 or b == 0:
        return
    ours, swapped = newcombe_lift(*columns(table), QUANTILE), newcombe_lift(*columns((b, m, a, n)), QUANTILE)
    assert 1 + swapped.high[0] == pytest.approx(1 / (1 + ours.low[0]), rel=1e-9)


def test_the_relative_interval_covers_the_true_lift_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    n = np.full(20_000, 900.0)
    a, b = (rng.binomial(900, rate, 20_000).astype(np.float64) for rate in (0.03, 0.045))
    interval = newcombe_lift(a, n, b, n, QUANTILE)
    covered = (interval.low <= 0.5) & (interval.high >= 0.5)
    assert covered.mean() == pytest.approx(0.95, abs=0.01)


@examples(60)
@given(tables())
def test_the_exact_p_is_scipys_fisher(table: Table) -> None:
    a, n, b, m = table
    expected = stats.fisher_exact(np.array([[a, n - a], [b, m - b]])).pvalue
    assert fisher_exact_p(*columns(table))[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_exact_p_keeps_its_precision_at_huge_counts_and_far_from_the_mean() -> None:
    three_of_billions = fisher_exact_p(*columns((3, 4_000_000_000, 12, 4_000_000_000)))[0]
    assert three_of_billions == pytest.approx(stats.binomtest(3, 15, 0.5).pvalue, rel=1e-6)
    assert fisher_exact_p(*columns((0, 50_000, 50_000, 50_000)))[0] == 0.0


def test_many_exact_tests_at_once_are_the_single_ones() -> None:
    rng = np.random.default_rng(5)
    n, m = rng.integers(1, 5000, (2, 400)) * 1.0
    a, b = np.floor(n * rng.random(400) ** 3), np.floor(m * rng.random(400) ** 3)
    together = fisher_exact_p(a, n, b, m)
    alone = [fisher_exact_p(a[i : i + 1], n[i : i + 1], b[i : i + 1], m[i : i + 1])[0] for i in range(400)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize(("count", "total", "share"), [(0, 5, 0.5), (3, 9, 0.5), (2, 400, 0.01), (0, 0, 0.5)])
def test_the_binomial_p_is_scipys(count: int, total: int, share: float) -> None:
    ours = binomial_exact_p(np.array([float(count)]), np.array([float(total)]), np.array([share]))[0]
    expected = stats.binomtest(count, total, share).pvalue if total else 1.0
    assert ours == pytest.approx(expected, rel=1e-9)


def test_small_expected_counts_call_for_the_exact_test() -> None:
    assert needs_exact(*columns((2, 1000, 7, 1000)))[0]
    assert not needs_exact(*columns((4, 1000, 7, 1000)))[0]
    assert needs_exact(*columns((998, 1000, 993, 1000)))[0]
