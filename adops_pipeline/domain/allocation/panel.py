"""Daily rows as a dense panel, campaigns x days: what the curve fitting reads. No statistics beyond sums."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.allocation.curves import Floats

Indices = npt.NDArray[np.intp]
KEY = ("platform", "campaign_id", "currency")
_COLUMNS = ("spend", "revenue", "conversions", "maturity")


@dataclass(frozen=True, slots=True)
class Panel:
    """Arrays of campaigns x days; a day without a row has no spend. Money in major units of the campaign's currency.

    ``maturity`` is the share of a day's conversions that is known already, from 0 (a day not to be used) to 1.
    ``keys`` has one row per campaign (platform, campaign_id, currency), sorted; ``group`` numbers its platforms.
    """

    keys: pl.DataFrame
    group: Indices
    first_day: date
    spend: Floats
    revenue: Floats
    conversions: Floats
    maturity: Floats

    @property
    def weekday(self) -> Indices:
        """Weekday of each day, Monday 0."""
        return (np.arange(self.spend.shape[1]) + self.first_day.weekday()).astype(np.intp) % 7


def clean_daily(daily: pl.DataFrame, as_of: date, immature_days: int) -> pl.DataFrame:
    """Rows of ``daily`` up to ``as_of`` with known types: keys as text, spend exact, numbers finite and at least 0.

    ``daily`` has a row per platform, campaign_id, currency and date, with spend, revenue and conversions; nulls, NaN,
    infinite and negative values count as 0. Where it has no column ``maturity``, the last ``immature_days`` days count
    as unknown and all others as complete.
    """
    last_known = as_of - timedelta(days=immature_days)
    maturity = pl.col("maturity") if "maturity" in daily.columns else pl.col("date") <= last_known
    exact = pl.col("spend") if daily.schema["spend"].is_decimal() else _finite(pl.col("spend"))
    return daily.filter(pl.col("date") <= as_of).select(
        *(pl.col(name).cast(pl.String).fill_null("") for name in KEY),
        pl.col("date").cast(pl.Date),
        exact.cast(pl.Decimal(38, 6)).fill_null(0).clip(lower_bound=0).alias("spend"),
        *(_finite(pl.col(name)).clip(lower_bound=0.0) for name in ("revenue", "conversions")),
        _finite(maturity).clip(0.0, 1.0).alias("maturity"),
    )


def build_panel(rows: pl.DataFrame, as_of: date, days: int) -> Panel:
    """The last ``days`` days up to ``as_of`` of cleaned ``rows``; rows of one campaign and date are added up."""
    first_day = as_of - timedelta(days=days - 1)
    inside = rows.lazy().filter(pl.col("date") >= first_day)
    keys = inside.select(KEY).unique().sort(KEY).collect()
    day = (pl.col("date") - first_day).dt.total_days()
    indexed = (
        inside.join(keys.with_row_index("row").lazy(), on=KEY, how="left", maintain_order="left")
        .select((pl.col("row").cast(pl.Int64) * days + day).alias("cell"), pl.col(_COLUMNS).cast(pl.Float64))
        .collect()
    )
    cell, shape = indexed["cell"].to_numpy(), (keys.height, days)
    values = {name: np.zeros(shape) for name in _COLUMNS}
    for name in ("spend", "revenue", "conversions"):
        values[name] += np.bincount(cell, indexed[name].to_numpy(), keys.height * days).reshape(shape)
    values["maturity"].reshape(-1)[cell] = indexed["maturity"].to_numpy()
    group = keys["platform"].rank("dense").cast(pl.Int64).to_numpy() - 1
    return Panel(keys, group.astype(np.intp), first_day, **values)


def _finite(column: pl.Expr) -> pl.Expr:
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number).otherwise(0.0).name.keep()
