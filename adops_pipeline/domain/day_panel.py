"""Daily rows as dense arrays, campaigns × days, and their medians: what pacing, benchmarks and anomalies share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
KEY = ("platform", "campaign_id")


@dataclass(frozen=True, slots=True)
class DayPanel:
    """Arrays of campaigns x days that begin on ``first_day``; a day without a row is 0 and ``has_row`` False there.

    ``keys`` has a row per campaign (platform, campaign_id), in the order of the arrays' rows.
    """

    keys: pl.DataFrame
    first_day: date
    values: Mapping[str, Floats]
    has_row: Mask

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]

    @property
    def weekday(self) -> Indices:
        """Weekday of each day, Monday 0."""
        return (np.arange(self.has_row.shape[1]) + self.first_day.weekday()).astype(np.intp) % 7

    def day(self, index: int) -> date:
        """The date of a column."""
        return self.first_day + timedelta(days=index)


def numbered(names: pl.Series) -> Indices:
    """A number per distinct name, from 0 in alphabetical order."""
    return names.rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1


def build_panel(
    daily: pl.DataFrame, columns: Sequence[str], first_day: date, last_day: date, keys: pl.DataFrame | None = None
) -> DayPanel:
    """``columns`` of ``daily`` (platform, campaign_id, date, ...) from ``first_day`` to ``last_day``, both included.

    Without ``keys`` every campaign with a row in the range gets one, sorted. Rows of one campaign and day are added up;
    NULL, NaN, infinite and negative values count as 0.
    """
    rows = daily.filter(pl.col("date").is_between(first_day, last_day)).select(
        *(pl.col(name).cast(pl.String) for name in KEY),
        (pl.col("date").cast(pl.Date) - first_day).dt.total_days().alias("day"),
        *(finite(name) for name in columns),
    )
    if keys is None:
        keys = rows.select(KEY).unique().sort(KEY)
    keys = keys.select(pl.col(name).cast(pl.String) for name in KEY)
    rows = rows.join(keys.with_row_index("row"), on=KEY, how="inner")
    shape = (keys.height, (last_day - first_day).days + 1)
    flat = rows["row"].cast(pl.Int64).to_numpy() * shape[1] + rows["day"].cast(pl.Int64).to_numpy()
    size = shape[0] * shape[1]
    values = {
        name: np.bincount(flat, weights=rows[name].to_numpy(), minlength=size).reshape(shape).astype(np.float64)
        for name in columns
    }
    has_row = np.zeros(size, dtype=np.bool_)
    has_row[flat] = True
    return DayPanel(keys, first_day, values, has_row.reshape(shape))


def finite(name: str) -> pl.Expr:
    """The column as a number of at least 0; everything else becomes 0."""
    number = pl.col(name).cast(pl.Float64)
    return pl.when(number.is_finite() & (number > 0)).then(number).otherwise(0.0).alias(name)


def running_sum(values: Floats) -> Floats:
    """Rows x (days + 1): the sum of the days before each day, and of all days."""
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


def row_median(values: Floats) -> Floats:
    """Median along the last axis of what is not NaN; NaN where nothing is. (numpy's own is slow on many short rows.)"""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    ordered = np.array(values, order="C").reshape(-1, values.shape[-1])
    ordered.sort(axis=-1)
    count, row = np.isfinite(ordered).sum(axis=-1), np.arange(len(ordered))
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[-1] - 1)
    middle = ordered[row, low] * 0.5 + ordered[row, high] * 0.5
    return np.asarray(np.where(count > 0, middle, np.nan).reshape(values.shape[:-1]))
