"""Errors of correlated days: against statsmodels and SciPy where a candidate is certain, and by simulation."""

import numpy as np
import pytest
from scipy import fft, stats

from adops_pipeline.domain.experiments import dependence
from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.dependence import (
    EARLIER_DAYS,
    Errors,
    fit_days,
    half_width,
    judge_effect,
    mixed_p,
)
from adops_pipeline.domain.experiments.pairs import ArmsDays, day_shares, log_lift, pair_days, split_p_by_day
from adops_pipeline_tests.deferred import Deferred

sm = Deferred("statsmodels.api")

INDEPENDENT = 0


def autoregressive(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    """Stationary AR(1) days of variance 1."""
    days = rng.standard_normal(shape)
    for day in range(1, shape[1]):
        days[:, day] = rho * days[:, day - 1] + np.sqrt(1 - rho * rho) * days[:, day]
    return days


def arms(rng: np.random.Generator, shape: tuple[int, int], rho: float, noise: float, lift: float = 0.0) -> ArmsDays:
    """Clicks of impressions: the rate of each arm has correlated day noise of its own."""
    parts = []
    for arm in range(2):
        shown = rng.poisson(20_000 * np.exp(0.2 * rng.standard_normal(shape)))
        rate = 0.02 * (1 + lift * arm) * np.exp(noise * autoregressive(rng, shape, rho))
        parts += [rng.binomial(shown, np.minimum(rate, 1.0)).astype(float), shown.astype(float)]
    return ArmsDays(*parts)


def certain(found: Errors, candidate: int) -> Errors:
    """The same with all weight on one candidate."""
    return found._replace(weights=np.eye(len(dependence.CANDIDATES))[[candidate] * found.days.size])


def test_of_independent_days_the_test_is_students_paired_t() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(10, 1, 28), rng.normal(10.5, 1, 28)
    series = (b - a) - (b - a).mean()
    found = certain(fit_days(series[None, :]), INDEPENDENT)
    expected = stats.ttest_rel(b, a)
    effect = np.array([(b - a).mean()])
    assert mixed_p(effect, found)[0] == pytest.approx(expected.pvalue, rel=1e-9)
    low, high = expected.confidence_interval(0.95)
    assert half_width(found, 0.05)[0] == pytest.approx((high - low) / 2, rel=1e-7)


def test_of_one_certain_correlation_the_error_is_that_of_generalized_least_squares() -> None:
    rho, n = 0.6, 400
    series = autoregressive(np.random.default_rng(2), (1, n), rho)
    centred = series - series.mean()
    candidate = dependence.CANDIDATES.index((rho, 1.0))
    ours = fit_days(centred).errors[0, candidate]
    lags = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    theirs = sm.GLS(series[0], np.ones(n), sigma=rho**lags).fit().bse[0]
    assert ours == pytest.approx(theirs, rel=0.03)


def test_on_long_series_the_mixed_interval_agrees_with_statsmodels_hac() -> None:
    series = autoregressive(np.random.default_rng(3), (1, 1200), 0.6)
    hac = sm.OLS(series[0], np.ones(1200)).fit(cov_type="HAC", cov_kwds={"maxlags": 40}).bse[0]
    found = fit_days(series - series.mean())
    assert half_width(found, 0.05)[0] / 1.96 == pytest.approx(hac, rel=0.2)
    assert found.effective_days[0] == pytest.approx(300, rel=0.2)


def test_the_days_parts_are_statsmodels_cluster_robust_linearisation() -> None:
    """Poisson regression of the counts on the arm, clustered by day, has the variance of paired independent days."""
    days = arms(np.random.default_rng(4), (1, 200), 0.0, 0.1)
    count, exposure = np.r_[days.num_a[0], days.num_b[0]], np.r_[days.den_a[0], days.den_b[0]]
    design = sm.add_constant(np.repeat([0.0, 1.0], 200))
    model = sm.GLM(count, design, family=sm.families.Poisson(), offset=np.log(exposure))
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": np.tile(np.arange(200), 2)})
    ours = pair_days(days)
    assert log_lift(days)[0] == pytest.approx(theirs.params[1], rel=1e-6)
    assert ours.errors[0, INDEPENDENT] == pytest.approx(theirs.bse[1], rel=0.02)


@pytest.mark.parametrize(
    ("rho", "noise", "limit"), [(0.0, 0.2, 0.06), (0.45, 0.05, 0.06), (0.6, 0.2, 0.06), (0.8, 0.1, 0.11)]
)
def test_equal_arms_are_called_different_no_more_often_than_promised(rho: float, noise: float, limit: float) -> None:
    days = arms(np.random.default_rng(5), (1500, 28), rho, noise)
    p = mixed_p(log_lift(days), pair_days(days).fitted)
    assert (p <= 0.05).mean() <= limit


def test_daily_looks_at_equal_arms_call_no_more_than_promised() -> None:
    days, called = arms(np.random.default_rng(6), (600, 28), 0.6, 0.1), np.zeros(600, dtype=bool)
    for seen in range(7, 29):
        part = ArmsDays(*(each[:, :seen] for each in days))
        test = judge_effect(log_lift(part), pair_days(part).fitted, 0.05, np.ones(600, dtype=bool))
        called |= test.always_valid_p <= 0.05
    assert called.mean() <= 0.05


def with_past(rho: float, noise: float, seed: int = 7) -> tuple[ArmsDays, ArmsDays]:
    """24 weeks before a test, and its four weeks."""
    whole = arms(np.random.default_rng(seed), (1500, EARLIER_DAYS + 28), rho, noise)
    before, during = (ArmsDays(*(each[:, part] for each in whole)) for part in (slice(168), slice(168, None)))
    return before, during


def test_days_before_the_test_make_the_interval_of_independent_days_narrower() -> None:
    before, during = with_past(0.0, 0.1)
    known, unknown = (half_width(pair_days(during, past).fitted, 0.05).mean() for past in (before, None))
    assert known < 0.8 * unknown


def test_a_change_of_level_before_the_test_costs_little_of_what_these_days_bring() -> None:
    before, during = with_past(0.0, 0.1)
    changed = before._replace(num_b=before.num_b * np.where(np.arange(EARLIER_DAYS) < 75, 1.0, 1.3))
    pasts = before, changed, None
    calm, shaken, unknown = (half_width(pair_days(during, past).fitted, 0.05).mean() for past in pasts)
    assert shaken < calm + 0.35 * (unknown - calm)


@pytest.mark.parametrize(("rho", "noise", "limit"), [(0.0, 0.2, 0.06), (0.45, 0.03, 0.065), (0.8, 0.1, 0.1)])
def test_days_before_the_test_never_make_it_call_equal_arms_too_often(rho: float, noise: float, limit: float) -> None:
    before, during = with_past(rho, noise, seed=8)
    assert (mixed_p(log_lift(during), pair_days(during, before).fitted) <= 0.05).mean() <= limit


def test_weights_are_the_prior_times_the_likelihoods_of_the_test_and_of_the_bounded_weeks_before() -> None:
    rng = np.random.default_rng(12)
    series, earlier = autoregressive(rng, (1, 28), 0.8), autoregressive(rng, (1, 61), 0.8)
    series -= series.mean()
    evidence = np.array([plain_log_likelihood(block) for block in earlier[0, 1:].reshape(2, 30)])
    evidence = np.minimum(evidence - evidence[:, :1], dependence._MOST_EVIDENCE).sum(axis=0)
    logs = plain_log_likelihood(series[0]) + np.maximum(evidence, -dependence._MOST_DOUBT)
    expected = np.array(dependence.PRIOR) * np.exp(logs - logs.max())
    np.testing.assert_allclose(fit_days(series, earlier).weights[0], expected / expected.sum(), rtol=1e-11)


def plain_log_likelihood(days: Floats) -> Floats:
    """Of each candidate, from SciPy's cosine transform; what does not depend on the candidate is left out."""
    n = days.size
    found = []
    for rho, share in dependence.CANDIDATES:
        correlation = share * rho ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        np.fill_diagonal(correlation, 1.0)
        rotated = fft.dct(fft.dct(correlation, axis=0, norm="ortho"), axis=1, norm="ortho")
        variances = np.diag(rotated)[1:]
        squares = np.square(fft.dct(days, norm="ortho")[1:]) / variances
        found.append(-0.5 * (np.log(variances).sum() + (n - 1) * np.log(squares.sum())))
    return np.array(found)


def test_p_and_interval_agree_at_their_level() -> None:
    days = arms(np.random.default_rng(8), (300, 28), 0.3, 0.1)
    found = pair_days(days).fitted
    half = half_width(found, 0.05)
    np.testing.assert_allclose(mixed_p(half, found), 0.05, rtol=1e-6)
    test = judge_effect(log_lift(days), found, 0.05, np.ones(300, dtype=bool))
    np.testing.assert_array_equal(np.abs(log_lift(days)) > half, test.p_value < 0.05)
    assert ((test.always_valid_p >= test.p_value) & (test.always_valid_p <= 1.0)).all()
    np.testing.assert_array_equal(np.sign(test.z), np.sign(log_lift(days)))


def test_many_series_together_give_what_each_gives_alone() -> None:
    days = arms(np.random.default_rng(9), (2500, 14), 0.3, 0.1)
    effect, found = log_lift(days), pair_days(days).fitted
    alone = pair_days(ArmsDays(*(each[:3] for each in days))).fitted
    np.testing.assert_array_equal(alone.errors, found.errors[:3])
    np.testing.assert_allclose(mixed_p(effect[:3], alone), mixed_p(effect, found)[:3], rtol=1e-5)


def test_a_series_without_variation_has_no_error_and_one_day_that_holds_all_an_infinite_one() -> None:
    flat = np.full((1, 10), 3.0)
    assert (pair_days(ArmsDays(flat, flat, 2 * flat, flat)).errors == 0).all()
    single = np.eye(1, 10)
    assert np.isinf(pair_days(ArmsDays(single, flat, flat, flat)).errors).all()
    assert (day_shares(ArmsDays(flat, flat, flat, flat)) == 0).all()


def test_a_split_is_checked_against_the_days_own_variation() -> None:
    rng = np.random.default_rng(10)
    clumps = 20_000 * np.exp(0.2 * rng.standard_normal((2, 400, 28)))
    fair = split_p_by_day(clumps[0], clumps[1], np.full(400, 0.5))
    assert (fair < 0.01).mean() <= 0.02
    assert split_p_by_day(np.full((1, 28), 9000.0), np.full((1, 28), 10_000.0), np.array([0.5]))[0] < 0.001
    assert split_p_by_day(np.full((1, 28), 7000.0), np.full((1, 28), 3000.0), np.array([0.7]))[0] > 0.99
