"""From the restatement history to arrivals: how many conversions came between two looks at a day. No estimation."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats, finite

_UNIT = ("platform", "account_id", "date")
_DAY = (*_UNIT, "campaign_id")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One platform's arrivals, summed over days seen at the same lags.

    Row i says: ``amount[i]`` came after lag ``after[i]`` and by lag ``by[i]``, on days first looked at on lag
    ``first[i]`` and last on ``last[i]``. What the first look found has ``by == first`` and ``after == 0``.
    """

    after: Floats
    by: Floats
    first: Floats
    last: Floats
    amount: Floats


def pulled_lags(pulls: pl.DataFrame, horizon: int) -> pl.DataFrame:
    """The lags (1..horizon) at which each account's days were looked at: platform, account_id, date, lag_days.

    ``pulls`` has a row per successful pull: platform, account_id, range_start, range_end, pulled_on (the account's
    local day). A pull on the day itself sees a part of it only and counts for nothing here. A look later than the
    horizon counts as one at the horizon: nothing changes after it.
    """
    ranges = pulls.select("platform", "account_id", "range_start", "range_end", "pulled_on").unique()
    days = ranges.with_columns(pl.date_ranges("range_start", "range_end").alias("date")).explode("date")
    lag = (pl.col("pulled_on") - pl.col("date")).dt.total_days().clip(upper_bound=horizon).cast(pl.Int32)
    return days.select(*_UNIT, lag.alias("lag_days")).filter(pl.col("lag_days") >= 1).unique()


def collect_arrivals(revisions: pl.DataFrame, looks: pl.DataFrame, column: str, horizon: int) -> Arrivals:
    """Arrivals of ``column`` of one platform's campaign days, from the values at each change and the ``looks``.

    A day that its first look did not show had nothing then. A value taken back later counts as a negative arrival.
    """
    spans = looks.group_by(_UNIT).agg(
        pl.col("lag_days").min().alias("first"),
        pl.col("lag_days").max().alias("last"),
        pl.col("lag_days").sort().alias("lags"),
    )
    steps = (
        revisions.filter(pl.col("lag_days") >= 1)
        .with_columns(pl.col("lag_days").clip(upper_bound=horizon).cast(pl.Int32), finite(column))
        .sort(*_DAY, "lag_days", "pulled_at")
        .group_by(*_DAY, "lag_days", maintain_order=True)
        .agg(pl.col(column).last())
        .with_columns((pl.col(column) - pl.col(column).shift(1, fill_value=0.0).over(_DAY)).alias("amount"))
        .join(spans, on=_UNIT, how="inner")
    )
    earlier = looks.rename({"lag_days": "after"}).sort("after")
    # The last look before the change: strictly earlier, so the key is the change's lag less one.
    placed = steps.with_columns((pl.col("lag_days") - 1).alias("before")).sort("before")
    placed = placed.join_asof(
        earlier, left_on="before", right_on="after", by=list(_UNIT), strategy="backward", check_sortedness=False,
        coalesce=False,
    )  # fmt: skip
    cells = (
        placed.with_columns(pl.col("after").fill_null(0))
        .group_by("after", "lag_days", "first", "last")
        .agg(pl.col("amount").sum())
        .filter((pl.col("first") < horizon) & (pl.col("lag_days") <= pl.col("last")))
        .sort("after", "lag_days", "first", "last")
    )
    names = ("after", "lag_days", "first", "last", "amount")
    return Arrivals(*(cells[n].cast(pl.Float64).to_numpy().astype(np.float64) for n in names))
