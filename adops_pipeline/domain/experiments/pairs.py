"""Two arms measured on the same days: each day is one pair, so that what both arms share on it cancels.

Days of many experiments in, one ``DayPairs`` out: the variances of the log ratios, and the errors of their difference
under the correlations that dependence.py considers. Days are never taken as independent.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.dependence import Errors, fit_days, mixed_p
from adops_pipeline.domain.experiments.samples import ROUNDING

_AT_ONCE = 512
_SMALL_SPREAD = 1e-12
"""Sum of squares below which it is checked whether rounding alone explains the days' variation."""


class ArmsDays(NamedTuple):
    """Numerators and denominators of both arms, shape (N, days) each; a day without delivery of an arm holds 0."""

    num_a: Floats
    den_a: Floats
    num_b: Floats
    den_b: Floats

    def rows(self, part: slice) -> "ArmsDays":
        """Some of the experiments."""
        return ArmsDays(*(each[part] for each in self))


class DayPairs(NamedTuple):
    """What N experiments know from their days, shape (N,) each, (N, candidates) of weights and errors."""

    days: Floats
    variance_a: Floats
    """Variance of the log ratio of arm A, were its days independent (jackknife)."""
    variance_b: Floats
    covariance: Floats
    weights: Floats
    errors: Floats
    """Standard errors of log(B / A) by candidate; 0 where the pairs do not vary, infinite where one day holds all."""
    split_p: Floats
    """Probability of the split of exposures under the promised one, by days; NaN where it is not checked."""

    @property
    def fitted(self) -> Errors:
        """The errors as dependence.py takes them."""
        return Errors(self.weights, self.errors, self.days)

    def row(self, number: int | Bools) -> "DayPairs":
        """One experiment, or those that are marked."""
        return DayPairs(*(part[number] for part in self))

    @classmethod
    def stacked(cls, rows: Sequence["DayPairs"]) -> "DayPairs":
        """Single experiments as one."""
        return cls(*(np.array([row[field] for row in rows]) for field in range(len(cls._fields))))


def pair_days(arms: ArmsDays, earlier: ArmsDays | None = None) -> DayPairs:
    """Pairs of at least two days. ``earlier`` are days of the same arms before, from which correlation is learnt."""
    # so many at once that their days stay in the processor's cache
    parts = [slice(start, start + _AT_ONCE) for start in range(0, max(len(arms.num_a), 1), _AT_ONCE)]
    found = [_pair_days(arms.rows(part), None if earlier is None else earlier.rows(part)) for part in parts]
    return found[0] if len(found) == 1 else DayPairs(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _pair_days(arms: ArmsDays, earlier: ArmsDays | None) -> DayPairs:
    n = arms.num_a.shape[1]
    with np.errstate(all="ignore"):
        logs_a, logs_b = _left_out_logs(arms.num_a, arms.den_a), _left_out_logs(arms.num_b, arms.den_b)
        series = _shares(logs_a, logs_b)
        spread = _products(series, series)
        is_constant = np.zeros(spread.shape, dtype=np.bool_)
        small = np.flatnonzero(spread <= _SMALL_SPREAD)
        is_constant[small] = spread[small] <= _rounding(ArmsDays(*(part[small] for part in arms)))
        is_finite = np.isfinite(spread)
        series[~is_finite] = 0.0
        found = fit_days(series, None if earlier is None else _linear_shares(earlier))
        pairs = ((logs_a, logs_a), (logs_b, logs_b), (logs_a, logs_b))
        variance_a, variance_b, covariance = (_products(*pair) * ((n - 1.0) / n) for pair in pairs)
    errors = np.where(is_constant[:, None], 0.0, found.errors)
    errors[~is_finite] = np.inf
    unchecked = np.full(found.days.shape, np.nan)
    return DayPairs(found.days, variance_a, variance_b, covariance, found.weights, errors, unchecked)


def day_shares(arms: ArmsDays) -> Floats:
    """Each day's part in log(B / A), the jackknife's pseudo-values less their mean: shape (N, days), mean 0."""
    with np.errstate(all="ignore"):
        return _shares(_left_out_logs(arms.num_a, arms.den_a), _left_out_logs(arms.num_b, arms.den_b))


def log_lift(arms: ArmsDays) -> Floats:
    """log(B / A) of the ratios of sums."""
    with np.errstate(all="ignore"):
        sums = [np.log(part.sum(axis=1)) for part in arms]
    return np.asarray(sums[2] - sums[3] - sums[0] + sums[1], dtype=np.float64)


def split_p_by_day(exposures_a: Floats, exposures_b: Floats, share_a: Floats) -> Floats:
    """Probability of a split at least as uneven, where A was promised ``share_a`` of what both arms were shown.

    The days' own variation counts, and at least that of independent exposures: an auction delivers in clumps.
    """
    ones = np.ones_like(exposures_a)
    arms = ArmsDays(exposures_b, ones, exposures_a, ones)
    with np.errstate(all="ignore"):
        effect = log_lift(arms) - np.log(share_a / (1.0 - share_a))
        found = fit_days(np.nan_to_num(day_shares(arms), posinf=0.0, neginf=0.0))
        floor = np.sqrt(1.0 / exposures_a.sum(axis=1) + 1.0 / exposures_b.sum(axis=1))
        return mixed_p(effect, found._replace(errors=np.maximum(found.errors, floor[:, None])))


def _linear_shares(arms: ArmsDays) -> Floats:
    """``day_shares`` to first order, without a logarithm: for many days whose level does not matter.

    Series of which a sum is 0 or not finite tell nothing: theirs are 0.
    """
    totals = [part.sum(axis=1, keepdims=True) for part in arms]
    scales = [1.0 / total for total in totals]
    shares: Floats = arms.num_b * scales[2]
    one = np.empty_like(shares)
    shares -= np.multiply(arms.den_b, scales[3], out=one)
    shares -= np.multiply(arms.num_a, scales[0], out=one)
    shares += np.multiply(arms.den_a, scales[1], out=one)
    shares[~np.isfinite(np.hstack((*totals, *scales))).all(axis=1)] = 0.0
    return shares


def _shares(logs_a: Floats, logs_b: Floats) -> Floats:
    shares: Floats = logs_a - logs_b
    shares *= logs_a.shape[1] - 1.0
    return shares


def _left_out_logs(num: Floats, den: Floats) -> Floats:
    """Log of each day's leave-one-out ratio, less the mean of these."""
    logs: Floats = _left_out(num)
    logs /= _left_out(den)
    np.log(logs, out=logs)
    logs -= logs.mean(axis=1, keepdims=True)
    return logs


def _left_out(part: Floats) -> Floats:
    """What is left of the sum without each day, as a share."""
    left: Floats = part / part.sum(axis=1, keepdims=True)
    np.subtract(1.0, left, out=left)
    return np.maximum(left, 0.0, out=left)


def _products(first: Floats, second: Floats) -> Floats:
    """Sums of the products, by row."""
    return np.asarray(np.einsum("ij,ij->i", first, second), dtype=np.float64)


def _rounding(arms: ArmsDays) -> Floats:
    """Sum of squares that rounding alone may give the days' parts."""
    n = arms.num_a.shape[1]
    left = [ROUNDING / np.maximum(1.0 - part / part.sum(axis=1, keepdims=True), ROUNDING) for part in arms]
    return np.asarray(np.square((n - 1.0) * np.sum(left, axis=0)).sum(axis=1), dtype=np.float64)
