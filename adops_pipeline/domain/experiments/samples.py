"""What is known of one variant: counts for a proportion, units or their sufficient statistics for a ratio.

The warehouse sums up, this package decides. No test is done here. Money enters as float on purpose: variances of
amounts are estimates, no ledger is kept with them.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from adops_pipeline.domain.experiments.arrays import Floats, column
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import NoResult

CANCELLATION_FLOOR = 1e-13
"""Share of the parts' relative variance under which a difference of variances is only rounding error."""
ROUNDING = 4 * float(np.finfo(np.float64).eps)
"""Relative error of a unit's share: units whose logs spread no further differ by rounding alone."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """``successes`` out of ``trials``. Successes may be fractional (modelled conversions)."""

    successes: float
    trials: float

    @property
    def problem(self) -> Reason | None:
        """Why no proportion exists; None where it does."""
        if not (isfinite(self.successes) and isfinite(self.trials)):
            return "not-finite"
        if self.successes < 0 or self.trials < 0:
            return "negative-input"
        if self.trials == 0:
            return "zero-trials"
        return "successes-exceed-trials" if self.successes > self.trials else None


@dataclass(frozen=True, slots=True)
class RatioStatistic:
    """Sufficient statistics of a ratio of sums over ``n`` units (days, users); variances with divisor n - 1."""

    n: int
    sum_num: float
    sum_den: float
    var_num: float
    var_den: float
    cov: float
    jackknife_log_variance: float | None = None
    """Leave-one-unit-out variance of the log ratio, from the units themselves; None where only sums are known."""

    @property
    def ratio(self) -> float:
        """Sum of numerators over sum of denominators; only where ``problem`` allows it."""
        return self.sum_num / self.sum_den

    @property
    def problem(self) -> Reason | None:
        """Why no log ratio with a variance exists; None where it does."""
        numbers = (self.sum_num, self.sum_den, self.var_num, self.var_den, self.cov)
        if not all(isfinite(x) for x in numbers):
            return "not-finite"
        if min(self.sum_num, self.sum_den, self.var_num, self.var_den) < 0:
            return "negative-input"
        if self.sum_den == 0:
            return "zero-denominator"
        if self.sum_num == 0:
            return "zero-numerator"
        if self.n < 2:
            return "too-few-units"
        variance = self.jackknife_log_variance
        return None if variance is None or isfinite(variance) else "one-unit-holds-all"

    @property
    def log_variance(self) -> float:
        """Variance of the log ratio: the jackknife's, else the delta method's; 0 where the units do not vary."""
        if self.jackknife_log_variance is not None:
            return self.jackknife_log_variance
        parts = (self.n, self.sum_num, self.sum_den, self.var_num, self.var_den, self.cov)
        return float(delta_log_variance(*(column(part) for part in parts))[0])


@dataclass(frozen=True, slots=True, eq=False)
class RatioUnits:
    """One variant's units: numerator and denominator of each, shape (n,), in any order."""

    numerators: Floats
    denominators: Floats

    @classmethod
    def of(cls, numerators: ArrayLike, denominators: ArrayLike) -> "RatioUnits":
        """Units from any sequences of numbers of equal length. Raises ValueError where the lengths differ."""
        num, den = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
        if num.ndim != 1 or num.shape != den.shape:
            raise ValueError(f"numerators and denominators must be two lists of equal length: {num.shape}, {den.shape}")
        return cls(num, den)

    @property
    def problem(self) -> Reason | None:
        """Why these units cannot be summed up; None where they can."""
        if not (np.isfinite(self.numerators).all() and np.isfinite(self.denominators).all()):
            return "not-finite"
        if self.numerators.size == 0:
            return "too-few-units"
        if (self.numerators < 0).any() or (self.denominators < 0).any():
            return "negative-input"
        return None

    def statistic(self) -> RatioStatistic | NoResult:
        """Sufficient statistics with the jackknife's variance."""
        if self.problem is not None:
            return NoResult(self.problem)
        n = self.numerators.size
        with np.errstate(over="ignore", invalid="ignore"):
            spread = np.cov(self.numerators, self.denominators, ddof=1) if n > 1 else np.zeros((2, 2))
            sums = float(self.numerators.sum()), float(self.denominators.sum())
        if not (np.isfinite(spread).all() and np.isfinite(sums).all()):
            return NoResult("out-of-range")
        var_num, cov, var_den = float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])
        return RatioStatistic(n, *sums, var_num, var_den, cov, self._jackknife(*sums))

    def _jackknife(self, sum_num: float, sum_den: float) -> float | None:
        """``(n - 1) / n`` times the squared spread of leave-one-out log ratios (Efron & Tibshirani 1993, ch. 11)."""
        n = self.numerators.size
        if n < 2 or not sum_num > 0 or not sum_den > 0:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            left_num = 1.0 - self.numerators / sum_num
            left_den = 1.0 - self.denominators / sum_den
            logs = np.log(np.maximum(left_num, 0.0)) - np.log(np.maximum(left_den, 0.0))
        if not np.isfinite(logs).all():
            return float("inf")
        spread = float(((logs - logs.mean()) ** 2).sum())
        rounding = float(((ROUNDING / left_num + ROUNDING / left_den) ** 2).sum())
        return 0.0 if spread <= rounding else (n - 1) / n * spread


def delta_log_variance(
    n: Floats, sum_num: Floats, sum_den: Floats, var_num: Floats, var_den: Floats, cov: Floats
) -> Floats:
    """Variance of ``log(sum_num / sum_den)`` by the delta method, any shape; 0 where the ratio does not vary.

    Var = (var_num / m_num^2 - 2 cov / (m_num m_den) + var_den / m_den^2) / n, with m the means (Deng et al., KDD 2018).
    It runs low for few and very uneven units, which is why the jackknife is preferred where units are at hand.
    """
    mean_num, mean_den = sum_num / n, sum_den / n
    parts = var_num / mean_num / mean_num + var_den / mean_den / mean_den
    total = parts - 2.0 * cov / mean_num / mean_den
    return np.where(total > np.maximum(CANCELLATION_FLOOR * parts, ROUNDING**2), total, 0.0) / n
