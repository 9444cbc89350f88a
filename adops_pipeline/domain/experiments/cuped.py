"""CUPED: less noise by what was known of the same units before the test (Deng, Xu, Kohavi & Walker, WSDM 2013).

Pre-period data must not be touched by the test; only then does the adjustment leave the effect as it is.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.special import stdtr, stdtrit

from adops_pipeline.domain.experiments.arrays import Floats, column
from adops_pipeline.domain.experiments.ratios import welch_degrees_of_freedom
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import ROUNDING, RatioUnits


@dataclass(frozen=True, slots=True)
class AdjustedEffect:
    """The effect after removing what the pre-period explains."""

    effect: float
    """log(B / A)."""
    standard_error: float
    degrees_of_freedom: float
    p_value: float
    theta: float
    """Slope on the pre-period value."""
    variance_reduction_ratio: float
    """Share of the effect's variance that was removed; below 0 where the pre-period explains nothing."""
    units: int
    """Units of the smaller variant."""

    def interval(self, alpha: float) -> tuple[float, float]:
        """T interval of the effect at level 1 - alpha."""
        half = -float(stdtrit(self.degrees_of_freedom, alpha / 2.0)) * self.standard_error
        return self.effect - half, self.effect + half


def cuped_log_ratio(
    units_a: RatioUnits, before_a: RatioUnits, units_b: RatioUnits, before_b: RatioUnits
) -> AdjustedEffect | Reason:
    """log(B / A) of a ratio metric, adjusted by the same units before the test, given in the same order.

    Each unit enters by its linearised share in the log ratio (delta method); the slope is taken on the pre-period's
    shares. A reason stands for units that allow no adjustment. Raises ValueError for unequal lengths.
    """
    rows = []
    for units, before in ((units_a, before_a), (units_b, before_b)):
        problem = units.problem or before.problem
        if problem is not None:
            return problem
        if units.numerators.size != before.numerators.size:
            raise ValueError("every unit needs its pre-period value, in the same order")
        if units.numerators.size < 3:
            return "too-few-units"
        if not (units.denominators.any() and before.denominators.any()):
            return "zero-denominator"
        if not (units.numerators.any() and before.numerators.any()):
            return "zero-numerator"
        rows.append((units, before))
    levels = [_log_ratio(part) for pair in rows for part in pair]
    a, b = (np.stack([_shares(units), _shares(before)]) for units, before in rows)
    # shares have mean 0 in each arm: put the arms' log ratios back, so that means differ by what was observed
    a, b = a + np.array([[levels[0]], [levels[1]]]), b + np.array([[levels[2]], [levels[3]]])
    return _adjust(levels[2] - levels[0], a, b)


def _adjust(raw_effect: float, a: Floats, b: Floats) -> AdjustedEffect | Reason:
    """``a`` and ``b`` hold the values in row 0 and the pre-period in row 1; the slope is common to both arms."""
    n_a, n_b = a.shape[1], b.shape[1]
    cov_a, cov_b = np.cov(a), np.cov(b)
    within = (n_a - 1) * cov_a + (n_b - 1) * cov_b
    theta = float(within[0, 1] / within[1, 1]) if within[1, 1] > 0 else 0.0
    adjusted_a, adjusted_b = a[0] - theta * a[1], b[0] - theta * b[1]
    # one degree of freedom went into the slope
    lost = (n_a + n_b - 2) / (n_a + n_b - 3)
    variance_a, variance_b = adjusted_a.var(ddof=1) / n_a * lost, adjusted_b.var(ddof=1) / n_b * lost
    raw_variance = float(cov_a[0, 0] / n_a + cov_b[0, 0] / n_b)
    variance = float(variance_a + variance_b)
    effect = raw_effect - theta * float(b[1].mean() - a[1].mean())
    numbers = (raw_variance, variance, effect, theta)
    if not np.isfinite(numbers).all():
        return "out-of-range"
    size = max(float(np.abs(a[0]).max()), float(np.abs(b[0]).max()))
    if raw_variance <= 0 or sqrt(variance) <= ROUNDING * size:
        return "no-variation"
    freedom = float(welch_degrees_of_freedom(column(variance_a), column(n_a), column(variance_b), column(n_b))[0])
    error = sqrt(variance)
    p = 2.0 * float(stdtr(freedom, -abs(effect) / error))
    return AdjustedEffect(effect, error, freedom, p, theta, 1.0 - variance / raw_variance, min(n_a, n_b))


def _log_ratio(units: RatioUnits) -> float:
    return log(float(units.numerators.sum())) - log(float(units.denominators.sum()))


def _shares(units: RatioUnits) -> Floats:
    """Each unit's part in the log ratio: num / mean(num) - den / mean(den)."""
    shares: Floats = units.numerators / units.numerators.mean() - units.denominators / units.denominators.mean()
    return shares
