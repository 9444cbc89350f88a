"""Looking at will: the formula, and daily-peeked tests of nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from adops_pipeline.domain.experiments.arrays import column
from adops_pipeline.domain.experiments.outcomes import Counts, outcomes_of_counts, outcomes_of_ratios
from adops_pipeline.domain.experiments.ratios import Arms
from adops_pipeline.domain.experiments.sequential import always_valid_p, confidence_sequence, normal_equivalent

PAST = np.array([True])


def test_p_is_the_reciprocal_of_the_mixture_of_likelihood_ratios() -> None:
    z, variance, sd = 2.8, 0.01, 0.2

    def weighted(lift: float) -> float:
        estimate = z * np.sqrt(variance)
        ratio = np.exp((estimate * lift - lift * lift / 2) / variance)
        return float(ratio * stats.norm.pdf(lift, 0, sd))

    mixture, _ = integrate.quad(weighted, -3, 3, points=[0, 0.3], limit=200)
    assert always_valid_p(column(z), column(variance), PAST, sd)[0] == pytest.approx(1 / mixture, rel=1e-8)


@given(st.floats(0.001, 2.0), st.floats(0.001, 0.5))
def test_the_sequence_ends_where_p_reaches_alpha(standard_error: float, alpha: float) -> None:
    low, high = confidence_sequence(0.0, standard_error, alpha)
    assert low == -high
    p = always_valid_p(column(high / standard_error), column(standard_error**2), PAST)[0]
    assert p == pytest.approx(alpha, rel=1e-6)


@given(st.floats(-8, 8), st.floats(1e-6, 4.0))
def test_it_never_claims_more_than_a_single_look(z: float, variance: float) -> None:
    assert always_valid_p(column(z), column(variance), PAST)[0] >= 2 * stats.norm.sf(abs(z)) * (1 - 1e-12)


def test_it_falls_as_the_evidence_grows_and_is_one_during_the_burn_in() -> None:
    z = np.linspace(0, 10, 50)
    p = always_valid_p(z, np.full(50, 0.01), np.full(50, True))
    assert (np.diff(p) <= 0).all()
    assert p[-1] < 1e-9
    assert always_valid_p(column(10.0), column(0.01), np.array([False]))[0] == 1.0


def test_a_t_statistic_of_few_units_counts_for_less() -> None:
    z = normal_equivalent(np.array([4.0, -4.0, 4.0]), np.array([3.0, 3.0, 1e9]))
    assert z[0] == pytest.approx(stats.norm.isf(stats.t.sf(4.0, 3)))
    assert z[1] == -z[0]
    assert z[2] == pytest.approx(4.0, rel=1e-6)


@pytest.mark.parametrize(("rate", "trials_a_day"), [(0.03, 2000), (0.002, 500), (0.3, 40)])
def test_daily_peeked_proportions_without_effect_are_called_in_at_most_five_percent(
    rate: float, trials_a_day: int
) -> None:
    rng, repeats, days = np.random.default_rng(6), 2000, 60
    successes = rng.binomial(trials_a_day, rate, (2, repeats, days)).cumsum(axis=2) * 1.0
    ever, naive = np.zeros(repeats, bool), np.zeros(repeats, bool)
    for day in range(days):
        trials = np.full(repeats, float(trials_a_day * (day + 1)))
        counts = Counts(successes[0, :, day], trials, successes[1, :, day], trials)
        found = outcomes_of_counts(counts, np.full(repeats, False), 0.05, with_probability=False)
        ever |= found.always_valid_p <= 0.05
        naive |= found.p_value <= 0.05
    assert naive.mean() > 0.15
    assert ever.mean() <= 0.05


@pytest.mark.parametrize("sd", [0.05, 0.3, 1.0])
def test_daily_peeked_ratios_without_effect_are_called_in_at_most_five_percent(sd: float) -> None:
    rng, repeats, days = np.random.default_rng(9), 1500, 45
    den = rng.lognormal(0.0, sd, (2, repeats, days))
    num = den**0.8 * rng.lognormal(0.0, sd, (2, repeats, days))
    ever, naive = np.zeros(repeats, bool), np.zeros(repeats, bool)
    for day in range(2, days + 1):
        parts = []
        for arm in range(2):
            n, d = num[arm, :, :day], den[arm, :, :day]
            logs = np.log1p(-n / n.sum(axis=1, keepdims=True)) - np.log1p(-d / d.sum(axis=1, keepdims=True))
            parts += [n.sum(axis=1) / d.sum(axis=1), (day - 1) * logs.var(axis=1), np.full(repeats, float(day))]
        found = outcomes_of_ratios(Arms(*parts), "log-delta", 0.05, 1.0)
        ever |= found.always_valid_p <= 0.05
        naive |= found.p_value <= 0.05
    assert naive.mean() > 0.2
    assert ever.mean() <= 0.05
