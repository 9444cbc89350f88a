"""Many experiments' units summed up in one pass, for vectorized.py; samples.py does the same for a single variant."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.samples import ROUNDING


class ArmColumns(NamedTuple):
    """One variant of many ratio experiments, shape (n,) each; made by ``summarise_units`` or from stored sums."""

    units: Floats
    sum_num: Floats
    sum_den: Floats
    log_variance: Floats
    """Variance of the log ratio, infinite where one unit holds everything."""
    smallest: Floats
    """The smallest numerator or denominator of any unit: a negative one is refused."""


def summarise_units(units: pl.DataFrame | pl.LazyFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row a group of ``by`` with the fields of ``ArmColumns``, from one row a unit with numerator and denominator.

    ``log_variance`` is the jackknife's, as in ``RatioUnits.statistic``.
    """
    num, den = pl.col("numerator").cast(pl.Float64), pl.col("denominator").cast(pl.Float64)
    left_num, left_den = ((1.0 - part / part.sum()).clip(lower_bound=0.0) for part in (num, den))
    logs, rounding = left_num.log() - left_den.log(), ((ROUNDING / left_num + ROUNDING / left_den) ** 2).sum()
    spread, count = logs.var(ddof=0) * pl.len(), pl.len().cast(pl.Float64)
    real = pl.when(spread <= rounding).then(0.0).otherwise(spread * (count - 1.0) / count)
    variance = pl.when(pl.len() < 2).then(0.0).when(logs.is_finite().all()).then(real).otherwise(float("inf"))
    return (
        units.lazy()
        .group_by(by, maintain_order=True)
        .agg(
            count.alias("units"),
            num.sum().alias("sum_num"),
            den.sum().alias("sum_den"),
            variance.alias("log_variance"),
            pl.min_horizontal(num.min(), den.min()).alias("smallest"),
        )
        .collect()
    )


def arm_columns(summary: pl.DataFrame) -> ArmColumns:
    """The fields of ``summarise_units`` as arrays, in the frame's order."""
    return ArmColumns(*(summary[name].to_numpy().astype(np.float64) for name in ArmColumns._fields))
