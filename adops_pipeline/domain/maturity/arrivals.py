"""Arrivals from the restatement history: how many conversions came between two pulls of a day. No estimation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats, Indices, finite

_UNIT = ("platform", "account_id", "date")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One platform's arrivals, summed over days seen at the same lags.

    Row i says: ``amount[i]`` came after lag ``after[i]`` and by lag ``by[i]``, on days first looked at on lag
    ``first[i]`` and last on ``last[i]``. What the first look found has ``by == first`` and ``after == 0``.
    """

    after: Indices
    by: Indices
    first: Indices
    last: Indices
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


def collect_arrivals(
    revisions: pl.DataFrame, looks: pl.DataFrame, columns: Sequence[str], horizon: int
) -> dict[str, Arrivals]:
    """Arrivals of each of ``columns`` on one platform's campaign days, from values at each change and ``looks``.

    A day that its first look did not show had nothing then. A value taken back later counts as a negative arrival.
    """
    days = looks.select("account_id", "date").unique().sort("account_id", "date").with_row_index("unit")
    seen = _LooksOfDays.of(looks.join(days, on=["account_id", "date"]), days.height, horizon)
    rows = revisions.filter(pl.col("lag_days") >= 1).join(days, on=["account_id", "date"], how="inner")
    unit, lag = _whole(rows["unit"]), np.minimum(_whole(rows["lag_days"]), horizon)
    campaign = _whole(rows["campaign_id"].cast(pl.Categorical).to_physical())
    day = campaign * max(days.height, 1) + unit
    order = np.lexsort((_whole(rows["pulled_at"].cast(pl.Datetime("us")).to_physical()), lag, day))
    # Of several values at one lag the newest counts.
    is_last = np.append(np.diff(day[order]) != 0, True) | np.append(np.diff(lag[order]) != 0, True)
    kept = order[is_last[: len(order)]]
    day, unit, lag = day[kept], unit[kept], lag[kept]
    is_first = np.append(True, np.diff(day) != 0)[: len(day)]
    bounds = (seen.before[unit, lag], lag, seen.first[unit], seen.last[unit])
    base = horizon + 1
    cell = ((bounds[0] * base + bounds[1]) * base + bounds[2]) * base + bounds[3]
    codes = np.flatnonzero(np.bincount(cell)).astype(np.intp)
    after, by, first, last = (codes // base**power % base for power in (3, 2, 1, 0))
    tells = (first < horizon) & (by <= last)
    after, by, first, last = after[tells], by[tells], first[tells], last[tells]
    result = {}
    for name in columns:
        values = rows.select(finite(name)).to_series().to_numpy()[kept]
        amounts = np.where(is_first, values, np.diff(values, prepend=0.0))
        result[name] = Arrivals(
            after, by, first, last, np.bincount(cell, weights=amounts).astype(np.float64)[codes[tells]]
        )
    return result


@dataclass(frozen=True, slots=True)
class _LooksOfDays:
    """Per account day: first and last look, and for every lag the last look strictly before it (0: none)."""

    first: Indices
    last: Indices
    before: Indices

    @classmethod
    def of(cls, looks: pl.DataFrame, days: int, horizon: int) -> "_LooksOfDays":
        """``looks`` has unit (the day's number) and lag_days."""
        newest = np.zeros((days, horizon + 1), dtype=np.intp)
        unit, lag = _whole(looks["unit"]), _whole(looks["lag_days"])
        newest[unit, lag] = lag
        first = np.argmax(newest > 0, axis=1)
        newest = np.maximum.accumulate(newest, axis=1)
        before = np.concatenate((np.zeros((days, 1), dtype=np.intp), newest[:, :-1]), axis=1)
        return cls(first.astype(np.intp), newest[:, -1], before)


def _whole(column: pl.Series) -> Indices:
    return column.cast(pl.Int64).to_numpy().astype(np.intp)
