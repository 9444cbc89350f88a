"""CUPED on paired days: the right effect, less noise, the promised error."""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from adops_pipeline.domain.experiments.cuped import AdjustedEffect, cuped_log_ratio
from adops_pipeline.domain.experiments.dependence import half_width, mixed_p
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import RatioUnits

Arm = tuple[RatioUnits, RatioUnits]


def per_unit(values: ArrayLike) -> RatioUnits:
    """Days of one each: their ratio of sums is the mean, and its log lift nearly the relative difference."""
    return RatioUnits.of(values, np.ones(np.size(values)))


def mean_arm(rng: np.random.Generator, n: int, factor: float = 1.0) -> Arm:
    before = rng.gamma(4.0, 5.0, n)
    return per_unit(factor * (40.0 + 0.9 * before + rng.normal(0, 4.0, n))), per_unit(before)


def ratio_arm(rng: np.random.Generator, n: int, factor: float = 1.0) -> Arm:
    level = rng.lognormal(0, 0.4, n)
    clicks, clicks_before = rng.gamma(20, 5, n), rng.gamma(20, 5, n)
    spend, before = (c * level * rng.lognormal(0, 0.1, n) for c in (clicks, clicks_before))
    return RatioUnits.of(factor * spend, clicks), RatioUnits.of(before, clicks_before)


def adjusted(found: AdjustedEffect | Reason) -> AdjustedEffect:
    assert isinstance(found, AdjustedEffect)
    return found


def covers(found: AdjustedEffect, effect: float) -> bool:
    return bool(abs(found.effect - effect) <= half_width(found.errors, 0.05)[0])


def test_most_of_the_noise_that_the_past_explains_is_removed() -> None:
    rng = np.random.default_rng(1)
    found = adjusted(cuped_log_ratio(*mean_arm(rng, 1000), *mean_arm(rng, 1000, 1.1)))
    explained = 0.81 * 100 / (0.81 * 100 + 16)
    assert found.variance_reduction_ratio == pytest.approx(explained, abs=0.03)
    assert found.theta == pytest.approx(0.9 * 20 / 58, abs=0.02)  # of shares: times the ratio of the means
    assert covers(found, np.log(1.1))


def test_the_effect_stays_unbiased_and_the_error_at_most_what_it_says() -> None:
    rng = np.random.default_rng(2)
    found = [adjusted(cuped_log_ratio(*mean_arm(rng, 40), *mean_arm(rng, 40, 1.1))) for _ in range(800)]
    assert np.mean([one.effect for one in found]) == pytest.approx(np.log(1.1), abs=0.005)
    assert 0.94 <= np.mean([covers(one, np.log(1.1)) for one in found]) <= 0.99


def test_a_ratio_metric_is_adjusted_on_its_log() -> None:
    rng = np.random.default_rng(3)
    found = [adjusted(cuped_log_ratio(*ratio_arm(rng, 60), *ratio_arm(rng, 60, 1.2))) for _ in range(400)]
    assert np.mean([f.effect for f in found]) == pytest.approx(np.log(1.2), abs=0.01)
    assert np.median([f.variance_reduction_ratio for f in found]) > 0.6
    assert 0.93 <= np.mean([covers(f, np.log(1.2)) for f in found]) <= 0.99


def test_without_a_link_to_the_past_nothing_is_gained_and_little_lost() -> None:
    rng = np.random.default_rng(4)
    a, b, past_a, past_b = (per_unit(rng.normal(5, 1, 300)) for _ in range(4))
    found = adjusted(cuped_log_ratio(a, past_a, b, past_b))
    assert abs(found.variance_reduction_ratio) < 0.03
    constant = adjusted(cuped_log_ratio(a, per_unit(np.ones(300)), b, per_unit(np.ones(300))))
    assert constant.theta == 0.0
    assert constant.effect == pytest.approx(np.log(b.numerators.mean() / a.numerators.mean()))


def test_swapping_the_variants_mirrors_the_effect() -> None:
    rng = np.random.default_rng(5)
    a, b = ratio_arm(rng, 30), ratio_arm(rng, 30)
    forth, back = adjusted(cuped_log_ratio(*a, *b)), adjusted(cuped_log_ratio(*b, *a))
    assert back.effect == pytest.approx(-forth.effect)
    p = [mixed_p(np.array([one.effect]), one.errors)[0] for one in (forth, back)]
    assert p[0] == pytest.approx(p[1])


def test_data_that_allow_no_adjustment_are_named() -> None:
    three = [1.0, 2.0, 4.0]
    good, none = RatioUnits.of(three, [1.0, 1.0, 2.0]), RatioUnits.of([0.0] * 3, [1.0] * 3)
    two, constant = RatioUnits.of([1.0, 2.0], [1.0, 2.0]), per_unit([1.0] * 3)
    assert cuped_log_ratio(good, none, good, good) == "zero-numerator"
    assert cuped_log_ratio(good, good, RatioUnits.of(three, [0.0] * 3), good) == "zero-denominator"
    assert cuped_log_ratio(two, two, two, two) == "too-few-units"
    assert cuped_log_ratio(per_unit([1.0, 2.0, float("inf")]), good, good, good) == "not-finite"
    assert cuped_log_ratio(constant, good, constant, good) == "no-variation"
    assert cuped_log_ratio(per_unit([0.0, 0.0, 1.0]), good, good, good) == "one-unit-holds-all"
    with pytest.raises(ValueError, match="same order"):
        cuped_log_ratio(good, two, good, good)
