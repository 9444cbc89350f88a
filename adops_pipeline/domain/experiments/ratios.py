"""Two ratios of sums: the log-ratio test with Welch-Satterthwaite t quantiles, and Fieller's interval.

Arrays of any shape in, arrays out; what a ratio's variance is comes from samples.py.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.sequential import t_quantile


class Arms(NamedTuple):
    """Both variants' ratios, the variances of their logs, and their numbers of units.

    Of arms paired by day the variances hold what their days' correlation adds, and the degrees of freedom are given.
    """

    ratio_a: Floats
    log_variance_a: Floats
    n_a: Floats
    ratio_b: Floats
    log_variance_b: Floats
    n_b: Floats
    covariance: Floats | float = 0.0
    """Covariance of the two logs: 0 for independent arms."""
    freedom: Floats | None = None
    """Degrees of freedom; None takes those of Welch and Satterthwaite."""


class RatioTest(NamedTuple):
    """A two-sided t test of "B equals A" with the intervals that belong to it, at level 1 - alpha."""

    statistic: Floats
    degrees_of_freedom: Floats
    p_value: Floats
    lift_low: Floats
    lift_high: Floats
    difference_low: Floats
    difference_high: Floats


def welch_degrees_of_freedom(variance_a: Floats, n_a: Floats, variance_b: Floats, n_b: Floats) -> Floats:
    """Welch-Satterthwaite degrees of freedom for the variances of two estimates (Welch 1947)."""
    # shares, not variances, are squared: variances of money squared twice would overflow
    total = variance_a + variance_b
    share_a, share_b = variance_a / total, variance_b / total
    return 1.0 / (share_a * share_a / (n_a - 1.0) + share_b * share_b / (n_b - 1.0))


def log_ratio_test(arms: Arms, alpha: float, p_value: Floats | None = None) -> RatioTest:
    """Test and relative interval on log(B / A); the absolute interval is the t interval of B - A.

    The log makes the two tails equal and B against A the mirror of A against B. ``p_value`` is given where it is known
    from another test; else it is Student's.
    """
    variance = arms.log_variance_a + arms.log_variance_b - 2.0 * arms.covariance
    effect, standard_error = np.log(arms.ratio_b) - np.log(arms.ratio_a), np.sqrt(variance)
    freedom = _freedom(arms, arms.log_variance_a, arms.log_variance_b)
    statistic, half = effect / standard_error, t_quantile(freedom, alpha) * standard_error
    _, _, low, high = difference_test(arms, alpha)
    with np.errstate(over="ignore"):
        ends = np.expm1(effect - half), np.expm1(effect + half)
    if p_value is None:
        p_value = 2.0 * stdtr(freedom, -np.abs(statistic))
    return RatioTest(statistic, freedom, p_value, *ends, low, high)


def _freedom(arms: Arms, variance_a: Floats, variance_b: Floats) -> Floats:
    if arms.freedom is not None:
        return arms.freedom
    return welch_degrees_of_freedom(variance_a, arms.n_a, variance_b, arms.n_b)


def difference_test(arms: Arms, alpha: float) -> tuple[Floats, Floats, Floats, Floats]:
    """T statistic, degrees of freedom and interval of B - A."""
    # in units of the larger ratio, so that squares neither overflow nor vanish
    unit = np.maximum(arms.ratio_a, arms.ratio_b)
    a, b = arms.ratio_a / unit, arms.ratio_b / unit
    variance_a, variance_b = a * a * arms.log_variance_a, b * b * arms.log_variance_b
    standard_error = np.sqrt(variance_a + variance_b - 2.0 * a * b * arms.covariance)
    freedom = _freedom(arms, variance_a, variance_b)
    half = t_quantile(freedom, alpha) * standard_error
    return (b - a) / standard_error, freedom, (b - a - half) * unit, (b - a + half) * unit


def fieller_test(arms: Arms, alpha: float) -> RatioTest:
    """Test of B - A with Fieller's relative interval (Fieller 1954); its ends are NaN where they are not finite.

    Both intervals and the p value exclude "no effect" together: they invert the same t statistic.
    """
    statistic, freedom, low, high = difference_test(arms, alpha)
    quantile = t_quantile(freedom, alpha)
    g = quantile * quantile * arms.log_variance_a
    ratio = arms.ratio_b / arms.ratio_a
    bounded = g < 1.0
    shared = quantile * quantile * arms.covariance
    spread = arms.log_variance_a + arms.log_variance_b - 2.0 * arms.covariance - g * arms.log_variance_b
    spread = spread + shared * arms.covariance
    half = np.where(bounded, quantile * ratio * np.sqrt(np.maximum(spread, 0.0)), np.nan)
    scale = np.where(bounded, 1.0 - g, 1.0)
    middle = ratio * (1.0 - shared)
    ends = (middle - half) / scale - 1.0, (middle + half) / scale - 1.0
    return RatioTest(statistic, freedom, 2.0 * stdtr(freedom, -np.abs(statistic)), *ends, low, high)
