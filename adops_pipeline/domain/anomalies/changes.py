"""A buyer's own changes (budgets, status, bids): by how much each may have moved a campaign's metrics. No verdicts.

A change explains a range, because the data cannot say how far a campaign follows it: a raised budget is spent only as
far as there is demand, while a campaign that was limited by its budget must follow a cut.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.anomalies.rules import METRICS
from adops_pipeline.domain.day_panel import DayPanel, Floats, Indices, Mask, row_median, running_sum
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
    "status": dict.fromkeys(METRICS, (0.0, 0.0)),
}  # fmt: skip
"""Least and greatest relative change of a metric per relative change of the setting, both as logarithms.

A bid moves the price by at most its own change, and volume in an auction by more than that.
"""
_KINDS = tuple(_RESPONSE)
_VOLUMES = ("spend", "impressions", "conversions")
_UNKNOWN_STEP = math.log(3.0)
"""Assumed for a setting that had no amount before or has none now, and at least for lifetime budgets."""
_LARGEST_STEP = math.log(100.0)
_LEAST_STEP = 1e-9
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

    def pushes(self, metric: AnomalyMetric, *, up: bool) -> bool:
        """Whether the change can have moved ``metric`` in this direction."""
        if self.field == "status":
            return metric in _VOLUMES and self.starts == up
        if metric == "ctr" or (metric == "cpc" and self.field != "bid"):
            return metric == "ctr" and self.field == "bid"
        step = _step(self)
        return step is None or (step > 0) == up

    def describe(self, currency: str) -> str:
        """``the daily budget was changed from EUR 100.00 to EUR 120.00 on 2025-06-23``."""
        values = [_words(self.field, value, currency) for value in (self.old, self.new)]
        name = self.field.replace("_", " ")
        owner = "shared " if self.is_shared and "budget" in self.field else ""
        return f"the {owner}{name} was changed from {values[0]} to {values[1]} on {self.on}"


@dataclass(frozen=True, slots=True)
class _Steps:
    """All changes as arrays: index of the campaign, days, logarithm of new over old amount (NaN: unknown)."""

    at: Indices
    first: Indices
    day: Indices
    size: Floats
    kind: Indices
    """Position in ``_KINDS``."""
    is_lifetime: Mask
    must_follow: Mask
    """Cuts of a daily budget by which the campaign was limited."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of each of the panel's campaigns, by its row, in the order of time."""

    panel: DayPanel
    of: Mapping[int, tuple[Change, ...]]
    steps: _Steps

    def paths(self, metric: AnomalyMetric) -> "Paths | None":
        """How far the campaigns' changes may have moved ``metric``; None if none of them could."""
        steps, columns = self.steps, self.panel.has_row.shape[1]
        low, high = _ends(metric, steps)
        diffs = np.zeros((3, len(self.of), columns + 1))
        first, settled = (np.clip(day, 0, columns) for day in (steps.first, steps.day + _SETTLING_DAYS))
        np.add.at(diffs[0], (steps.at, first), low)
        np.add.at(diffs[1], (steps.at, first), high)
        if metric == "spend":
            np.add.at(diffs[1], (steps.at, settled), np.where(steps.must_follow, steps.size, 0.0))
        if metric in _VOLUMES:
            is_status = (steps.kind == _KINDS.index("status")).astype(np.float64)
            np.add.at(diffs[2], (steps.at, first), is_status)
            np.add.at(diffs[2], (steps.at, settled), -is_status)
        if not diffs.any():
            return None
        lowest, highest, partly = np.cumsum(diffs, axis=2)[:, :, :columns]
        return Paths(np.array(list(self.of), dtype=np.intp), lowest, highest, partly > 0)

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
        total = running_sum((step > _LEAST_STEP).astype(np.float64))
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
    return Changes(panel, {row: tuple(found) for row, found in of.items()}, _steps(panel, of)) if of else None


def _steps(panel: DayPanel, of: Mapping[int, Sequence[Change]]) -> _Steps:
    known = [(at, row, change) for at, (row, found) in enumerate(of.items()) for change in found]
    changes = [change for _, _, change in known]
    rows = np.array([row for _, row, _ in known], dtype=np.intp)
    first, day = (np.array(days, dtype=np.intp) for days in zip(*((c.first, c.day) for c in changes), strict=True))
    size = np.array([math.nan if (step := _step(c)) is None else step for c in changes])
    is_cut = [c.field == "daily_budget" and not c.is_shared for c in changes] & (np.nan_to_num(size) < 0)
    before = first[:, None] - np.arange(_LEVEL_DAYS, 0, -1)
    inside = (before >= 0) & (before < panel.has_row.shape[1])
    cells = rows[:, None], np.where(inside, before, 0)
    spent = row_median(np.where(inside & panel.has_row[cells], panel["spend"][cells], np.nan))
    budget = np.array([_amount(c.old) or math.nan for c in changes])
    with np.errstate(invalid="ignore"):
        is_limited = spent >= _LIMITED * budget
    return _Steps(
        np.array([at for at, _, _ in known], dtype=np.intp), first, day, size,
        np.array([_KINDS.index("budget" if c.field.endswith("budget") else c.field) for c in changes], dtype=np.intp),
        np.array([c.field == "lifetime_budget" for c in changes], dtype=np.bool_),
        np.asarray(is_cut & is_limited, dtype=np.bool_),
    )  # fmt: skip


def _ends(metric: AnomalyMetric, steps: _Steps) -> tuple[Floats, Floats]:
    """The lowest and the highest shift of ``metric`` that each change explains."""
    least, greatest = (np.array([_RESPONSE[kind][metric][end] for kind in _KINDS])[steps.kind] for end in (0, 1))
    size = np.nan_to_num(steps.size)
    low, high = np.minimum(least * size, greatest * size), np.maximum(least * size, greatest * size)
    # Neither what is left of a lifetime budget nor its days are known here.
    vague = np.isnan(steps.size) | steps.is_lifetime
    most = np.maximum(_UNKNOWN_STEP, np.abs(size)) * np.maximum(np.abs(least), greatest)
    down, up = np.isnan(steps.size) | (size < 0), np.isnan(steps.size) | (size > 0)
    return np.where(vague, -most * down, low), np.where(vague, most * up, high)


def _step(change: Change) -> float | None:
    """Logarithm of the new amount over the old one; None where one of them is not an amount above 0."""
    old, new = _amount(change.old), _amount(change.new)
    if old is None or new is None:
        return None
    return max(-_LARGEST_STEP, min(math.log(new) - math.log(old), _LARGEST_STEP))


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
