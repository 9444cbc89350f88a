"""The expected value of a day (recent level and weekday pattern) and its noise. Arrays only.

Works on a transformed scale (logarithm, or square root for counts) of constant noise. NaN marks days without data.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.anomalies.rules import AnomalyRules
from adops_pipeline.domain.day_panel import Floats, Indices, Mask, row_median

_MAD_TO_DEVIATION = 1.4826
_LEAST_LEVEL_DAYS = 3
_BLOCK_DAYS = 7
"""Judged days that share one training period, which ends before them."""
_COMPANIONS = 200
"""Maximum number of older campaigns whose pattern and noise inform those of young ones."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """For the judged days: expected value and noise (standard deviation), campaigns x judged days; NaN: not judged.

    ``tail`` is the Pareto index of the days of each campaign's platform, infinite where it is not known; ``reference``
    is the deviation, in standard deviations, that 1 % of these days exceed.
    """

    expected: Floats
    noise: Floats
    tail: Floats
    reference: Floats


def fit_baseline(
    values: Floats, weekday: Indices, group: Indices, judged: int, level_days: int, rules: AnomalyRules
) -> Baseline:
    """The last ``judged`` columns of ``values`` (campaigns x days), each compared with the days before it.

    A day's level is the median of the ``level_days`` days before it, so a moved budget is the new normal within half
    that time. Weekday habit and noise come from the ``rules.training_weeks`` before the day's week (before the day
    itself for a campaign too young for that). ``group`` numbers the campaigns' platforms, whose own habit and noise
    steady those of campaigns with little data. The fewer the training days, the larger the noise that is assumed.
    """
    columns = values.shape[1]
    start = max(columns - judged - 7 * rules.training_weeks, 0)
    level = _trailing_median(values, level_days, start)
    fit = _Fit(values[:, start:] - level, weekday[start:], group, rules)
    first = columns - start - judged
    habit, noise = np.full((2, len(values), judged), np.nan)
    for begin in range(0, judged, _BLOCK_DAYS):
        end = min(begin + _BLOCK_DAYS, judged)
        habit[:, begin:end], noise[:, begin:end] = fit.before(first + begin, first + end)
    _judge_young(fit, np.isfinite(values), habit, noise)
    expected = level[:, first:] + habit
    spread = np.where(np.isfinite(expected), noise, np.nan)
    return Baseline(expected, spread, *fit.tails(first + judged - 1))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Distances from the level (campaigns x days), and which weekday and platform each belongs to."""

    off: Floats
    weekday: Indices
    group: Indices
    rules: AnomalyRules

    def before(self, begin: int, end: int) -> tuple[Floats, Floats]:
        """Habit and noise for the days from ``begin`` to ``end`` (excluded) by the days before them.

        Campaigns x days; NaN for a campaign with too few training days.
        """
        habit, rest = self._training(begin)
        count = np.isfinite(rest).sum(axis=1)
        noise = _noise(rest, self.group, self.rules.noise_prior_days) * _widening(count, self.rules)
        too_few = count + _LEAST_LEVEL_DAYS < self.rules.least_training_days
        of_days = habit[:, self.weekday[begin:end]]
        of_days[too_few], noise[too_few] = np.nan, np.nan
        return of_days, np.repeat(noise[:, None], end - begin, axis=1)

    def tails(self, before: int) -> tuple[Floats, Floats]:
        """Per campaign the tail index of its platform's days (infinite: unknown), and their 99th percentile."""
        _, rest = self._training(before)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = rest / _noise(rest, self.group, self.rules.noise_prior_days)[:, None]
        index, reference = np.full(len(rest), np.inf), np.full(len(rest), np.nan)
        for number in np.unique(self.group):
            rows = self.group == number
            of_group = scaled[rows]
            # A day that affected most campaigns at once says nothing about the noise of single ones.
            index[rows], reference[rows] = _tail(of_group[:, ~(row_median(np.abs(of_group.T)) > _SHARED_BEYOND)])
        return index, reference

    def some(self, rows: Indices) -> "_Fit":
        """The same for these campaigns alone."""
        return _Fit(self.off[rows], self.weekday, self.group[rows], self.rules)

    def _training(self, begin: int) -> tuple[Floats, Floats]:
        """Habit (campaigns x 7) of the training weeks before ``begin``, and what it leaves unexplained of them."""
        train = slice(max(begin - 7 * self.rules.training_weeks, 0), begin)
        past, days = self.off[:, train], self.weekday[train]
        habit = _weekday_habit(past, days, self.group, self.rules.weekday_prior_weeks)
        return habit, past - habit[:, days]


