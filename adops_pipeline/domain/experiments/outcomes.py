"""All the numbers of many comparisons at once: the one place where a test's parts are put together.

Arrays of shape (n,) in, one array a field out. Inputs are valid (comparison.py and vectorized.py see to it); a number
that does not exist is NaN here, and None or null in their results.
"""

from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtri

from adops_pipeline.domain.experiments import proportions, ratios
from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.bayes import probability_higher_proportion, probability_higher_ratio
from adops_pipeline.domain.experiments.dependence import Errors, judge_effect
from adops_pipeline.domain.experiments.sequential import (
    BURN_IN_EVENTS,
    BURN_IN_UNITS,
    always_valid_p,
    normal_equivalent,
    t_quantile,
)

LARGEST_EXACT_SD = 20_000.0
"""Standard deviation of the count above which the exact test would enumerate millions of outcomes for nothing."""


class Counts(NamedTuple):
    """Successes and trials of both variants."""

    successes_a: Floats
    trials_a: Floats
    successes_b: Floats
    trials_b: Floats


class Outcomes(NamedTuple):
    """The computed fields of ``Comparison``, by the same names; the probability is that of the higher value."""

    value_a: Floats
    value_b: Floats
    lift: Floats
    ci_low: Floats
    ci_high: Floats
    abs_ci_low: Floats
    abs_ci_high: Floats
    p_value: Floats
    z: Floats
    always_valid_p: Floats
    probability_b_higher: Floats


def outcomes_of_counts(counts: Counts, is_exact: Bools, alpha: float, *, with_probability: bool = True) -> Outcomes:
    """Two proportions each; ``is_exact`` marks those whose p is Fisher's. Without the probability it is NaN."""
    with np.errstate(all="ignore"):
        quantile = -float(ndtri(alpha / 2.0))
        a, b = counts.successes_a / counts.trials_a, counts.successes_b / counts.trials_b
        z = proportions.pooled_z(*counts)
        p = proportions.two_sided_p(z)
        if is_exact.any():
            p[is_exact] = proportions.exact_p(*(part[is_exact] for part in counts))
        events = np.minimum(
            np.minimum(counts.successes_a, counts.trials_a - counts.successes_a),
            np.minimum(counts.successes_b, counts.trials_b - counts.successes_b),
        )
        anytime = always_valid_p(z, proportions.log_ratio_variance(*counts), events >= BURN_IN_EVENTS)
        probability = probability_higher_proportion(*counts) if with_probability else np.full_like(z, np.nan)
        lift = np.divide(b - a, a, out=np.full_like(a, np.nan), where=a > 0)
        relative = proportions.newcombe_lift(*counts, quantile)
        absolute = proportions.newcombe_difference(*counts, quantile)
    return Outcomes(a, b, lift, *relative, *absolute, p, z, np.maximum(anytime, p), probability)


def outcomes_of_ratios(
    arms: ratios.Arms, method: Literal["log-delta", "fieller"], alpha: float, scale: float
) -> Outcomes:
    """Two ratios of sums each, their values and absolute effects times ``scale``."""
    with np.errstate(all="ignore"):
        test = ratios.fieller_test(arms, alpha) if method == "fieller" else ratios.log_ratio_test(arms, alpha)
        z = normal_equivalent(test.statistic, test.degrees_of_freedom)
        variance = arms.log_variance_a + arms.log_variance_b
        anytime = always_valid_p(z, variance, np.minimum(arms.n_a, arms.n_b) >= BURN_IN_UNITS)
        probability = probability_higher_ratio(test.statistic, test.degrees_of_freedom)
        return _outcomes_of_test(arms, test, scale, anytime, probability)


def outcomes_of_pairs(
    arms: ratios.Arms, errors: Errors, method: Literal["log-delta", "fieller"], alpha: float, scale: float
) -> Outcomes:
    """The same for arms paired by day: ``arms`` holds variances and covariance as if days were independent.

    They are scaled by what the days' correlation adds to the variance of the log lift, so that intervals of the ratio,
    of the difference and the p value agree at the level alpha.
    """
    with np.errstate(all="ignore"):
        effect = np.log(arms.ratio_b) - np.log(arms.ratio_a)
        found = judge_effect(effect, errors, alpha, errors.days >= BURN_IN_UNITS)
        equivalent = found.half_width / t_quantile(errors.freedom, alpha)
        added = np.square(equivalent / errors.errors[:, 0])
        scaled = arms._replace(
            log_variance_a=arms.log_variance_a * added,
            log_variance_b=arms.log_variance_b * added,
            covariance=arms.covariance * added,
            freedom=errors.freedom,
        )
        if method == "fieller":
            test = ratios.fieller_test(scaled, alpha)
        else:
            test = ratios.log_ratio_test(scaled, alpha, found.p_value)._replace(statistic=found.z)
        anytime = np.maximum(found.always_valid_p, test.p_value)
        return _outcomes_of_test(scaled, test, scale, anytime, found.probability_positive)


def _outcomes_of_test(
    arms: ratios.Arms, test: ratios.RatioTest, scale: float, anytime: Floats, probability: Floats
) -> Outcomes:
    values = arms.ratio_a * scale, arms.ratio_b * scale
    lift = (arms.ratio_b - arms.ratio_a) / arms.ratio_a
    relative = test.lift_low, test.lift_high
    absolute = test.difference_low * scale, test.difference_high * scale
    return Outcomes(*values, lift, *relative, *absolute, test.p_value, test.statistic, anytime, probability)


def too_large_for_exact(counts: Counts) -> Bools:
    """Whether the exact test would be a waste: the z test agrees with it to many digits."""
    with np.errstate(all="ignore"):
        share_a = counts.trials_a / (counts.trials_a + counts.trials_b)
        pooled = (counts.successes_a + counts.successes_b) / (counts.trials_a + counts.trials_b)
        variance = counts.trials_a * (1.0 - share_a) * pooled * (1.0 - pooled)
    return ~(variance <= LARGEST_EXACT_SD**2)
