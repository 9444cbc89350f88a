"""Days around a change as windows: means of a metric before and after, on the log scale. Arrays in, arrays out.

The same windows are laid around the date of the change and around earlier dates (placebo dates), so that the method's
errors are known from dates on which nothing was changed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices, Mask, running_sum

POST_DAYS = 14
"""Days after the change that are compared; whole weeks, so that weekdays cancel."""
PRE_DAYS = 28
SHORTEST_PRE_DAYS = 14
RECENT_DAYS = 7
LONG_DAYS = 84
"""Days before a change from which the usual level of a campaign is known, where it has them."""
PLACEBO_DATES = 14
_STEP = 7
_MOST_DAYS_WITHOUT_SPEND = 0.1
FEWEST_CONVERSIONS = 10.0
_HALF_COUNT = 0.5
"""Added to counts, so that a week without conversions has a logarithm."""


@dataclass(frozen=True, slots=True)
class MetricDays:
    """A metric of many campaigns by day: a sum, or a ratio of two sums. All arrays are campaigns x days.

    ``spend`` says on which days a campaign ran. ``counts`` are conversions where the metric rests on them, else None.
    ``changed`` marks the days on which something about the campaign was changed.
    """

    numerators: Floats
    denominators: Floats | None
    spend: Floats
    counts: Floats | None
    changed: Mask
    count_in_numerator: bool = False
    count_in_denominator: bool = False


class Windows(NamedTuple):
    """Campaigns x dates; the first date is the change's own, the others are placebo dates, the newest first."""

    change: Floats
    """Log of the mean after the date over the mean before it."""
    features: Floats
    """Deviations of the recent level from the usual one: campaigns x dates x features."""
    level: Floats
    """Log of the mean before the date: of conversions where the metric rests on them, else of the metric."""
    ran: Mask
    """Whether the campaign ran and has enough results to be measured."""
    usable: Mask
    """Whether, besides, nothing about it was changed."""
    spread: Floats
    """Standard deviation of each feature over the usable campaigns, dates x features."""
    ends: Indices
    """Index of the first day of each date's window and of the day after its last one, dates x 2."""


def placebo_dates(date_index: int, pre_days: int) -> Indices:
    """The change's day and earlier days: their windows after end before it, and those before begin within the panel."""
    latest = date_index - POST_DAYS - 1
    found = np.arange(PLACEBO_DATES) * -_STEP + latest
    return np.concatenate([[date_index], found[found >= pre_days]]).astype(np.intp)


def lay_windows(
    sums: "MetricSums", dates: Indices, pre_days: int = PRE_DAYS, *, has_long: bool = True, stopped: int | None = None
) -> Windows:
    """The windows of every campaign around ``dates``, days as indices of columns; the day itself is left out.

    ``has_long`` adds the level of the last twelve weeks as a feature; placebo dates need these days too. Of
    the campaign ``stopped`` only the days before the first date are looked at, and its ``change`` there is 0.
    """
    with np.errstate(invalid="ignore"):
        return _laid(sums, dates, pre_days, has_long=has_long, stopped=stopped)


def _laid(sums: "MetricSums", dates: Indices, pre_days: int, *, has_long: bool, stopped: int | None) -> Windows:
    before = sums.log(dates - pre_days, dates)
    recent = sums.log(dates - RECENT_DAYS, dates)
    after = sums.log(dates + 1, dates + 1 + POST_DAYS)
    features = [recent - before]
    first = dates - pre_days
    if has_long:
        first = dates - LONG_DAYS
        features.append(before - sums.log(first, dates))
    ran = sums.ran(dates + 1, dates + 1 + POST_DAYS)
    if stopped is not None:
        after[stopped, 0], ran[stopped, 0] = before[stopped, 0], True
    ran &= sums.ran(first, dates)
    if sums.has_counts:
        ran &= sums.counted(dates - pre_days, dates) >= FEWEST_CONVERSIONS
    ran &= (first >= 0)[None, :] & np.isfinite(after) & np.isfinite(before) & np.isfinite(recent)
    stacked = np.stack(features, axis=2)
    ran &= np.isfinite(stacked).all(axis=2)
    usable = ran & sums.unchanged(dates - pre_days, dates + 1 + POST_DAYS)
    amount = np.maximum(usable.sum(axis=0), 1)[:, None]
    clean = np.where(usable[:, :, None], stacked, 0.0)
    variance = np.square(clean).sum(axis=0) / amount - np.square(clean.sum(axis=0) / amount)
    spread = np.where(variance > 0, np.sqrt(np.maximum(variance, 0.0)), 1.0)
    level = np.log((sums.counted(dates - pre_days, dates) + _HALF_COUNT) / pre_days) if sums.has_counts else before
    return Windows(
        np.where(ran, after - before, 0.0),
        np.where(ran[:, :, None], stacked, 0.0),
        np.where(ran, level, 0.0),
        ran,
        usable,
        spread,
        np.stack([dates - pre_days, dates + 1 + POST_DAYS], axis=1),
    )


class MetricSums:
    """Sums of a metric between two days, from running sums."""

    def __init__(self, days: MetricDays) -> None:
        self._days = days
        self._numerators = running_sum(days.numerators)
        self._denominators = None if days.denominators is None else running_sum(days.denominators)
        self._spending = running_sum((days.spend > 0).astype(np.float64))
        self._counts = None if days.counts is None else running_sum(days.counts)
        self._changes = running_sum(days.changed.astype(np.float64))
        self.has_counts = days.counts is not None

    def log(self, first: Indices, end: Indices) -> Floats:
        """Log of the metric over the days from ``first`` to before ``end``; a sum is a mean a day."""
        with np.errstate(divide="ignore", invalid="ignore"):
            top = _between(self._numerators, first, end) + _HALF_COUNT * self._days.count_in_numerator
            if self._denominators is None:
                return np.asarray(np.log(top / (end - first)), dtype=np.float64)
            below = _between(self._denominators, first, end) + _HALF_COUNT * self._days.count_in_denominator
            return np.asarray(np.log(top / below), dtype=np.float64)

    def ran(self, first: Indices, end: Indices) -> Mask:
        """Whether the campaign spent on nearly all of the days."""
        wanted = (1.0 - _MOST_DAYS_WITHOUT_SPEND) * (end - first)
        return np.asarray(_between(self._spending, first, end) >= wanted, dtype=np.bool_)

    def unchanged(self, first: Indices, end: Indices) -> Mask:
        """Whether nothing was changed on these days."""
        return np.asarray(_between(self._changes, first, end) == 0, dtype=np.bool_)

    def counted(self, first: Indices, end: Indices) -> Floats:
        """Conversions of these days."""
        assert self._counts is not None
        return _between(self._counts, first, end)


def _between(running: Floats, first: Indices, end: Indices) -> Floats:
    last = running.shape[1] - 1
    return np.asarray(running[:, np.clip(end, 0, last)] - running[:, np.clip(first, 0, last)], dtype=np.float64)
