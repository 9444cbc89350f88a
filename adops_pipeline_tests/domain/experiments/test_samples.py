"""What counts as a sample, and its sufficient statistics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import NoResult
from adops_pipeline.domain.experiments.samples import Proportion, RatioStatistic, RatioUnits

amounts = st.floats(0.01, 1e6)


def statistic(numerators: list[float], denominators: list[float]) -> RatioStatistic:
    found = RatioUnits.of(numerators, denominators).statistic()
    assert isinstance(found, RatioStatistic)
    return found


@pytest.mark.parametrize(
    ("successes", "trials", "reason"),
    [
        (1, 10, None),
        (0, 10, None),
        (2.5, 10, None),
        (0, 0, "zero-trials"),
        (11, 10, "successes-exceed-trials"),
        (-1, 10, "negative-input"),
        (1, -10, "negative-input"),
        (float("nan"), 10, "not-finite"),
        (1, float("inf"), "not-finite"),
    ],
)
def test_a_proportion_knows_why_it_is_none(successes: float, trials: float, reason: Reason | None) -> None:
    assert Proportion(successes, trials).problem == reason


@pytest.mark.parametrize(
    ("numerators", "denominators", "reason"),
    [
        ([], [], "too-few-units"),
        ([1.0], [2.0], "too-few-units"),
        ([1.0, -1.0], [2.0, 2.0], "negative-input"),
        ([1.0, float("nan")], [2.0, 2.0], "not-finite"),
        ([0.0, 0.0], [2.0, 3.0], "zero-numerator"),
        ([4.0, 5.0], [0.0, 0.0], "zero-denominator"),
        ([0.0, 5.0], [2.0, 3.0], "one-unit-holds-all"),
        ([1e308, 1e308], [1.0, 2.0], "out-of-range"),
        ([1.0, 2.0], [2.0, 2.0], None),
    ],
)
def test_units_know_why_they_are_no_ratio(
    numerators: list[float], denominators: list[float], reason: Reason | None
) -> None:
    found = RatioUnits.of(numerators, denominators).statistic()
    assert (found.reason if isinstance(found, NoResult) else found.problem) == reason


def test_sufficient_statistics_are_the_units_sums_and_sample_moments() -> None:
    num, den = [3.0, 8.0, 4.0, 9.0], [1.0, 2.0, 2.0, 3.0]
    found = statistic(num, den)
    assert (found.n, found.sum_num, found.sum_den, found.ratio) == (4, 24.0, 8.0, 3.0)
    moments = np.cov(num, den, ddof=1)
    assert (found.var_num, found.cov, found.var_den) == pytest.approx((moments[0, 0], moments[0, 1], moments[1, 1]))


def test_the_jackknife_is_the_textbooks_leave_one_out() -> None:
    num, den = np.array([3.0, 8.0, 4.0, 9.0]), np.array([1.0, 2.0, 2.0, 3.0])
    left = np.array([np.log(np.delete(num, i).sum() / np.delete(den, i).sum()) for i in range(4)])
    assert statistic(list(num), list(den)).log_variance == pytest.approx(3 / 4 * ((left - left.mean()) ** 2).sum())


def test_delta_method_from_sums_alone_comes_close_to_the_jackknife_for_many_units() -> None:
    rng = np.random.default_rng(1)
    den = rng.gamma(20.0, 5.0, 2000)
    full = statistic(list(den * rng.gamma(30.0, 0.1, 2000)), list(den))
    sums = RatioStatistic(full.n, full.sum_num, full.sum_den, full.var_num, full.var_den, full.cov)
    assert sums.log_variance == pytest.approx(full.log_variance, rel=0.01)


def test_the_jackknifes_variance_is_right_where_the_delta_methods_runs_low() -> None:
    rng = np.random.default_rng(8)
    logs, jackknife, delta = [], [], []
    for _ in range(3000):
        den = rng.lognormal(0.0, 1.0, 14)
        full = statistic(list(den**0.8 * rng.lognormal(0.0, 1.0, 14)), list(den))
        logs.append(np.log(full.ratio))
        jackknife.append(full.log_variance)
        delta.append(RatioStatistic(14, full.sum_num, full.sum_den, full.var_num, full.var_den, full.cov).log_variance)
    truth = np.var(logs)
    assert np.mean(delta) < 0.85 * truth
    assert np.mean(jackknife) > np.mean(delta) * 1.2


@given(st.lists(st.tuples(amounts, amounts), min_size=2, max_size=20), st.floats(1e-6, 1e6))
def test_the_log_variance_does_not_depend_on_the_currency(units: list[tuple[float, float]], rate: float) -> None:
    num, den = [u[0] for u in units], [u[1] for u in units]
    base, scaled = statistic(num, den), statistic([x * rate for x in num], den)
    assert scaled.log_variance == pytest.approx(base.log_variance, rel=1e-6, abs=1e-20)


@given(amounts, st.lists(amounts, min_size=2, max_size=20))
def test_units_of_one_and_the_same_ratio_have_no_variance_at_all(ratio: float, denominators: list[float]) -> None:
    found = statistic([ratio * den for den in denominators], denominators)
    sums = RatioStatistic(found.n, found.sum_num, found.sum_den, found.var_num, found.var_den, found.cov)
    assert found.log_variance == 0.0
    assert sums.log_variance == 0.0


def test_numerators_and_denominators_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        RatioUnits.of([1.0, 2.0], [1.0])


def test_sums_that_cannot_be_are_named() -> None:
    assert RatioStatistic(5, 1.0, 1.0, float("nan"), 1.0, 0.0).problem == "not-finite"
    assert RatioStatistic(5, 1.0, 1.0, -1.0, 1.0, 0.0).problem == "negative-input"
