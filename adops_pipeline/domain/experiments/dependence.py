"""Standard error of a daily series whose correlation from day to day is unknown: candidates, weighted by the data.

Each candidate is a stationary correlation ``share * rho ** lag``. Its restricted likelihood is taken on the cosine
coefficients of the series, nearly independent for every candidate (basis of Lazarus, Lewis, Stock & Watson 2018).
Tests mix the candidates' t tests by their posterior weights: a fitted correlation alone would be too sure of itself on
28 days. The prior weights were chosen by score: python -m benchmarks.truth_experiments compares the alternatives.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.sequential import always_valid_p, normal_equivalent, t_quantile

CANDIDATES = ((0.0, 1.0), (0.3, 1.0), (0.6, 1.0), (0.8, 0.4), (0.9, 1.0), (0.9, 0.4))
"""Correlation of successive days, and the share of the day's variance that has it; the rest is independent."""
PRIOR = (0.535, 0.01, 0.01, 0.03, 0.335, 0.08)
"""Much weight on independence and on high correlation: 28 days tell these apart, and in between they share the weight.
With less weight on high correlation, worlds of rho 0.6 give more than 6 % false positives."""
EARLIER_DAYS = 168
"""Days before a test from which its arms' correlation is learnt too, where both delivered on them."""
FEWEST_EARLIER_DAYS = 14
_EARLIER_BLOCK = 28
"""Days of an earlier block. Each block has a level and a variance of its own, so that a change between two of them (an
earlier test, say) is not taken for correlation."""
_MOST_EVIDENCE = 1.5
"""Log likelihood ratio over independent days that one earlier block can bring a candidate: a change of level inside a
block looks like correlation, and without a bound a single one would outweigh all other blocks. Chosen by score."""
_MOST_DOUBT = 2.5
"""The same against a candidate, of all blocks together: weak correlation is hard to tell from none. Chosen by score."""
_STEPS = 60
_BLOCK = 64
_LAST_STEP = 3e-5
"""After a Newton step this small the error is about its square."""
_TABLE_FROM, _TABLE_STEPS, _TABLE_END = 12_000, 700, 12


class Errors(NamedTuple):
    """Standard errors of the means of N series: by candidate, shape (N, candidates), with the weights of these."""

    weights: Floats
    errors: Floats
    days: Floats
    """Days of each series, shape (N,)."""

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom of each candidate's t statistic."""
        return self.days - 1.0

    @property
    def effective_days(self) -> Floats:
        """Independent days that would determine the mean as well."""
        independent = self.errors[:, :1]
        usable = (independent > 0) & np.isfinite(self.errors).all(axis=1, keepdims=True)
        with np.errstate(over="ignore"):  # beside an error near 0 any other is endlessly larger
            ratios = np.where(usable, self.errors, 1.0) / np.where(usable, independent, 1.0)
        worth = np.exp(-2.0 * (self.weights * np.log(np.maximum(ratios, 1.0))).sum(axis=1))
        return np.asarray(self.days * worth, dtype=np.float64)

    def rows(self, numbers: NDArray[np.int64]) -> "Errors":
        """The series with these numbers."""
        return Errors(*(part[numbers] for part in self))


class EffectTest(NamedTuple):
    """Two-sided test of N effects with the half width of their intervals; ``z`` is the effect over its error."""

    p_value: Floats
    half_width: Floats
    z: Floats
    always_valid_p: Floats
    probability_positive: Floats


def fit_days(days: Floats, earlier: Floats | None = None) -> Errors:
    """``days``: N centred series of n days each, n at least 2. ``earlier``: days before, whose level may be another.

    A series without any variation gets errors of 0.
    """
    count, n = days.shape
    squares, log_weights = _likelihood(days)
    if earlier is not None:
        log_weights = log_weights + _earlier_evidence(earlier)
    log_weights = log_weights + np.log(PRIOR)
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    errors = np.sqrt(squares * (_model(n).inflation / (n * (n - 1.0))))
    return Errors(weights, errors, np.full(count, float(n)))