def _judge_young(fit: _Fit, has_value: Mask, habit: Floats, noise: Floats) -> None:
    """Fill in, day by day, the days of campaigns that had too little history before the day's week."""
    judged = habit.shape[1]
    history: Indices = np.cumsum(has_value, axis=1)[:, -judged:] - has_value[:, -judged:]
    missing = np.isnan(habit) & (history >= fit.rules.least_training_days)
    young = np.flatnonzero(missing.any(axis=1))
    if not young.size:
        return
    old = np.setdiff1d(np.flatnonzero(np.isfinite(habit[:, 0])), young)[:_COMPANIONS]
    some, first = fit.some(np.concatenate([young, old])), fit.off.shape[1] - judged
    for day in np.flatnonzero(missing.any(axis=0)):
        of_day, spread = some.before(first + int(day), first + int(day) + 1)
        now = missing[young, day]
        habit[young[now], day], noise[young[now], day] = of_day[: len(young)][now, 0], spread[: len(young)][now, 0]


def _widening(training_days: Indices, rules: AnomalyRules) -> Floats:
    """Factor on the noise, by how uncertain an estimate from so few days is; 1 from a full training period on.

    The ratio of Student's quantiles at the threshold, the prior's days counted as degrees of freedom as far as they
    are the campaign's own kind: half of them.
    """
    prior = rules.noise_prior_days / 2.0
    tail = max(float(special.ndtr(-rules.threshold)), 1e-12)
    quantile = -special.stdtrit(np.maximum(training_days + prior, 1.0), tail)
    full = -special.stdtrit(7.0 * rules.training_weeks + prior, tail)
    return np.asarray(np.maximum(quantile / full, 1.0), dtype=np.float64)


_LEAST_SAMPLE = 500
_FAR = 2.0
_SHARED_BEYOND = 2.0
"""Median absolute deviation of a platform's campaigns on one day, in standard deviations; by chance it is 0.7."""


def _tail(scaled: Floats) -> tuple[float, float]:
    """Pareto index and 99th percentile of absolute deviations; infinite and NaN where there is too little data.

    The index is that between the 90th and the 99th percentile: 5.1 of a normal distribution, 3.3 of Student's t with
    5 degrees of freedom, 1.9 with 2. Days that stray the same way as the day before or after are left out: a level that
    has moved, not a tail.
    """
    far = np.sign(scaled) * (np.abs(scaled) > _FAR)
    goes_on = (far[:, 1:] == far[:, :-1]) & (far[:, 1:] != 0)
    moved = np.pad(goes_on, ((0, 0), (1, 0))) | np.pad(goes_on, ((0, 0), (0, 1)))
    known = np.abs(scaled[np.isfinite(scaled) & ~moved])
    if known.size < _LEAST_SAMPLE:
        return np.inf, np.nan
    middle, outer = (float(q) for q in np.quantile(known, (0.9, 0.99)))
    return (float(np.log(10.0) / np.log(outer / middle)) if 0.0 < middle < outer else np.inf), outer


def _trailing_median(values: Floats, days: int, start: int) -> Floats:
    """Median of the ``days`` columns before each column from ``start`` on; NaN with fewer than three values."""
    padded = np.pad(values, ((0, 0), (days, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, days, axis=1)[:, start : values.shape[1]]
    enough = np.isfinite(windows).sum(axis=-1) >= min(_LEAST_LEVEL_DAYS, days)
    return np.where(enough, row_median(windows), np.nan)


def _weekday_habit(off: Floats, weekday: Indices, group: Indices, prior_weeks: float) -> Floats:
    """Campaigns x 7: the usual distance of a weekday from the level, drawn towards the platform's."""
    days = off.shape[1]
    padded = np.full((len(off), days + 1), np.nan)
    padded[:, :days] = off
    table = np.full((7, max(np.bincount(weekday, minlength=7))), days)
    for day in range(7):
        own_days = np.flatnonzero(weekday == day)
        table[day, : len(own_days)] = own_days
    same = padded[:, table]
    own, weeks = row_median(same), np.isfinite(same).sum(axis=-1)
    common = _by_group(own, group, 0.0)
    return np.asarray((weeks * np.nan_to_num(own) + prior_weeks * common) / (weeks + prior_weeks))


def _noise(rest: Floats, group: Indices, prior_days: float) -> Floats:
    """Robust standard deviation per campaign, its square drawn towards the platform's median."""
    spread = _MAD_TO_DEVIATION * row_median(np.abs(rest))
    days = np.isfinite(rest).sum(axis=1)
    common = _by_group(spread, group, 0.0)
    square = (days * np.nan_to_num(spread) ** 2 + prior_days * common**2) / (days + prior_days)
    return np.asarray(np.sqrt(square))


def _by_group(values: Floats, group: Indices, empty: float) -> Floats:
    """Each campaign's platform's median of ``values`` (campaigns first), ``empty`` where the platform has none."""
    result, known = np.full(values.shape, empty), np.where(np.isfinite(values), values, np.nan)
    for number in np.unique(group):
        of_group = group == number
        middle = row_median(known[of_group].T)
        result[of_group] = np.where(np.isnan(middle), empty, middle)
    return result
