"""What the calendar's events add to the days of each period, in weekday weights. Arrays only once it is read."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats, Indices, Mask

_LEAST_FACTOR = 0.1
"""A day that an event leaves with less tells nothing about the other days."""
_CERTAINTY = 1.2816
"""Standard deviations to either side of an interval of 80 %."""


@dataclass(frozen=True, slots=True)
class Occasions:
    """Event days of all accounts: ``member`` (entities x event days) says which are an entity's.

    ``change`` is the expected relative change of spend on each day, ``deviation`` how uncertain it is.
    """

    ordinals: Indices
    member: Mask
    event: Indices
    change: Floats
    deviation: Floats

    def factors(self, first: int, days: int) -> Floats:
        """What events are expected to make of each of ``days`` days from ``first`` (ordinal): entities x days."""
        found = np.ones((len(self.member), days))
        for number in np.flatnonzero((self.ordinals >= first) & (self.ordinals < first + days)):
            factor = max(1.0 + float(self.change[number]), _LEAST_FACTOR)
            found[self.member[:, number], self.ordinals[number] - first] = factor
        return found

    def added(self, weights: Floats, first: Indices, last: Indices) -> tuple[Floats, Floats]:
        """What events add to each entity's weights from day ``first`` to ``last`` (ordinals), and its deviation.

        Days of one event are off together, different events are not.
        """
        inside = self.member & (self.ordinals >= first[:, None]) & (self.ordinals <= last[:, None])
        shaped = np.where(inside, weights[:, (self.ordinals - 1) % 7], 0.0)
        same = (self.event[:, None] == np.arange(int(self.event.max(initial=-1)) + 1)).astype(np.float64)
        spread = np.sqrt((((shaped * self.deviation) @ same) ** 2).sum(axis=1))
        return shaped @ self.change, np.asarray(spread, dtype=np.float64)


def read_occasions(calendar: pl.DataFrame | None, entities: pl.DataFrame) -> Occasions:
    """The event days of ``entities`` (platform, account_id) in ``calendar`` (rows of `calendar_days`).

    Events that are limited to projects are left out: a budget may be that of several campaigns.
    """
    key = ["platform", "account_id", "date"]
    if calendar is None:
        known: list[tuple[str, str, date, str, float, float, float]] = []
    else:
        figures = ["spend_change_pct", "spend_change_low", "spend_change_high"]
        rows = calendar.filter(pl.col("projects").is_null()).drop_nulls(figures).unique(key, keep="first")
        known = rows.sort(key).select(*key, "name", *figures).rows()
    places: dict[tuple[str, str], list[int]] = {}
    for place, (platform, account) in enumerate(entities.select("platform", "account_id").iter_rows()):
        places.setdefault((platform, account), []).append(place)
    member = np.zeros((entities.height, len(known)), dtype=np.bool_)
    for column, row in enumerate(known):
        member[places.get((row[0], row[1]), []), column] = True
    names = {name: n for n, name in enumerate(dict.fromkeys(row[3] for row in known))}
    change, low, high = (np.array([row[at] for row in known], dtype=np.float64) / 100.0 for at in (4, 5, 6))
    return Occasions(
        np.array([row[2].toordinal() for row in known], dtype=np.intp),
        member,
        np.array([names[row[3]] for row in known], dtype=np.intp),
        change,
        (high - low) / (2 * _CERTAINTY),
    )
