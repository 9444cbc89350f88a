"""What is known of one variant: successes and trials of a proportion, or sums over the units of a ratio.

No test is done here. Money enters as float on purpose: variances of amounts are estimates, no ledger is kept with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.reasons import Reason

ROUNDING = 4 * float(np.finfo(np.float64).eps)
"""Relative error of a unit's share: units whose logs spread no further differ by rounding alone."""


class Proportion(NamedTuple):
    """``successes`` out of ``trials``. Successes may be fractional (modelled conversions)."""

    successes: float
    trials: float

    @property
    def size(self) -> float:
        """The denominator."""
        return self.trials

    @property
    def counted(self) -> float:
        """What a split is checked on by default."""
        return self.trials


class RatioSums(NamedTuple):
    """A ratio of sums over units (days, users), and how far chance may move it."""

    units: float
    sum_num: float
    sum_den: float
    log_variance: float
    """Variance of the log ratio; infinite where one unit holds everything, 0 where the units do not vary."""
    smallest: float
    """The smallest numerator or denominator of any unit: a negative one is refused. NaN where one is not finite."""

    @property
    def size(self) -> float:
        """The denominator."""
        return self.sum_den

    @property
    def counted(self) -> float:
        """What a split is checked on by default."""
        return self.units


Sample = Proportion | RatioSums


def sum_units(units: pl.DataFrame, by: Sequence[str], *others: pl.Expr) -> pl.DataFrame:
    """One row a group of ``by`` with the fields of ``RatioSums``, from one row a unit with numerator and denominator.

    The variance is the jackknife's: ``(n - 1) / n`` times the squared spread of the leave-one-unit-out log ratios
    (Efron & Tibshirani 1993, ch. 11). ``others`` are further aggregates of the group.
    """
    num, den = pl.col("numerator").cast(pl.Float64), pl.col("denominator").cast(pl.Float64)
    left_num, left_den = ((1.0 - part / part.sum()).clip(lower_bound=0.0) for part in (num, den))
    logs, rounding = left_num.log() - left_den.log(), ((ROUNDING / left_num + ROUNDING / left_den) ** 2).sum()
    spread, count = logs.var(ddof=0) * pl.len(), pl.len().cast(pl.Float64)
    real = pl.when(spread <= rounding).then(0.0).otherwise(spread * (count - 1.0) / count)
    variance = pl.when(pl.len() < 2).then(0.0).when(logs.is_finite().all()).then(real).otherwise(float("inf"))
    is_finite = num.is_finite().all() & den.is_finite().all()
    return units.group_by(by, maintain_order=True).agg(
        count.alias("units"),
        num.sum().alias("sum_num"),
        den.sum().alias("sum_den"),
        variance.alias("log_variance"),
        pl.when(is_finite).then(pl.min_horizontal(num.min(), den.min())).otherwise(float("nan")).alias("smallest"),
        *others,
    )


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
