"""Random-effects pooling of measured effects, for all patterns at once.

The variance between outcomes is that of Paule and Mandel, the standard error that of Hartung and Knapp, never below
the classical one (their ``q`` is at least 1). Evidence of weight d counts as d observations: with all weights 1 this is
the textbook method, and as evidence fades the estimate stays while its interval widens.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from adops_pipeline.domain.learnings.belief import Floats

Indices = npt.NDArray[np.int64]
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects as log ratios with their standard errors, the weight that each has left, and the pattern it is about."""

    value: Floats
    error: Floats
    weight: Floats
    pattern: Indices
    patterns: int

    def total(self, of: Floats) -> Floats:
        """Sums by pattern."""
        return np.bincount(self.pattern, weights=of, minlength=self.patterns).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Pooled:
    """By pattern: NaN where there is no measured effect, and where the evidence is too thin for an interval."""

    mean: Floats
    low: Floats
    high: Floats
    between: Floats
    """Standard deviation of the true effect between outcomes."""
    p_value: Floats


def pool(effects: Effects, level: float) -> Pooled:
    """The pooled effect of every pattern with its interval at ``level`` and its two-sided p."""
    count = effects.total(effects.weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _between(effects, count)
        weights, mean = _weighted(effects, variance)
        deviation = weights * (effects.value - mean[effects.pattern]) ** 2
        freedom = np.where(count > 1, count - 1, np.nan)
        q = np.maximum(effects.total(deviation) / freedom, 1.0)
        error = np.sqrt(q / effects.total(weights))
        reach = stdtrit(freedom, 0.5 + level / 2) * error
        p_value = 2 * stdtr(freedom, -np.abs(mean / error))
    return Pooled(mean, mean - reach, mean + reach, np.sqrt(variance), p_value)


def _weighted(effects: Effects, variance: Floats) -> tuple[Floats, Floats]:
    weights = effects.weight / (effects.error**2 + variance[effects.pattern])
    return weights, effects.total(weights * effects.value) / effects.total(weights)


def _between(effects: Effects, count: Floats) -> Floats:
    """Variance between outcomes: where the weighted squared deviations equal their expectation, found by bisection."""
    rough = effects.total(effects.weight * effects.value) / count
    spread = effects.total(effects.weight * (effects.value - rough[effects.pattern]) ** 2)
    low = np.zeros(effects.patterns)
    high = np.where(count > 1, spread / (count - 1), 0.0)
    is_needed = _excess(effects, low, count) > 0
    high = np.where(is_needed, high, 0.0)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        is_low = _excess(effects, middle, count) > 0
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.nan_to_num((low + high) / 2)


def _excess(effects: Effects, variance: Floats, count: Floats) -> Floats:
    weights, mean = _weighted(effects, variance)
    return effects.total(weights * (effects.value - mean[effects.pattern]) ** 2) - (count - 1)