def mixed_p(effect: Floats, found: Errors) -> Floats:
    """Two-sided p of "the mean is 0"."""
    z = _normal_equivalents(np.abs(effect)[:, None] / found.errors, found.freedom)
    return np.asarray(np.minimum(2.0 * (found.weights * ndtr(-z)).sum(axis=1), 1.0), dtype=np.float64)


def half_width(found: Errors, alpha: float) -> Floats:
    """Half the width of the interval at level 1 - alpha: the effect at which ``mixed_p`` is alpha."""
    logs = np.log(found.errors)
    quantile = t_quantile(found.freedom, alpha)
    at = (found.weights * logs).sum(axis=1)
    low, high = logs.min(axis=1), logs.max(axis=1)
    rows = np.arange(at.size)
    for _ in range(_STEPS):
        if rows.size == 0:
            break
        part, here = found if rows.size == at.size else found.rows(rows), at[rows]
        p, slope = _log_slope(part, quantile[rows], here - logs[rows].T)
        low[rows], high[rows] = np.where(p > alpha, here, low[rows]), np.where(p > alpha, high[rows], here)
        # Newton's step on log p against log width, halved brackets where it leaves them
        following = here + np.log(p / alpha) / slope
        is_inside = (following >= low[rows]) & (following <= high[rows])
        at[rows] = np.where(is_inside, following, 0.5 * (low[rows] + high[rows]))
        rows = rows[~is_inside | (np.abs(following - here) > _LAST_STEP)]
    return np.asarray(quantile * np.exp(at), dtype=np.float64)


def always_valid_half_width(found: Errors, alpha: float) -> Floats:
    """Half the width of the interval that holds at every look: the effect at which the always-valid p is alpha."""
    variance, weights = np.square(found.errors), found.weights
    is_past = np.ones((found.days.size, 1), dtype=bool)

    def is_shown(effect: Floats) -> Bools:
        z = _normal_equivalents(effect[:, None] / found.errors, found.freedom)
        mixed = (weights * always_valid_p(z, variance, is_past)).sum(axis=1)
        return np.asarray(mixed <= alpha, dtype=np.bool_)

    low = half_width(found, alpha)  # an interval for a single look is never the wider one
    high = low * 2.0
    for _ in range(_STEPS):
        shown = is_shown(high)
        if shown.all():
            break
        low, high = np.where(shown, low, high), np.where(shown, high, high * 2.0)
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        shown = is_shown(middle)
        low, high = np.where(shown, low, middle), np.where(shown, middle, high)
    return high


def judge_effect(effect: Floats, found: Errors, alpha: float, is_past_burn_in: Bools) -> EffectTest:
    """Test of "no effect" for series whose candidates' errors are above 0."""
    half = half_width(found, alpha)
    equivalent = half / t_quantile(found.freedom, alpha)
    z = _normal_equivalents(np.abs(effect)[:, None] / found.errors, found.freedom)
    tail = (found.weights * ndtr(-z)).sum(axis=1)
    p = np.minimum(2.0 * tail, 1.0)
    anytime = always_valid_p(z, np.square(found.errors), is_past_burn_in[:, None])
    above = np.where(effect < 0, tail, 1.0 - tail)
    mixed = np.minimum((found.weights * anytime).sum(axis=1), 1.0)
    return EffectTest(p, half, effect / equivalent, np.maximum(mixed, p), above)


def _log_slope(found: Errors, quantile: Floats, log_ratios: Floats) -> tuple[Floats, Floats]:
    """``mixed_p`` at widths of exp(log_ratios) quantiles, shape (candidates, N), and minus its slope on both logs."""
    t = quantile[:, None] * np.exp(log_ratios.T)
    p = 2.0 * (found.weights * ndtr(-_normal_equivalents(t, found.freedom))).sum(axis=1)
    constant = _log_density_constant(found.freedom)[:, None]
    density = np.exp(constant - 0.5 * found.days[:, None] * np.log1p(t * t / found.freedom[:, None]))
    return p, 2.0 * (found.weights * t * density).sum(axis=1) / p


