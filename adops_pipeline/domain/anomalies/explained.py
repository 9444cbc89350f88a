"""The range around an expected value that needs no explanation: own changes, and the end of a shock. Arrays only.

A level is the median of the days before. Where a change of settings lies among these days, the median of the days as
they would have been under the new settings is as good a level; where the days before were a shock, so is the level
before the shock. A day anywhere between is as expected, and only what lies beyond counts.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.anomalies.changes import NOTHING, Paths
from adops_pipeline.domain.day_panel import Floats, Indices, Mask, row_median, running_sum

_LEAST_LEVEL_DAYS = 3
_BEFORE_SHOCK_DAYS = 28
"""Days whose median a shock of up to half of them does not move."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Lowest and highest shift of the expected value that is explained, campaigns x judged days; 0: none is."""

    low: Floats
    high: Floats

    def together(self, other: "Explained") -> "Explained":
        """What both explain, one on top of the other."""
        return Explained(self.low + other.low, self.high + other.high)

    def beyond(self, off: Floats) -> Floats:
        """The part of a deviation from the expected value that is not explained."""
        return np.asarray(off - np.clip(off, self.low, self.high))


def unexplained(campaigns: int, judged: int) -> Explained:
    """Nothing is explained."""
    return Explained(*np.zeros((2, campaigns, judged)))


def explain_levels(values: Floats, level_days: int, judged: int, paths: Paths | None) -> Explained:
    """What changes explain of the level of ``values`` (campaigns x days, on the logarithm's scale)."""
    found = unexplained(len(values), judged)
    if paths is None:
        return found
    columns = values.shape[1]
    at, day = np.nonzero(paths.moved(level_days)[:, columns - judged :])
    if at.size:
        row, days = paths.rows[at], day + columns - judged
        before = days[:, None] - np.arange(level_days, 0, -1)
        window = np.where(before >= 0, values[row[:, None], before], np.nan)
        level = _median(window)
        shifts = []
        for path in (paths.low, paths.high):
            followed = _median(window - path[at[:, None], before]) + path[at, days]
            # A change on the day itself: the days before are all under the old settings.
            shifts.append(np.nan_to_num(followed - level))
        found.low[row, day], found.high[row, day] = np.minimum(*shifts), np.maximum(*shifts)
    found.low[paths.rows] = np.where(paths.partial[:, -judged:], NOTHING, found.low[paths.rows])
    return found


def explain_rates(counts: Floats, window: Indices, paths: Paths | None, expected: Floats) -> tuple[Floats, Floats]:
    """The lowest and highest expected counts that changes explain, from the mean of the ``window`` days before.

    ``expected`` and ``window`` are campaigns x judged days; ``expected`` is what is expected without the changes.
    """
    low, high = expected.copy(), expected.copy()
    if paths is None:
        return low, high
    rows, judged = paths.rows, expected.shape[1]
    ends = np.arange(counts.shape[1] - judged, counts.shape[1])[None, :]
    begins = np.maximum(ends - window[rows], 0)

    def mean(of_days: Floats, scale: Floats | float) -> Floats:
        total = running_sum(of_days)
        seen = np.take_along_axis(total, ends, axis=1) - np.take_along_axis(total, begins, axis=1)
        return np.asarray(seen * scale + 0.5)

    plain = mean(counts[rows], 1.0)
    paths_of = (paths.low, paths.high)
    ratios = [mean(counts[rows] * np.exp(-path), np.exp(path[:, ends[0]])) / plain for path in paths_of]
    low[rows] *= np.where(paths.partial[:, -judged:], 0.0, np.minimum(np.minimum(*ratios), 1.0))
    high[rows] *= np.maximum(np.maximum(*ratios), 1.0)
    return low, high


def explain_return(values: Floats, level_days: int, far: Mask, reach: Floats, found: Explained) -> Explained:
    """``found`` with the way back from a shock: the level of four weeks, where that of the last days is far from it.

    Only the days that are ``far`` (campaigns x judged days) are looked at; ``reach`` is how far a level is far.
    """
    row, day = np.nonzero(far)
    if not row.size:
        return found
    days = day + values.shape[1] - far.shape[1]
    before = days[:, None] - np.arange(_BEFORE_SHOCK_DAYS, 0, -1)
    window = np.where(before >= 0, values[row[:, None], before], np.nan)
    back = np.nan_to_num(_median(window) - _median(window[:, -level_days:]))
    back = np.where(np.abs(back) >= reach[row, day] / 2.0, back, 0.0)
    low, high = found.low.copy(), found.high.copy()
    low[row, day] += np.minimum(back, 0.0)
    high[row, day] += np.maximum(back, 0.0)
    return Explained(low, high)


def _median(windows: Floats) -> Floats:
    enough = np.isfinite(windows).sum(axis=1) >= _LEAST_LEVEL_DAYS
    return np.asarray(np.where(enough, row_median(windows), np.nan))
