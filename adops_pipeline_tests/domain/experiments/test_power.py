"""Planning against statsmodels, R's published value, and simulation."""

import numpy as np
import pytest
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from adops_pipeline.domain.experiments.power import (
    days_to_collect,
    days_to_decision,
    log_variance_needed,
    sample_size,
)
from adops_pipeline.domain.experiments.proportions import pooled_z


def test_the_sample_size_is_that_of_fleiss_r_and_statsmodels() -> None:
    # R: power.prop.test(p1 = 0.03, p2 = 0.034, power = 0.8) gives n = 30389.8; p1 = 0.5, p2 = 0.75 gives n = 57.7
    assert sample_size(0.03, 0.004) == 30390
    assert sample_size(0.5, 0.25) == 58
    expected = samplesize_proportions_2indep_onetail(diff=0.004, prop2=0.03, power=0.8, ratio=1, alpha=0.05)
    assert sample_size(0.03, 0.004) == int(np.ceil(expected))


def test_relative_and_absolute_lifts_are_the_same_plan_and_either_sign_works() -> None:
    assert sample_size(0.04, lift_rel=0.25) == sample_size(0.04, 0.01)
    assert sample_size(0.05, -0.01) == sample_size(0.04, 0.01)
    assert sample_size(0.03, 0.004, power=0.9) > sample_size(0.03, 0.004) > sample_size(0.03, 0.004, alpha=0.1)


def test_a_test_of_the_planned_size_finds_the_planned_lift_as_often_as_planned() -> None:
    n, repeats, rng = sample_size(0.1, 0.03), 20_000, np.random.default_rng(2)
    trials = np.full(repeats, float(n))
    z = pooled_z(
        *(part for rate in (0.1, 0.13) for part in (rng.binomial(n, rate, repeats).astype(np.float64), trials))
    )
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.015)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"baseline": 0.0, "lift_abs": 0.1}, "baseline"),
        ({"baseline": 1.0, "lift_abs": -0.1}, "baseline"),
        ({"baseline": float("nan"), "lift_abs": 0.1}, "baseline"),
        ({"baseline": 0.5, "lift_abs": 0.5}, "no share"),
        ({"baseline": 0.5, "lift_abs": 0.0}, "other than 0"),
        ({"baseline": 0.5, "lift_abs": float("inf")}, "other than 0"),
        ({"baseline": 0.5}, "exactly one"),
        ({"baseline": 0.5, "lift_abs": 0.1, "lift_rel": 0.1}, "exactly one"),
        ({"baseline": 0.5, "lift_abs": 0.1, "alpha": 0.0}, "alpha"),
        ({"baseline": 0.5, "lift_abs": 0.1, "power": 1.0}, "power"),
        ({"baseline": 0.5, "lift_abs": 0.1, "power": 0.01}, "chance alone"),
        ({"baseline": 0.5, "lift_abs": 1e-12}, "too small"),
    ],
)
def test_plans_that_make_no_sense_are_refused_in_words(arguments: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        sample_size(**arguments)


def test_looking_at_will_costs_more_data_than_a_single_look() -> None:
    fixed, anytime = log_variance_needed(0.2), log_variance_needed(0.2, always_valid=True)
    assert anytime < fixed < np.log(1.2) ** 2
    assert 1.3 < fixed / anytime < 4
    assert fixed == pytest.approx((np.log(1.2) / (1.959964 + 0.841621)) ** 2, rel=1e-5)


def test_days_to_a_decision_follow_the_variance_and_the_traffic() -> None:
    assert days_to_decision(10, 0.04, 0.01) == 30
    assert days_to_decision(10, 0.01, 0.04) == 0
    assert days_to_decision(0, 0.04, 0.01) is None
    assert days_to_decision(10, 0.0, 0.01) is None
    assert days_to_collect(1000, 400, 90) == 7
    assert days_to_collect(1000, 1000, 0) == 0
    assert days_to_collect(1000, 400, 0) is None
