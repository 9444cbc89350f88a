"""The ratio test: against SciPy where a ratio is a mean, and its error measured by simulation."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from adops_pipeline.domain.experiments.arrays import Floats, column
from adops_pipeline.domain.experiments.ratios import (
    Arms,
    difference_test,
    fieller_test,
    log_ratio_test,
    welch_degrees_of_freedom,
)
from adops_pipeline.domain.experiments.sequential import t_quantile


def arms_of_means(a: Floats, b: Floats) -> Arms:
    """Denominators of 1: the ratio is the mean, its log variance that of the mean over its square."""
    parts = ((x.mean(), x.var(ddof=1) / x.size / x.mean() ** 2, x.size) for x in (a, b))
    return Arms(*(column(float(number)) for part in parts for number in part))


def test_the_test_of_the_difference_is_welchs() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.gamma(3.0, 2.0, 25), rng.gamma(3.0, 2.6, 40)
    expected = stats.ttest_ind(b, a, equal_var=False)
    interval = expected.confidence_interval(0.95)
    t, freedom, low, high = difference_test(arms_of_means(a, b), 0.05)
    assert (t[0], freedom[0]) == pytest.approx((expected.statistic, expected.df), rel=1e-10)
    assert (low[0], high[0]) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert fieller_test(arms_of_means(a, b), 0.05).p_value[0] == pytest.approx(expected.pvalue, rel=1e-10)


def test_t_quantiles_are_scipys_at_fractional_degrees_of_freedom() -> None:
    freedom = np.array([1.0, 2.7, 11.3, 58.9, 1e7])
    np.testing.assert_allclose(t_quantile(freedom, 0.05), stats.t.ppf(0.975, freedom), rtol=1e-9)


def test_equal_variances_of_equal_arms_have_all_degrees_of_freedom() -> None:
    assert welch_degrees_of_freedom(column(3.0), column(60), column(3.0), column(60))[0] == pytest.approx(118)
    assert welch_degrees_of_freedom(column(0.0), column(60), column(3.0), column(40))[0] == pytest.approx(39)


def test_fiellers_ends_are_the_ratios_that_its_t_test_just_rejects() -> None:
    arms = Arms(column(10.0), column(0.004), column(30), column(12.0), column(0.006), column(35))
    test = fieller_test(arms, 0.05)
    quantile = t_quantile(test.degrees_of_freedom, 0.05)[0]
    for end in (test.lift_low[0], test.lift_high[0]):
        r = 1 + end
        distance = (12 - r * 10) / np.sqrt(144 * 0.006 + r * r * 100 * 0.004)
        assert abs(distance) == pytest.approx(quantile, rel=1e-9)


def test_fieller_has_no_interval_where_the_baseline_may_be_zero() -> None:
    test = fieller_test(Arms(column(1.0), column(0.5), column(9), column(2.0), column(0.1), column(9)), 0.05)
    assert np.isnan(test.lift_low[0])
    assert np.isnan(test.lift_high[0])
    assert 0 < test.p_value[0] < 1


def test_the_log_interval_excludes_no_effect_exactly_when_p_is_below_alpha() -> None:
    rng = np.random.default_rng(3)
    n = 500
    arms = Arms(
        np.full(n, 10.0), np.full(n, 0.01), np.full(n, 20.0), rng.uniform(7, 13, n), np.full(n, 0.02), np.full(n, 15.0)
    )
    test = log_ratio_test(arms, 0.05)
    excluded = (test.lift_low > 0) | (test.lift_high < 0)
    assert 0 < excluded.sum() < n
    np.testing.assert_array_equal(excluded, test.p_value < 0.05)


def jackknifed(num: Floats, den: Floats) -> tuple[Floats, Floats]:
    n = num.shape[1]
    total_num, total_den = num.sum(axis=1, keepdims=True), den.sum(axis=1, keepdims=True)
    logs = np.log1p(-num / total_num) - np.log1p(-den / total_den)
    return (total_num / total_den)[:, 0], (n - 1) * logs.var(axis=1)


def lognormal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return np.asarray(rng.lognormal(-0.18, 0.6, shape))


def gamma(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return np.asarray(rng.gamma(1 / 0.36, 0.36, shape))


@pytest.mark.parametrize("noise", [lognormal, gamma])
def test_each_tail_errs_in_two_to_three_percent_of_no_effect_tests(
    noise: Callable[[np.random.Generator, tuple[int, int]], Floats],
) -> None:
    rng, repeats = np.random.default_rng(17), 20_000
    parts = []
    for _ in range(2):
        den = noise(rng, (repeats, 60))
        ratio, variance = jackknifed(den**0.8 * noise(rng, (repeats, 60)), den)
        parts += [ratio, variance, np.full(repeats, 60.0)]
    test = log_ratio_test(Arms(*parts), 0.05)
    rejected = test.p_value <= 0.05
    assert 0.02 <= (rejected & (test.statistic < 0)).mean() <= 0.03
    assert 0.02 <= (rejected & (test.statistic > 0)).mean() <= 0.03
