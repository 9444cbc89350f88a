"""Planning: how many trials per arm, and how many days until a decision.

Proportions follow Fleiss (1981) without continuity correction, as R's ``power.prop.test``; ratio metrics follow the
log-ratio test of ratios.py. Everything is two-sided.
"""

from functools import lru_cache
from math import ceil, exp, inf, isfinite, log, log1p, sqrt

from scipy.special import ndtri

from adops_pipeline.domain.experiments.sequential import confidence_sequence
from adops_pipeline.domain.root import root_between

_MOST = 1e15


def sample_size(
    baseline: float,
    lift_abs: float | None = None,
    lift_rel: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """Trials per arm to see a proportion move from ``baseline`` by exactly one of ``lift_abs`` and ``lift_rel``.

    n = (q(1 - alpha/2) sqrt(2 m (1 - m)) + q(power) sqrt(p1 (1 - p1) + p2 (1 - p2)))^2 / (p2 - p1)^2, m the mean of
    both: pooled variance under "no effect", unpooled under the effect. 0.03 with +0.004 needs 30 390 per arm.
    Raises ValueError for values outside their range and for no or both lifts.
    """
    _check_errors(alpha, power)
    target = _target(baseline, lift_abs, lift_rel)
    exact = _trials(baseline, target, alpha, power)
    if exact > _MOST:
        raise ValueError(f"a lift from {baseline} to {target} is too small to be planned for")
    return max(2, ceil(exact))


@lru_cache(maxsize=1024)
def log_variance_needed(
    lift_rel: float, alpha: float = 0.05, power: float = 0.8, *, always_valid: bool = False
) -> float:
    """Variance of the log lift's estimate at which ``lift_rel`` is seen with ``power``; variances shrink as 1 / days.

    With ``always_valid`` the always-valid p must fall to ``alpha``, else the single-look p. Raises ValueError.
    """
    _check_errors(alpha, power)
    distance = abs(_log_lift(lift_rel))
    fixed = (distance / float(ndtri(power) - ndtri(alpha / 2.0))) ** 2
    if not always_valid:
        return fixed

    def margin(log_error: float) -> float:
        error = exp(log_error)
        return distance - float(ndtri(power)) * error - confidence_sequence(0.0, error, alpha)[1]

    upper = 0.5 * log(fixed)
    return exp(2.0 * root_between(margin, upper - 10.0, upper, 1e-9))


def days_to_decision(days: int, log_variance: float, needed: float) -> int | None:
    """Further whole days until a log lift's ``log_variance`` after ``days`` falls to ``needed`` at the current traffic.

    None where there is no variance to go by.
    """
    if days < 1 or not (isfinite(log_variance) and log_variance > 0):
        return None
    return days_to_collect(days * log_variance / needed, days, 1.0)


def days_to_collect(needed: float, have: float, per_day: float) -> int | None:
    """Further whole days until ``have`` grows to ``needed`` at ``per_day``; None where nothing arrives."""
    missing = needed - have
    if missing <= 0:
        return 0
    days = missing / per_day if per_day > 0 else inf
    return ceil(days) if days < _MOST else None


def _trials(baseline: float, target: float, alpha: float, power: float) -> float:
    mean = (baseline + target) / 2.0
    under_null = sqrt(2.0 * mean * (1.0 - mean))
    under_effect = sqrt(baseline * (1.0 - baseline) + target * (1.0 - target))
    root = (-float(ndtri(alpha / 2.0)) * under_null + float(ndtri(power)) * under_effect) / (target - baseline)
    return root * root


def _log_lift(lift_rel: float) -> float:
    if not (isfinite(lift_rel) and lift_rel > -1 and lift_rel != 0):
        raise ValueError(f"lift_rel must be above -1 and not 0, got {lift_rel}")
    return log1p(lift_rel)


def _target(baseline: float, lift_abs: float | None, lift_rel: float | None) -> float:
    _check_share("baseline", baseline)
    if (lift_abs is None) == (lift_rel is None):
        raise ValueError("give exactly one of lift_abs and lift_rel")
    target = baseline + (lift_abs if lift_abs is not None else baseline * (lift_rel or 0.0))
    if not isfinite(target) or target == baseline:
        raise ValueError("the lift must be a number other than 0")
    if not 0.0 < target < 1.0:
        raise ValueError(f"baseline and lift give {target}, which is no share between 0 and 1")
    return target


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, both excluded, got {value}")


def _check_errors(alpha: float, power: float) -> None:
    _check_share("alpha", alpha)
    _check_share("power", power)
    if power <= alpha / 2.0:
        raise ValueError(f"power ({power}) must be above half of alpha ({alpha}): chance alone gives that much")
