"""What the calendar says of the judged days: names of their events, and the change that they may have brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.anomalies.explained import Explained
from adops_pipeline.domain.day_panel import DayPanel

_METRICS: Mapping[str, str] = {"spend": "spend", "impressions": "spend", "conversions": "conversions"}
"""Metrics that events move, and whose change in the calendar holds for them."""


@dataclass(frozen=True, slots=True)
class Occasions:
    """``shifts``: by metric, lowest and highest change (logarithm) of the judged days that events explain."""

    names: Mapping[tuple[str, str, date], str]
    shifts: Mapping[str, Explained]

    def name(self, platform: str, account_id: str, day: date) -> str | None:
        """The events of an account's day; None without any."""
        return self.names.get((platform, account_id, day))


def read_occasions(
    calendar: pl.DataFrame | None, panel: DayPanel, accounts: Sequence[str], judged: int
) -> Occasions | None:
    """The events in ``calendar`` (rows of `calendar_days`) on the last ``judged`` days of the panel's campaigns.

    Events that are limited to projects are left out: campaigns do not say here which project they belong to. A day
    without any effect is as good as one with the expected effect, so only what lies beyond both is a surprise.
    """
    if calendar is None:
        return None
    columns = panel.has_row.shape[1]
    first, last = panel.day(columns - judged), panel.day(columns - 1)
    known = calendar.filter(pl.col("date").is_between(first, last) & pl.col("projects").is_null())
    if known.is_empty():
        return None
    key = ["platform", "account_id", "date"]
    named = known.sort("name").group_by(key).agg(pl.col("name").unique(maintain_order=True).str.join(", "))
    names = {(platform, account, day): name for platform, account, day, name in named.select(*key, "name").iter_rows()}
    places: dict[tuple[str, str], list[int]] = {}
    for place, (platform, account) in enumerate(zip(panel.keys["platform"].to_list(), accounts, strict=True)):
        places.setdefault((platform, account), []).append(place)
    shifts = {metric: Explained(*np.zeros((2, len(accounts), judged))) for metric in _METRICS}
    for row in known.unique(key, maintain_order=True).iter_rows(named=True):
        members = places.get((row["platform"], row["account_id"]), [])
        day = (row["date"] - first).days
        for metric, source in _METRICS.items():
            low, high = row[f"{source}_change_low"], row[f"{source}_change_high"]
            if members and low is not None and high is not None:
                shifts[metric].low[members, day] = min(np.log1p(max(low, -99.0) / 100.0), 0.0)
                shifts[metric].high[members, day] = max(np.log1p(high / 100.0), 0.0)
    return Occasions(names, shifts)
