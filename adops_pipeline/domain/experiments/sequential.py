"""Looking every day without fooling oneself: asymptotic confidence sequences and the always-valid p.

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"
(Annals of Statistics 2024). Looks planned beforehand are in group_sequential.py.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from adops_pipeline.domain.experiments.arrays import Floats

EXPECTED_LIFT_SD = 0.2
"""Standard deviation of true log lifts the sequence is tuned to (their rho is this over the unit's sd): it is tightest
for lifts of about 10 to 40 %. Validity does not depend on it, the time to a decision does."""
BURN_IN_UNITS = 7
"""Units per variant before the always-valid p may fall below 1: the theorem is asymptotic, and a week is also the
shortest time that sees every weekday."""
BURN_IN_EVENTS = 5.0
"""The same for proportions, in successes and in failures per variant."""
_SMALLEST_P = 1e-300


def always_valid_p(
    z: Floats, variance: Floats, is_past_burn_in: NDArray[np.bool_], prior_sd: float = EXPECTED_LIFT_SD
) -> Floats:
    """P valid at every look at once, from the statistic ``z`` of a log lift whose estimate has ``variance``; any shape.

    It inverts the sequence ``estimate +- sd * sqrt(2 (1 + r) / r * log(sqrt(1 + r) / alpha))`` with information
    r = t rho^2 = prior_sd^2 / variance: p = sqrt(1 + r) * exp(-z^2 r / (2 (1 + r))), and 1 during the burn-in.
    """
    usable = is_past_burn_in & (variance > 0) & np.isfinite(variance)
    information = np.divide(prior_sd * prior_sd, variance, out=np.zeros_like(z), where=usable)
    log_p = 0.5 * np.log1p(information) - 0.5 * z * z * (information / (1.0 + information))
    return np.where(usable, np.exp(np.minimum(log_p, 0.0)), 1.0)


def confidence_sequence(estimate: float, standard_error: float, alpha: float) -> tuple[float, float]:
    """Ends of the interval that covers the true log lift at every look at once with probability 1 - alpha.

    ``standard_error`` is above 0, ``alpha`` inside (0, 1).
    """
    r = (EXPECTED_LIFT_SD / standard_error) ** 2
    half = standard_error * float(np.sqrt(2.0 * (1.0 + r) / r * np.log(np.sqrt(1.0 + r) / alpha)))
    return estimate - half, estimate + half


def t_quantile(degrees_of_freedom: Floats, alpha: float) -> Floats:
    """Upper alpha / 2 quantile of Student's t."""
    first = degrees_of_freedom.ravel()[:1]
    if first.size and (degrees_of_freedom == first[0]).all():  # tests of as many days: one quantile serves all
        return np.full(degrees_of_freedom.shape, -stdtrit(first[0], alpha / 2.0))
    return np.asarray(-stdtrit(degrees_of_freedom, alpha / 2.0), dtype=np.float64)


def normal_equivalent(statistic: Floats, degrees_of_freedom: Floats) -> Floats:
    """The z with the same tail probability as a t statistic: few units must not look like strong evidence."""
    tail = np.maximum(stdtr(degrees_of_freedom, -np.abs(statistic)), _SMALLEST_P)
    return np.asarray(np.copysign(-ndtri(tail), statistic), dtype=np.float64)
