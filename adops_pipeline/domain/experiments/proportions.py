"""Two proportions: the pooled z test, Newcombe's interval for the difference, and its counterpart for the ratio.

Arrays of any shape in, arrays out; inputs are checked by the callers (successes <= trials, trials > 0).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.exact import fisher_exact_p

COCHRAN_COUNT = 5.0
"""Smallest expected count in every cell at which the z test is trusted (Cochran 1954)."""


class Interval(NamedTuple):
    """Lower and upper ends, one per experiment."""

    low: Floats
    high: Floats


def pooled_z(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Floats:
    """Z of p_b - p_a with the pooled standard error; 0 where nothing varies (no success or no failure at all)."""
    pooled = (successes_a + successes_b) / (trials_a + trials_b)
    standard_error = np.sqrt(pooled * (1.0 - pooled) * (1.0 / trials_a + 1.0 / trials_b))
    difference = successes_b / trials_b - successes_a / trials_a
    return np.divide(difference, standard_error, out=np.zeros_like(difference), where=standard_error > 0)


def two_sided_p(z: Floats) -> Floats:
    """Two-sided p of a standard normal statistic."""
    return 2.0 * ndtr(-np.abs(z))


def needs_exact(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Bools:
    """Whether any of the four expected counts is below ``COCHRAN_COUNT``."""
    pooled = (successes_a + successes_b) / (trials_a + trials_b)
    return np.minimum(trials_a, trials_b) * np.minimum(pooled, 1.0 - pooled) < COCHRAN_COUNT


def exact_p(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Floats:
    """Two-sided p of Fisher's exact test; whole counts."""
    parts = np.broadcast_arrays(successes_a, trials_a, successes_b, trials_b)
    return fisher_exact_p(*(part.ravel() for part in parts)).reshape(parts[0].shape)


def wilson(successes: Floats, trials: Floats, quantile: float) -> Interval:
    """Wilson's score interval of one proportion (Wilson 1927); ``quantile`` is 1.96 for 95 %."""
    return Interval(_wilson_low(successes, trials, quantile), 1.0 - _wilson_low(trials - successes, trials, quantile))


def _wilson_low(successes: Floats, trials: Floats, quantile: float) -> Floats:
    # p^2 / (centre + half) is the textbook's (centre - half) / (1 + q^2 / n) without its cancellation near 0
    share, q2 = successes / trials, quantile * quantile
    half = quantile * np.sqrt(share * (1.0 - share) / trials + q2 / (4.0 * trials * trials))
    return share * share / (share + q2 / (2.0 * trials) + half)


def newcombe_difference(
    successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats, quantile: float
) -> Interval:
    """Interval of p_b - p_a by Newcombe's hybrid score method (Newcombe 1998, method 10)."""
    a, b = successes_a / trials_a, successes_b / trials_b
    of_a, of_b = wilson(successes_a, trials_a, quantile), wilson(successes_b, trials_b, quantile)
    low = b - a - np.hypot(b - of_b.low, of_a.high - a)
    high = b - a + np.hypot(of_b.high - b, a - of_a.low)
    return Interval(np.maximum(low, -1.0), np.minimum(high, 1.0))


def newcombe_lift(
    successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats, quantile: float
) -> Interval:
    """Interval of p_b / p_a - 1 from the same Wilson ends (MOVER-R, Donner & Zou 2012); NaN where p_a is 0.

    It excludes 0 exactly where Newcombe's interval of the difference does: both ask when p_b - r p_a leaves
    sqrt((p_b - l_b)^2 + r^2 (u_a - p_a)^2), one at r = 1, the other for the r at which it happens.
    """
    a, b = successes_a / trials_a, successes_b / trials_b
    of_a, of_b = wilson(successes_a, trials_a, quantile), wilson(successes_b, trials_b, quantile)
    product = a * b
    quadratic, constant = of_a.high * (2.0 * a - of_a.high), of_b.low * (2.0 * b - of_b.low)
    root = np.sqrt(np.maximum(product * product - quadratic * constant, 0.0))
    low = np.divide(constant, product + root, out=np.zeros_like(product), where=product + root > 0)
    quadratic, constant = of_a.low * (2.0 * a - of_a.low), of_b.high * (2.0 * b - of_b.high)
    root = np.sqrt(np.maximum(product * product - quadratic * constant, 0.0))
    high = np.divide(product + root, quadratic, out=np.full_like(product, np.nan), where=quadratic > 0)
    return Interval(np.where(a > 0, np.maximum(low, 0.0) - 1.0, np.nan), high - 1.0)


def log_ratio_variance(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Floats:
    """Variance of log(p_b / p_a) by the delta method; infinite where a variant has no successes."""
    with np.errstate(divide="ignore"):
        return 1.0 / successes_a - 1.0 / trials_a + 1.0 / successes_b - 1.0 / trials_b
