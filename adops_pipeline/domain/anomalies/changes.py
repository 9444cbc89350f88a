"""A buyer's own changes (budgets, status, bids): by how much each may have moved a campaign's metrics. No verdicts.

A change explains a range, because the data cannot say how far a campaign follows it: a raised budget is spent only as
far as there is demand, while a campaign that was limited by its budget must follow a cut.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask, running_sum
from adops_pipeline.domain.figures import figure
from adops_pipeline.domain.tables.anomalies import AnomalyMetric
from adops_pipeline.domain.vocabulary import CampaignStatus

CHANGES = {
    "platform": pl.String(), "campaign_id": pl.String(), "change_date": pl.Date(), "field": pl.String(),
    "old_value": pl.String(), "new_value": pl.String(), "source": pl.String(),
}  # fmt: skip
"""The columns of campaign_changes that are read."""

_RESPONSE: Mapping[str, Mapping[AnomalyMetric, tuple[float, float]]] = {
    "budget": {
        "spend": (0.0, 1.0), "impressions": (0.0, 1.0), "conversions": (0.0, 1.0),
        "ctr": (-0.5, 0.5), "cpc": (-0.5, 0.5),
    },
    "bid": {
        "spend": (0.0, 2.0), "impressions": (0.0, 2.0), "conversions": (0.0, 2.0),
        "ctr": (-0.5, 0.5), "cpc": (0.0, 1.0),
    },
}  # fmt: skip
"""Least and greatest relative change of a metric per relative change of the setting, both as logarithms.

A bid moves the price by at most its own change, and volume in an auction by more than that.
"""
_VOLUMES = ("spend", "impressions", "conversions")
_UNKNOWN_STEP = math.log(3.0)
"""Assumed for a setting that had no amount before or has none now, and at least for lifetime budgets."""
_LARGEST_STEP = math.log(100.0)
_LIMITED = 0.8
"""A campaign that spends this share of its daily budget is limited by it."""
_SETTLING_DAYS = 2
"""A platform may still deliver by the budget before on the day of the change and on the day after it."""
_LEVEL_DAYS = 7
_SHOWN_DAYS = 7
NOTHING = -50.0
"""Logarithm that stands for no delivery at all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one campaign; ``day`` is the panel's column, before the panel's first day negative."""

    day: int
    on: date
    field: str
    old: str | None
    new: str | None
    is_observed: bool
    """Found by comparing two pulls: it may have been made on the day before."""
    is_shared: bool

    @property
    def first(self) -> int:
        """The first day on which the change may show."""
        return self.day - 1 if self.is_observed else self.day

    @property
    def starts(self) -> bool:
        """Whether the change made the campaign active."""
        return self.field == "status" and (self.new or "").lower() == CampaignStatus.ACTIVE.value

    def describe(self, currency: str) -> str:
        """``the daily budget was changed from EUR 100.00 to EUR 120.00 on 2025-06-23``."""
        values = [_words(self.field, value, currency) for value in (self.old, self.new)]
        name = self.field.replace("_", " ")
        owner = "shared " if self.is_shared and "budget" in self.field else ""
        return f"the {owner}{name} was changed from {values[0]} to {values[1]} on {self.on}"


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of each of the panel's campaigns, by its row, in the order of time."""

    panel: DayPanel
    of: Mapping[int, tuple[Change, ...]]

    def paths(self, metric: AnomalyMetric) -> "Paths | None":
        """How far the campaigns' changes may have moved ``metric``; None if none of them could."""
        columns = self.panel.has_row.shape[1]
        low, high = np.zeros((2, len(self.of), columns))
        partial = np.zeros((len(self.of), columns), dtype=np.bool_)
        for at, (row, changes) in enumerate(self.of.items()):
            for change in changes:
                self._add(metric, row, change, low[at], high[at])
                if change.field == "status" and metric in _VOLUMES:
                    partial[at, max(change.first, 0) : max(change.day + _SETTLING_DAYS, 0)] = True
        if not (low.any() or high.any() or partial.any()):
            return None
        return Paths(np.array(list(self.of), dtype=np.intp), low, high, partial)

    def _add(self, metric: AnomalyMetric, row: int, change: Change, low: Floats, high: Floats) -> None:
        """Add the change to the campaign's lowest and highest path."""
        kind = "budget" if change.field.endswith("budget") else change.field
        if kind not in _RESPONSE:
            return
        step, first = _step(change), max(change.first, 0)
        least, greatest = _RESPONSE[kind][metric]
        if step is None or change.field == "lifetime_budget":
            # Neither what is left of a lifetime budget nor its days are known here.
            size = max(_UNKNOWN_STEP, abs(step or 0.0))
            up, down = step is None or step > 0, step is None or step < 0
            ends = (-size * max(abs(least), greatest) * down, size * max(abs(least), greatest) * up)
        else:
            ends = (min(least * step, greatest * step), max(least * step, greatest * step))
        low[first:] += ends[0]
        high[first:] += ends[1]
        if step is not None and step < 0 and metric == "spend" and self._is_limited(row, change):
            high[max(change.day + _SETTLING_DAYS, 0) :] += step

    def _is_limited(self, row: int, change: Change) -> bool:
        """Whether the campaign spent its daily budget before the change, and so must follow a cut."""
        budget = _amount(change.old)
        if change.field != "daily_budget" or change.is_shared or budget is None or change.first < _LEVEL_DAYS:
            return False
        days = slice(change.first - _LEVEL_DAYS, change.first)
        spent = self.panel["spend"][row, days][self.panel.has_row[row, days]]
        return spent.size > 0 and float(np.median(spent)) >= _LIMITED * budget

    def shown(self, row: int, day: int, window: int = _SHOWN_DAYS) -> tuple[Change, ...]:
        """Changes that may still show on ``day``: one for each setting, the newest."""
        newest = {c.field: c for c in self.of.get(row, ()) if 0 <= day - c.first < window}
        return tuple(newest.values())

    def restarted(self, row: int) -> int:
        """The day of the last change of status to active; -1 if there is none."""
        days = [c.day for c in self.of.get(row, ()) if c.starts]
        return max(days, default=-1)

    def paused(self) -> Mask:
        """Campaigns x days on which a campaign was off by its buyer's own setting, the days of the changes included."""
        off: Mask = np.zeros(self.panel.has_row.shape, dtype=np.bool_)
        for row, changes in self.of.items():
            statuses = [c for c in changes if c.field == "status"]
            ends = [after.day + 1 for after in statuses[1:]] + [off.shape[1]]
            for n, change in enumerate(statuses):
                if not change.starts:
                    off[row, max(change.first, 0) : max(ends[n], 0)] = True
        return off


