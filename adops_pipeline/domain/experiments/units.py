"""A person's table of units, read into the two variants' samples. Checks the table; no statistics here.

One row per variant and unit (a day, a user, a region) with that unit's numerator and denominator. Where units are
dates, or begin with one (a day and an ad group), the day is the unit and both variants are paired by it; other units
are taken as independent, for the caller chose them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from adops_pipeline.domain.experiments.metrics import Metric
from adops_pipeline.domain.experiments.pairs import ArmsDays, DayPairs, pair_days, split_p_by_day
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import RatioSums, sum_units

UnitsTable = pl.DataFrame | Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]]
"""A frame, columns by name, or rows by name."""

_NUMBERS = ("numerator", "denominator")
_KEYS = ("variant", "unit")


class TwoVariants(NamedTuple):
    """The first variant seen is A."""

    a: RatioSums
    b: RatioSums
    pairs: DayPairs | None
    """The variants' days; None where units are no days, and where there are too few."""
    is_daily: bool


def read_units(table: UnitsTable, metric: Metric, split: float | None = None) -> TwoVariants | Reason:
    """Both variants' sums, or why they cannot be compared. Rows of the same variant and unit are added up.

    Columns: variant, unit, numerator, denominator; optionally currency. Where the units are dates, both variants must
    begin and end on the same day; a day without any delivery inside may be missing. ``split``: A's promised share of
    the denominators, checked by day.
    """
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table, strict=False)
    problem = _problem(frame, metric)
    if problem is not None:
        return problem
    # one text and one number type, whatever the file's columns were read as; what is no number becomes null
    numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in _NUMBERS]
    rows = frame.select(*(pl.col(name).cast(pl.String).alias(name) for name in _KEYS), *numbers)
    if sum(rows.null_count().row(0)) > 0:
        return "missing-value"
    if rows["variant"].n_unique() != 2:
        return "needs-two-variants"
    if not _same_window(rows):
        return "unequal-windows"
    is_daily = rows["unit"].str.head(10).str.to_date("%Y-%m-%d", strict=False).null_count() == 0
    if is_daily:
        rows = rows.with_columns(pl.col("unit").str.head(10))
    units = rows.group_by(_KEYS, maintain_order=True).agg(pl.col(_NUMBERS).sum())
    sums = sum_units(units, ["variant"]).select(RatioSums._fields)
    a, b = (RatioSums(*row) for row in sums.iter_rows())
    return TwoVariants(a, b, _pairs(units, split) if is_daily else None, is_daily)


def _pairs(units: pl.DataFrame, split: float | None) -> DayPairs | None:
    first, second = units["variant"].unique(maintain_order=True)
    a, b = (units.filter(pl.col("variant") == name).drop("variant") for name in (first, second))
    days = a.join(b, on="unit", how="full", coalesce=True, suffix="_b").fill_null(0.0).sort("unit")
    if days.height < 2:
        return None
    arms = ArmsDays(*(days[name].to_numpy()[None, :] for name in (*_NUMBERS, *(f"{name}_b" for name in _NUMBERS))))
    pairs = pair_days(arms)
    if split is not None:
        pairs = pairs._replace(split_p=split_p_by_day(arms.den_a, arms.den_b, np.array([split])))
    return pairs.row(0)


def _problem(frame: pl.DataFrame, metric: Metric) -> Reason | None:
    if not set(_KEYS + _NUMBERS) <= set(frame.columns):
        return "missing-columns"
    # before adding up, where a refund could hide behind a sale
    for name in _NUMBERS:
        if frame[name].cast(pl.Float64, strict=False).lt(0).any():
            return "negative-input"
    if metric.has_money and "currency" in frame.columns and frame["currency"].n_unique() > 1:
        return "different-currency"
    return None


def _same_window(rows: pl.DataFrame) -> bool:
    days = pl.col("unit").str.head(10).str.to_date("%Y-%m-%d", strict=False)
    ends = rows.group_by("variant").agg(
        days.min().alias("first"), days.max().alias("last"), days.null_count().alias("no_day")
    )
    if ends["no_day"].sum() > 0:
        return True
    return ends["first"].n_unique() == 1 and ends["last"].n_unique() == 1
