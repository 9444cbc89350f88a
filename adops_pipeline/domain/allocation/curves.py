"""Saturating response curves (Hill family): one curve with its checks, and many curves as arrays.

Everything is computed through ``p = 1 / (1 + (half_saturation / spend)^slope)`` in logarithms: nothing overflows.
Fitting curves to data is in fitting.py, spending money on them in plan.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LARGEST = 1e100
SMALLEST = 1e-100
_STEEPEST = 1e4
_EXP_LIMIT = 700.0


class AllocationError(ValueError):
    """Curves, bounds or a total without a feasible plan; the message names the wrong number."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Response to a daily spend: ``beta * s^slope / (half_saturation^slope + s^slope)``.

    ``beta`` is the response at unlimited spend (conversions or money, 0 or more), ``half_saturation`` the spend that
    brings half of it (above 0); a ``slope`` above 1 gives an S-shape: little happens until enough is spent.
    Raises AllocationError.
    """

    name: str
    beta: float
    half_saturation: float
    slope: float

    def __post_init__(self) -> None:
        if not self.name:
            raise AllocationError("a curve needs a name")
        _check(self.name, "beta", self.beta, 0.0, _LARGEST)
        _check(self.name, "half_saturation", self.half_saturation, SMALLEST, _LARGEST)
        _check(self.name, "slope", self.slope, 1.0 / _STEEPEST, _STEEPEST)

    def response(self, spend: float) -> float:
        """Response at ``spend`` (0 or more)."""
        return self.beta * _share(self._odds(spend))

    def marginal(self, spend: float) -> float | None:
        """Extra response per extra unit of spend; None where it has no finite value (at no spend, slope below 1)."""
        if spend > 0:
            odds = self._odds(spend)
            value = self.beta * self.slope * _share(odds) * _share(-odds) / spend
            return value if isfinite(value) else None
        if self.slope < 1 and self.beta > 0:
            return None
        return self.beta / self.half_saturation if self.slope == 1 else 0.0

    def _odds(self, spend: float) -> float:
        return self.slope * (log(spend) - log(self.half_saturation)) if spend > 0 else -inf


def _share(odds: float) -> float:
    return 1.0 / (1.0 + exp(min(-odds, _EXP_LIMIT))) if odds > -_EXP_LIMIT else 0.0


def _check(name: str, field: str, value: float, low: float, high: float) -> None:
    if not isfinite(value) or not low <= value <= high:
        raise AllocationError(f"curve {name!r}: {field} must be a number from {low:g} to {high:g}, got {value}")


@dataclass(frozen=True, slots=True)
class CurveArrays:
    """Many curves as columns, in the order they were given; ``beta`` above 0 is expected by the logarithmic methods."""

    beta: Floats
    log_half: Floats
    slope: Floats

    @classmethod
    def of(cls, curves: Iterable[Curve]) -> "CurveArrays":
        """Columns of ``curves``."""
        rows = np.array([(c.beta, c.half_saturation, c.slope) for c in curves], dtype=float).reshape(-1, 3)
        return cls(rows[:, 0], np.log(rows[:, 1]), rows[:, 2])

    def check(self, names: Sequence[str]) -> None:
        """Raise AllocationError, as `Curve` does, for the first curve with a number out of range."""
        half = np.exp(self.log_half)
        ranges = ((self.beta, 0.0, _LARGEST), (half, SMALLEST, _LARGEST), (self.slope, 1.0 / _STEEPEST, _STEEPEST))
        sound = np.logical_and.reduce([(low <= values) & (values <= high) for values, low, high in ranges])
        for i in np.flatnonzero(~sound).tolist():
            Curve(names[i], float(self.beta[i]), float(half[i]), float(self.slope[i]))

    def take(self, index: npt.NDArray[np.intp]) -> "CurveArrays":
        """The curves at ``index``."""
        return CurveArrays(self.beta[index], self.log_half[index], self.slope[index])

    def response(self, spend: Floats) -> Floats:
        """Response per curve at its own spend."""
        return self.beta * _logistic(self._odds(spend))

    def gain(self, start: Floats, end: Floats) -> Floats:
        """``response(end) - response(start)`` for ``end >= start``, exact even for one cent on a million."""
        odds = self._odds(start)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            growth = np.where(start > 0, self.slope * np.log1p((end - start) / start), _EXP_LIMIT)
        return -self.beta * _logistic(self._odds(end)) * _logistic(-odds) * np.expm1(-np.minimum(growth, _EXP_LIMIT))

    def log_marginal(self, spend: Floats) -> Floats:
        """Logarithm of the marginal response; +inf where the marginal is unbounded, -inf where it is 0."""
        odds = self._odds(spend)
        with np.errstate(divide="ignore"):
            scale = np.log(self.beta) + np.log(self.slope)
            positive = scale - np.log(np.where(spend > 0, spend, 1.0)) - _log_spread(odds)
        at_zero = np.where(self.slope < 1, np.inf, np.where(self.slope > 1, -np.inf, scale - self.log_half))
        return np.where(spend > 0, positive, at_zero)

    def inflection(self) -> Floats:
        """Spend at which an S-shaped curve turns concave; 0 for concave curves."""
        steep = np.maximum(self.slope, 1.0 + 1e-12)
        odds = np.log((steep - 1) / (steep + 1))
        return np.where(self.slope > 1, _exp(self.log_half + odds / steep), 0.0)

    def spend_at(self, log_marginal: float) -> Floats:
        """Spend on each curve's concave part whose marginal is ``exp(log_marginal)``; the inflection where none is.

        Newton on the logarithm of the marginal over the logarithm of spend, which is concave there: started right of
        the root it never leaves that side, so no safeguard is needed. Where the marginal is flat, rounding errors keep
        the steps from vanishing: it ends when they are tiny and no longer shrink.
        """
        n = self.slope
        height = np.log(self.beta) + np.log(n) - self.log_half - log_marginal
        lowest = np.where(n > 1, np.log(np.maximum(n - 1, 1e-300) / (n + 1)) / n, -2000.0)
        flat = np.maximum(1 - n, 1e-3)
        right = np.where(height > 2 * np.log(2), height / (1 + n), np.where(n < 1, np.minimum(0.0, height / flat), 0.0))
        v, before = np.maximum(right, lowest), np.inf
        for _ in range(60):
            slope_here = 1 + n * np.tanh(n * v / 2)
            excess = height - v - _log_spread(n * v)
            new = np.maximum(v + excess / np.maximum(slope_here, 1e-9), lowest)
            moved = float(np.max(np.abs(new - v), initial=0.0))
            v = new
            if moved < 1e-13 or before <= moved < 1e-10:
                break
            before = moved
        return _exp(self.log_half + v)

    def _odds(self, spend: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return self.slope * (np.log(spend) - self.log_half)


def _logistic(x: Floats) -> Floats:
    share: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -_EXP_LIMIT, _EXP_LIMIT)))
    return np.where(x <= -_EXP_LIMIT, 0.0, share)


def _log_spread(odds: Floats) -> Floats:
    """``-log(p (1 - p))`` for the log odds of p."""
    size: Floats = np.abs(odds)
    spread: Floats = size + 2 * np.log1p(np.exp(-size))
    return spread


def _exp(x: Floats) -> Floats:
    return np.exp(np.clip(x, -_EXP_LIMIT, _EXP_LIMIT))
