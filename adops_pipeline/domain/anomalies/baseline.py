"""What a day should have been: recent level plus weekday habit, and how much a day strays from it. Arrays only.

Works on a transformed scale (logarithm, or square root for counts) on which noise is even. NaN marks days without data.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.anomalies.rules import AnomalyRules
from adops_pipeline.domain.day_panel import Floats, Indices, row_median

_MAD_TO_DEVIATION = 1.4826
_LEAST_LEVEL_DAYS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """For the judged days: expected value and noise (standard deviation), campaigns x judged days; NaN: not judged."""

    expected: Floats
    noise: Floats


def fit_baseline(
    values: Floats, weekday: Indices, group: Indices, judged: int, level_days: int, rules: AnomalyRules
) -> Baseline:
    """The last ``judged`` columns of ``values`` (campaigns x days) against what came before them.

    A day's level is the median of the ``level_days`` days before it, so a moved budget is the new normal within half
    that time. Weekday habit and noise come from the training weeks before all judged days. ``group`` numbers the
    campaigns' platforms, whose own habit and noise steady those of campaigns with little data.
    """
    train = slice(max(values.shape[1] - judged - 7 * rules.training_weeks, 0), values.shape[1] - judged)
    level = _trailing_median(values, level_days, train.start)
    off = values[:, train.start :] - level
    past, days = off[:, :-judged], weekday[train]
    habit = _weekday_habit(past, days, group, rules.weekday_prior_weeks)
    rest = past - habit[:, days]
    noise = _noise(rest, group, rules.noise_prior_days)
    enough = np.isfinite(rest).sum(axis=1) >= rules.least_training_days
    expected = level[:, -judged:] + habit[:, weekday[-judged:]]
    expected[~enough] = np.nan
    return Baseline(expected, np.where(np.isfinite(expected), noise[:, None], np.nan))


def _trailing_median(values: Floats, days: int, start: int) -> Floats:
    """Median of the ``days`` columns before each column from ``start`` on; NaN with fewer than three values."""
    padded = np.pad(values, ((0, 0), (days, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, days, axis=1)[:, start : values.shape[1]]
    enough = np.isfinite(windows).sum(axis=-1) >= min(_LEAST_LEVEL_DAYS, days)
    return np.where(enough, row_median(windows), np.nan)


def _weekday_habit(off: Floats, weekday: Indices, group: Indices, prior_weeks: float) -> Floats:
    """Campaigns x 7: the usual distance of a weekday from the level, drawn towards the platform's."""
    habit = np.zeros((off.shape[0], 7))
    for day in range(7):
        same = off[:, weekday == day]
        own, weeks = np.nan_to_num(row_median(same)), np.isfinite(same).sum(axis=1)
        common = _by_group(row_median(same), group, 0.0)
        habit[:, day] = (weeks * own + prior_weeks * common) / (weeks + prior_weeks)
    return habit


def _noise(rest: Floats, group: Indices, prior_days: float) -> Floats:
    """Robust standard deviation per campaign, its square drawn towards the platform's median."""
    spread = _MAD_TO_DEVIATION * row_median(np.abs(rest))
    days = np.isfinite(rest).sum(axis=1)
    common = _by_group(spread, group, 0.0)
    square = (days * np.nan_to_num(spread) ** 2 + prior_days * common**2) / (days + prior_days)
    return np.asarray(np.sqrt(square))


def _by_group(values: Floats, group: Indices, empty: float) -> Floats:
    """Each campaign's platform's median of ``values``."""
    result = np.full(len(values), empty)
    for number in np.unique(group):
        of_group = values[group == number]
        known = of_group[np.isfinite(of_group)]
        result[group == number] = np.median(known) if known.size else empty
    return result
