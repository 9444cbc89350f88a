"""CUPED: less noise by what was known of the same arms before the test (Deng, Xu, Kohavi & Walker, WSDM 2013).

Both arms are paired by day, and each day by one before the test. Pre-period data must not be touched by the test; only
then does the adjustment leave the effect as it is.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.experiments.dependence import Errors, fit_days
from adops_pipeline.domain.experiments.pairs import ArmsDays, day_shares, log_lift
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import ROUNDING, RatioUnits


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedEffect:
    """The effect after removing what the pre-period explains."""

    effect: float
    """log(B / A)."""
    errors: Errors
    """Of one series."""
    theta: float
    """Slope on the pre-period value."""
    variance_reduction_ratio: float
    """Share of the days' variance that was removed; below 0 where the pre-period explains nothing."""


def cuped_log_ratio(
    units_a: RatioUnits, before_a: RatioUnits, units_b: RatioUnits, before_b: RatioUnits
) -> AdjustedEffect | Reason:
    """log(B / A) of a ratio metric, adjusted by days before the test: four lists of days in the same order.

    The series of the days' differences between the arms is regressed on that of the days before. A reason stands for
    days that allow no adjustment. Raises ValueError for unequal lengths.
    """
    parts = (units_a, before_a, units_b, before_b)
    for part in parts:
        if part.problem is not None:
            return part.problem
    if len({part.numerators.size for part in parts}) > 1:
        raise ValueError("every day needs both arms and its pre-period values, in the same order")
    if units_a.numerators.size < 3:
        return "too-few-units"
    for part in parts:
        if not part.denominators.any():
            return "zero-denominator"
        if not part.numerators.any():
            return "zero-numerator"
    return _adjust(_arms(units_a, units_b), _arms(before_a, before_b))


def _adjust(during: ArmsDays, before: ArmsDays) -> AdjustedEffect | Reason:
    series, past = day_shares(during), day_shares(before)
    if not (np.isfinite(series).all() and np.isfinite(past).all()):
        return "one-unit-holds-all"
    explained = float((past * past).sum())
    theta = float((series * past).sum()) / explained if explained > 0 else 0.0
    residual = series - theta * past
    n = series.shape[1]
    raw_variance, left = float((series**2).sum()), float((residual**2).sum())
    if raw_variance <= 0 or np.sqrt(left) <= ROUNDING * n * np.abs(series).max():
        return "no-variation"
    # one degree of freedom went into the slope
    lost = (n - 1) / (n - 2)
    fitted = fit_days(residual)
    effect = float((log_lift(during) - theta * log_lift(before))[0])
    if not np.isfinite([effect, theta, left]).all():
        return "out-of-range"
    return AdjustedEffect(
        effect, fitted._replace(errors=fitted.errors * np.sqrt(lost)), theta, 1.0 - left * lost / raw_variance
    )


def _arms(a: RatioUnits, b: RatioUnits) -> ArmsDays:
    return ArmsDays(*(part[None, :] for part in (a.numerators, a.denominators, b.numerators, b.denominators)))
