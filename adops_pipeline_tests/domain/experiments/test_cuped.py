"""CUPED: the right effect, less noise, the promised error."""

import numpy as np
import pytest

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.cuped import AdjustedEffect, cuped_log_ratio, cuped_means
from adops_pipeline.domain.experiments.results import NoResult
from adops_pipeline.domain.experiments.samples import RatioUnits

Arm = tuple[Floats, Floats]


def mean_arm(rng: np.random.Generator, n: int, lift: float = 0.0) -> Arm:
    before = rng.gamma(4.0, 5.0, n)
    return 3.0 + 0.9 * before + rng.normal(0, 4.0, n) + lift, before


def ratio_arm(rng: np.random.Generator, n: int, factor: float = 1.0) -> tuple[RatioUnits, RatioUnits]:
    level = rng.lognormal(0, 0.4, n)
    clicks, clicks_before = rng.gamma(20, 5, n), rng.gamma(20, 5, n)
    spend, before = (c * level * rng.lognormal(0, 0.1, n) for c in (clicks, clicks_before))
    return RatioUnits.of(factor * spend, clicks), RatioUnits.of(before, clicks_before)


def adjusted(found: AdjustedEffect | NoResult) -> AdjustedEffect:
    assert isinstance(found, AdjustedEffect)
    return found


def test_most_of_the_noise_that_the_past_explains_is_removed() -> None:
    rng = np.random.default_rng(1)
    found = adjusted(cuped_means(*mean_arm(rng, 2000), *mean_arm(rng, 2000, 1.0)))
    explained = 0.81 * 100 / (0.81 * 100 + 16)
    assert found.variance_reduction_ratio == pytest.approx(explained, abs=0.03)
    assert found.theta == pytest.approx(0.9, abs=0.03)
    low, high = found.interval(0.05)
    assert low < 1.0 < high


def test_the_effect_stays_unbiased_and_the_error_what_it_says() -> None:
    rng = np.random.default_rng(2)
    means = [adjusted(cuped_means(*mean_arm(rng, 40), *mean_arm(rng, 50, 1.0))) for _ in range(2000)]
    effects = np.array([found.effect for found in means])
    assert effects.mean() == pytest.approx(1.0, abs=0.06)
    assert np.mean([f.interval(0.05)[0] <= 1.0 <= f.interval(0.05)[1] for f in means]) == pytest.approx(0.95, abs=0.012)


def test_a_ratio_metric_is_adjusted_on_its_log() -> None:
    rng = np.random.default_rng(3)
    found = [adjusted(cuped_log_ratio(*ratio_arm(rng, 60), *ratio_arm(rng, 60, 1.2))) for _ in range(800)]
    assert np.mean([f.effect for f in found]) == pytest.approx(np.log(1.2), abs=0.01)
    assert np.median([f.variance_reduction_ratio for f in found]) > 0.6
    covered = [f.interval(0.05)[0] <= np.log(1.2) <= f.interval(0.05)[1] for f in found]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.025)


def test_without_a_link_to_the_past_nothing_is_gained_and_little_lost() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(5, 1, 300), rng.normal(5, 1, 300)
    found = adjusted(cuped_means(a, rng.normal(0, 1, 300), b, rng.normal(0, 1, 300)))
    assert abs(found.variance_reduction_ratio) < 0.03
    constant = adjusted(cuped_means(a, np.ones(300), b, np.ones(300)))
    assert constant.theta == 0.0
    assert constant.effect == pytest.approx(b.mean() - a.mean())


def test_swapping_the_variants_mirrors_the_effect() -> None:
    rng = np.random.default_rng(5)
    a, b = ratio_arm(rng, 30), ratio_arm(rng, 40)
    forth, back = adjusted(cuped_log_ratio(*a, *b)), adjusted(cuped_log_ratio(*b, *a))
    assert back.effect == pytest.approx(-forth.effect)
    assert back.p_value == pytest.approx(forth.p_value)


def test_data_that_allow_no_adjustment_are_named() -> None:
    two, three = [1.0, 2.0], [1.0, 2.0, 4.0]
    assert cuped_means(two, two, three, three) == NoResult("too-few-units")
    assert cuped_means([1.0, 2.0, float("inf")], three, three, three) == NoResult("not-finite")
    assert cuped_means([1.0] * 3, three, [1.0] * 3, three) == NoResult("no-variation")
    good, none = RatioUnits.of(three, [1.0, 1.0, 2.0]), RatioUnits.of([0.0] * 3, [1.0] * 3)
    assert cuped_log_ratio(good, none, good, good) == NoResult("zero-numerator")
    assert cuped_log_ratio(good, good, RatioUnits.of(three, [0.0] * 3), good) == NoResult("zero-denominator")
    assert cuped_log_ratio(RatioUnits.of(two, two), RatioUnits.of(two, two), good, good) == NoResult("too-few-units")
    with pytest.raises(ValueError, match="same order"):
        cuped_log_ratio(good, RatioUnits.of(two, two), good, good)
    with pytest.raises(ValueError, match="pre-period"):
        cuped_means(three, two, three, three)