@dataclass(frozen=True, slots=True)
class Paths:
    """Lowest and highest level that changes explain, as logarithms, cumulated over the panel's days.

    Only differences between days have a meaning. ``rows`` are the panel's rows of the campaigns; ``partial`` are days
    on which a campaign was on for a part of the day only.
    """

    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    low: Floats
    high: Floats
    partial: Mask

    def moved(self, window: int) -> Mask:
        """Campaigns x days with a step on the day or within the ``window`` days before it."""
        step = np.abs(np.diff(self.low, axis=1, prepend=0.0)) + np.abs(np.diff(self.high, axis=1, prepend=0.0))
        total = running_sum((step > 0).astype(np.float64))
        ends = np.arange(1, total.shape[1])
        return np.asarray(total[:, ends] - total[:, np.maximum(ends - window - 1, 0)] > 0)


def read_changes(changes: pl.DataFrame | None, campaigns: pl.DataFrame | None, panel: DayPanel) -> Changes | None:
    """The changes (columns of ``CHANGES``) of the panel's campaigns; None if there are none.

    A change of a shared budget counts for each campaign that ``campaigns`` (``shared_budget_id``) says draws on it.
    """
    if changes is None or changes.is_empty():
        return None
    known = changes.select(pl.col(name).cast(kind) for name, kind in CHANGES.items())
    known = known.with_columns(is_shared=pl.lit(value=False))
    if campaigns is not None and "shared_budget_id" in campaigns.columns:
        members = campaigns.select(
            pl.col("platform").cast(pl.String),
            pl.col("shared_budget_id").cast(pl.String).alias("campaign_id"),
            pl.col("campaign_id").cast(pl.String).alias("member"),
        ).drop_nulls()
        shared = known.join(members, on=["platform", "campaign_id"], how="inner")
        shared = shared.with_columns(pl.col("member").alias("campaign_id"), pl.lit(value=True).alias("is_shared"))
        known = pl.concat([known, shared.select(known.columns)])
    rows = panel.keys.with_row_index("row").join(known, on=["platform", "campaign_id"], how="inner")
    of: dict[int, list[Change]] = {}
    for row in rows.sort("row", "change_date", maintain_order=True).iter_rows(named=True):
        day = (row["change_date"] - panel.first_day).days
        if day < panel.has_row.shape[1] + 1:
            of.setdefault(row["row"], []).append(
                Change(
                    day, row["change_date"], row["field"], row["old_value"], row["new_value"],
                    row["source"] == "pull", row["is_shared"],
                )
            )  # fmt: skip
    return Changes(panel, {row: tuple(found) for row, found in of.items()}) if of else None


def _step(change: Change) -> float | None:
    """Logarithm of the new amount over the old one; None where one of them is not an amount above 0."""
    old, new = _amount(change.old), _amount(change.new)
    if old is None or new is None:
        return None
    return float(np.clip(math.log(new / old), -_LARGEST_STEP, _LARGEST_STEP))


def _amount(value: str | None) -> float | None:
    try:
        amount = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return amount if math.isfinite(amount) and amount > 0 else None


def _words(field: str, value: str | None, currency: str) -> str:
    """A setting's value as people read it: amounts as money."""
    if value is None:
        return "none"
    amount = _amount(value)
    return value if amount is None or field == "status" else figure("spend", amount, currency)