def _normal_equivalents(t: Floats, freedom: Floats) -> Floats:
    """Z of t statistics at or above 0, shape (N, candidates); by a table where many share their degrees of freedom."""
    if t.size >= _TABLE_FROM and freedom.min() == freedom.max():
        return _from_table(t, float(freedom[0]))
    found = np.empty_like(t)
    for one in np.unique(freedom):
        rows = freedom == one
        some = t[rows]
        exact = some.size < _TABLE_FROM
        found[rows] = normal_equivalent(some, np.full_like(some, one)) if exact else _from_table(some, float(one))
    return found


def _from_table(t: Floats, freedom: float) -> Floats:
    z, rise = _table(freedom)
    at = np.minimum(np.arcsinh(t) * _TABLE_STEPS, z.size - 1.001)
    below = at.astype(np.int64)
    return np.asarray(z[below] + (at - below) * rise[below], dtype=np.float64)


@lru_cache(maxsize=64)
def _table(freedom: float) -> tuple[Floats, Floats]:
    """Normal equivalents of t statistics at even steps of their inverse hyperbolic sine, and the rise to the next."""
    t = np.sinh(np.arange(_TABLE_STEPS * _TABLE_END) / _TABLE_STEPS)
    z = normal_equivalent(t, np.full_like(t, freedom))
    return z, np.diff(z, append=z[-1])


def _earlier_evidence(earlier: Floats) -> Floats:
    """Log likelihoods of the candidates over that of independent days, shape (N, candidates), by blocks of weeks."""
    count, days = earlier.shape
    number = max(round(days / _EARLIER_BLOCK), 1)
    length = days // number
    # the newest days, in blocks of one length: one call, and the cosines leave out each block's level
    logs = _likelihood(earlier[:, days - number * length :].reshape(count * number, length))[1]
    evidence = np.minimum(logs - logs[:, :1], _MOST_EVIDENCE).reshape(count, number, -1).sum(axis=1)
    return np.asarray(np.maximum(evidence, -_MOST_DOUBT), dtype=np.float64)


class _Model(NamedTuple):
    """What the candidates say of n days, each in a unit of its own: the geometric mean of its coefficients' variances.

    In this unit the determinant of a candidate is 1, so that its likelihood is told by the sum of squares alone.
    """

    basis: Floats
    precisions: Floats
    """1 over the variances of the cosine coefficients, shape (coefficients, candidates)."""
    inflation: Floats
    """n times the variance of the mean."""


def _likelihood(days: Floats) -> tuple[Floats, Floats]:
    """Sums of squares in units of each candidate's variances, and the log restricted likelihoods; (N, candidates)."""
    model = _model(days.shape[1])
    count, n = days.shape
    # blocks of one size: with a varying one the last digits of a row would depend on how many others there are
    if count % _BLOCK:
        days = np.concatenate((days, np.zeros((-count % _BLOCK, n))))
    coefficients = days.reshape(-1, _BLOCK, n) @ model.basis
    np.square(coefficients, out=coefficients)
    squares = (coefficients @ model.precisions).reshape(-1, len(CANDIDATES))[:count]
    return squares, -0.5 * (n - 1.0) * np.log(np.where(squares > 0, squares, 1.0))


@lru_cache(maxsize=512)
def _model(n: int) -> _Model:
    day = np.arange(n)
    basis = np.sqrt(2.0 / n) * np.cos(np.pi * (day[:, None] + 0.5) * np.arange(1, n) / n)
    lags = np.abs(day[:, None] - day)
    correlations = [np.where(lags == 0, 1.0, share * rho**lags) for rho, share in CANDIDATES]
    variances = np.array([((basis.T @ each) * basis.T).sum(axis=1) for each in correlations])
    inflation = np.array([each.sum() / n for each in correlations])
    units = np.exp(np.log(variances).mean(axis=1))
    return _Model(basis, np.ascontiguousarray(units / variances.T), inflation / units)


def _log_density_constant(freedom: Floats) -> Floats:
    return np.asarray(
        gammaln((freedom + 1.0) / 2.0) - gammaln(freedom / 2.0) - 0.5 * np.log(np.pi * freedom), dtype=np.float64
    )
