"""Weeks as the unit of curve fitting: sums of a campaign's days, counted back from the last day.

A day's departure from its budget follows the day's demand, and neighbouring days err alike. Changes of spend that last
a week are made by people, and weeks are nearly independent of each other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import Indices, Panel

DAYS_PER_YEAR = 365.25
LEAST_MATURITY = 0.3
NEWEST_WEEKS = 4
_LONGEST_BLOCK, _BLOCKS = 4, 6
"""Most weeks in a row that stay in one half of the data (budgets stay alike for about as long), and least blocks."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Arrays of campaigns x weeks, oldest first; a week without a usable day has ``days`` and ``exposure`` 0."""

    outcome: Floats
    exposure: Floats
    """Days with spend, each counted by the share of its outcome that is known."""
    days: Indices
    log_spend: Floats
    """Mean logarithm of the spend a day, 0 where no day is used."""
    years: Floats
    """Per week: years before the last one, 0 or negative."""

    def only(self, kept: npt.NDArray[np.bool_]) -> "Weeks":
        """The weeks where ``kept`` is true."""
        return Weeks(
            self.outcome[:, kept],
            self.exposure[:, kept],
            self.days[:, kept],
            self.log_spend[:, kept],
            self.years[kept],
        )


def sum_weeks(panel: Panel, outcome: Floats, spend: Floats | None = None) -> Weeks:
    """Weeks of ``panel``; ``outcome`` (campaigns x days) is what spend brings, ``spend`` what is felt of it."""
    felt = panel.spend if spend is None else spend
    used = (panel.spend > 0) & (panel.maturity > LEAST_MATURITY)
    starts = week_starts(used.shape[1])
    days = add_weeks(used.astype(np.float64), starts)
    logs = add_weeks(np.log(np.where(used, felt, 1.0)), starts)
    count = len(starts)
    return Weeks(
        add_weeks(np.where(used, outcome, 0.0), starts),
        add_weeks(np.where(used, panel.maturity, 0.0), starts),
        days.astype(np.intp),
        logs / np.maximum(days, 1.0),
        (np.arange(count) - (count - 1)) * 7 / DAYS_PER_YEAR,
    )


def week_starts(days: int) -> Indices:
    """First day of each week, so that the last week is whole."""
    first = days % 7
    return np.concatenate(([0] if first else [], np.arange(first, days, 7))).astype(np.intp)


def add_weeks(values: Floats, starts: Indices) -> Floats:
    """Sums by week of campaigns x days."""
    return np.asarray(np.add.reduceat(values, starts, axis=1), dtype=np.float64)


def halves(weeks: Weeks) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Two halves of the weeks, in turns of a few weeks; the newest block is in the second."""
    count = weeks.days.shape[1]
    with_data = np.flatnonzero(weeks.days.any(axis=0))
    length = count - int(with_data[0]) if with_data.size else count
    block = (np.arange(count)[::-1] // min(max(length // _BLOCKS, 1), _LONGEST_BLOCK)) % 2
    return block == 1, block == 0
