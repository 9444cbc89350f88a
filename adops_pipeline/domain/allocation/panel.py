"""Daily rows as a dense panel, campaigns x days: what the curve fitting reads. No statistics beyond sums."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.day_panel import numbered

Indices = npt.NDArray[np.intp]
KEY = ("platform", "campaign_id", "currency")
_COLUMNS = ("spend", "revenue", "conversions", "maturity")


@dataclass(frozen=True, slots=True)
class Panel:
    """Arrays of campaigns x days; a day without a row has no spend. Money in major units of the campaign's currency.

    ``maturity`` is the share of a day's conversions that is known already, from 0 (a day not to be used) to 1.
    ``keys`` has one row per campaign (platform, campaign_id, currency), sorted; ``group`` numbers its platforms.
    ``budget`` is the daily budget in force, NaN where it is not known.
    """

    keys: pl.DataFrame
    group: Indices
    account: Indices
    """Number of the campaign's account; without accounts in the data, of its platform and currency."""
    first_day: date
    spend: Floats
    revenue: Floats
    conversions: Floats
    maturity: Floats
    budget: Floats

    @property
    def weekday(self) -> Indices:
        """Weekday of each day, Monday 0."""
        return (np.arange(self.spend.shape[1]) + self.first_day.weekday()).astype(np.intp) % 7


def clean_daily(daily: pl.DataFrame, as_of: date, immature_days: int) -> pl.DataFrame:
    """Rows of ``daily`` up to ``as_of`` with known types: keys as text, spend exact, numbers finite and at least 0.

    ``daily`` has a row per platform, campaign_id, currency and date, with spend, revenue and conversions; nulls, NaN,
    infinite and negative values count as 0. ``account_id`` and ``daily_budget`` (NULL: unknown) may be missing. Where
    it has no column ``maturity``, the last ``immature_days`` days count as unknown and all others as complete.
    """
    last_known = as_of - timedelta(days=immature_days)
    maturity = pl.col("maturity") if "maturity" in daily.columns else pl.col("date") <= last_known
    exact = pl.col("spend") if daily.schema["spend"].is_decimal() else _finite(pl.col("spend"))
    account = pl.col("account_id") if "account_id" in daily.columns else pl.lit(None)
    budget = pl.col("daily_budget") if "daily_budget" in daily.columns else pl.lit(None)
    # Lazily, the rows are filtered while they are converted: no copy of them all is made in between.
    cleaned = (
        daily.lazy()
        .filter(pl.col("date") <= as_of)
        .select(
            *(pl.col(name).cast(pl.String).fill_null("") for name in KEY),
            account.cast(pl.String).fill_null(pl.col("currency").cast(pl.String)).fill_null("").alias("account_id"),
            pl.col("date").cast(pl.Date),
            exact.cast(pl.Decimal(38, 6)).fill_null(0).clip(lower_bound=0).alias("spend"),
            *(_finite(pl.col(name)).clip(lower_bound=0.0) for name in ("revenue", "conversions")),
            _finite(maturity).clip(0.0, 1.0).alias("maturity"),
            budget.cast(pl.Float64).alias("daily_budget"),
        )
    )
    return cleaned.collect()


def build_panel(rows: pl.DataFrame, as_of: date, days: int) -> Panel:
    """The last ``days`` days up to ``as_of`` of cleaned ``rows``; rows of one campaign and date are added up."""
    first_day = as_of - timedelta(days=days - 1)
    inside = rows.lazy().filter(pl.col("date") >= first_day)
    campaigns = inside.group_by(KEY).agg(pl.col("account_id").min()).sort(KEY).collect()
    keys = campaigns.select(KEY)
    day = (pl.col("date") - first_day).dt.total_days()
    indexed = (
        inside.join(keys.with_row_index("row").lazy(), on=KEY, how="left", maintain_order="left")
        .select(
            (pl.col("row").cast(pl.Int64) * days + day).alias("cell"),
            pl.col(*_COLUMNS, "daily_budget").cast(pl.Float64),
        )
        .collect()
    )
    cell, shape = indexed["cell"].to_numpy(), (keys.height, days)
    values = {name: np.zeros(shape) for name in _COLUMNS}
    for name in ("spend", "revenue", "conversions"):
        values[name] += np.bincount(cell, indexed[name].to_numpy(), keys.height * days).reshape(shape)
    values["maturity"].reshape(-1)[cell] = indexed["maturity"].to_numpy()
    values["budget"] = np.full(shape, np.nan)
    values["budget"].reshape(-1)[cell] = indexed["daily_budget"].fill_null(float("nan")).to_numpy()
    account = campaigns.select(pl.concat_str("platform", pl.lit("/"), "account_id")).to_series()
    return Panel(keys, numbered(keys["platform"]), numbered(account), first_day, **values)


def take_campaigns(panel: Panel, who: Indices) -> Panel:
    """The panel of some campaigns."""
    arrays = ("group", "account", "spend", "revenue", "conversions", "maturity", "budget")
    return replace(panel, keys=panel.keys[who.tolist()], **{name: getattr(panel, name)[who] for name in arrays})


def with_budgets(panel: Panel, changes: pl.DataFrame) -> Panel:
    """The panel with the daily budget in force on each day, NaN before the first one that is known.

    ``changes`` (platform, campaign_id, changed_on, daily_budget) has a row where another budget began to apply.
    """
    campaign, days = ["platform", "campaign_id"], panel.spend.shape[1]
    column = (pl.col("changed_on") - panel.first_day).dt.total_days()
    steps = (
        changes.join(panel.keys.with_row_index("row"), on=campaign)
        .select("row", column.alias("column"), pl.col("daily_budget").cast(pl.Float64))
        .filter(pl.col("column") < days)
        .sort("row", "column")
    )
    amounts = np.append(steps["daily_budget"].to_numpy(), np.nan)
    # Each day takes the number of the newest step; -1, the NaN at the end, before the first one.
    newest = np.full(panel.spend.shape, -1, dtype=np.intp)
    newest[steps["row"].to_numpy(), steps["column"].clip(lower_bound=0).to_numpy()] = np.arange(steps.height)
    return replace(panel, budget=amounts[np.maximum.accumulate(newest, axis=1)])


def _finite(column: pl.Expr) -> pl.Expr:
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number).otherwise(0.0).name.keep()
