"""The present level of spend, the noise of a day, and recent changes of level. Arrays only.

Rows are campaigns, columns days; the values are free of weekdays and of known changes of the budget.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices, Mask, row_median
from adops_pipeline.domain.pacing.rules import PacingRules

SILENT_DAYS = 3
"""As many known days without spend say that nothing is delivered."""
AUTOCORRELATION = 0.3
"""Assumed correlation of a day's relative noise with the next day's."""
INFLATION = (1 + AUTOCORRELATION) / (1 - AUTOCORRELATION)
"""Variance of a mean of correlated days over that of independent ones."""
_MEDIAN_DAYS, _CUT = 14, (0.5, 1.6)
_NOISE_DAYS, _ASSUMED_NOISE, _ASSUMED_DAYS, _POOLED_DAYS = 60, 0.12, 20.0, 20.0
_LEAST_NOISE, _MOST_NOISE = 0.02, 1.0
_SHIFT_DAYS, _LEAST_BEFORE = (3, 4, 5, 7, 10, 14), 5
_SHIFT_SCORE, _LEAST_SHIFT = 3.5, 0.12


@dataclass(frozen=True, slots=True)
class Level:
    """Spend a day as of one column, and the number of delivering days that it rests on.

    0 where the last three days are known and had no spend; NaN where nothing is known of the last days. ``since`` is
    the column from which the present level has held, as far as the window reaches.
    """

    spend: Floats
    days: Floats
    since: Indices


def day_noise(scaled: Floats, group: Indices) -> Floats:
    """Relative noise of a campaign's day: of its own days, shrunk to its group's, and that to an assumed one.

    Taken from the differences of neighbouring days, which a change of level moves on one day only.
    """
    days = scaled[:, -_NOISE_DAYS:]
    logs = np.log(np.where(days > 0, days, np.nan))
    steps = np.abs(np.diff(logs, axis=1)) if days.shape[1] > 1 else np.full((len(days), 1), np.nan)
    to_deviation = 1 / (0.6745 * np.sqrt(2 * (1 - AUTOCORRELATION)))
    count = np.isfinite(steps).sum(axis=1)
    own = np.nan_to_num((row_median(steps) * to_deviation) ** 2)
    pooled = np.full(len(days), _ASSUMED_NOISE**2)
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        found = steps[members]
        found = found[np.isfinite(found)]
        if found.size:
            common = float(np.median(found) * to_deviation) ** 2
            weight = found.size / (found.size + _ASSUMED_DAYS)
            pooled[members] = weight * common + (1 - weight) * _ASSUMED_NOISE**2
    variance = (count * own + _POOLED_DAYS * pooled) / (count + _POOLED_DAYS)
    return np.asarray(np.clip(np.sqrt(variance), _LEAST_NOISE, _MOST_NOISE))


def level_at(
    scaled: Floats, column: int, rules: PacingRules, is_known: Mask | None = None, noise: Floats | None = None
) -> Level:
    """The level as of ``column``: a mean of delivering days, newer ones weighing more, spikes cut.

    Days before the last change of level that the spend shows are left out; ``noise`` (per campaign) tells a change from
    chance, without it none is looked for.
    """
    first = max(column - rules.level_days + 1, 0)
    days = scaled[:, first : column + 1]
    delivers = days > 0
    if noise is None:
        start = np.zeros(len(days), dtype=np.intp)
    else:
        start = _last_shift(days, delivers, noise)
        delivers = delivers & (np.arange(days.shape[1]) >= start[:, None])
    recent = np.where(delivers, days, np.nan)[:, -_MEDIAN_DAYS:]
    is_live = delivers[:, -SILENT_DAYS:].any(axis=1)
    middle = np.nan_to_num(row_median(recent))
    cut = np.clip(days, _CUT[0] * middle[:, None], _CUT[1] * middle[:, None])
    age = np.arange(days.shape[1])[::-1]
    weight = np.power(0.5, age / rules.half_life_days) * delivers
    total = weight.sum(axis=1)
    mean = np.divide((cut * weight).sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
    count = delivers.sum(axis=1).astype(np.float64)
    if is_known is None:
        return Level(np.where(is_live, mean, 0.0), count, first + start)
    is_silent = is_known[:, max(column - SILENT_DAYS + 1, 0) : column + 1].all(axis=1) & ~is_live
    return Level(np.where(is_silent, 0.0, np.where(total > 0, mean, np.nan)), count, first + start)


def _last_shift(days: Floats, delivers: Mask, noise: Floats) -> Indices:
    """Per campaign, the column on which the present level began; 0 where the window shows no change.

    A change is a difference between the last days and those before that is large against the noise, and on whose side
    nearly all of the last days are: one odd day is no change.
    """
    width = days.shape[1]
    logs = np.where(delivers, np.log(np.where(delivers, days, 1.0)), 0.0)
    sums = np.cumsum(logs, axis=1)
    counts = np.cumsum(delivers, axis=1)
    start, best = np.zeros(len(days), dtype=np.intp), np.full(len(days), _SHIFT_SCORE)
    for length in _SHIFT_DAYS:
        edge = width - length
        if edge < _LEAST_BEFORE:
            continue
        before_count = counts[:, edge - 1]
        count: Indices = counts[:, -1] - before_count
        before = sums[:, edge - 1] / np.maximum(before_count, 1)
        change = (sums[:, -1] - sums[:, edge - 1]) / np.maximum(count, 1) - before
        error = noise * np.sqrt(INFLATION * (1 / np.maximum(count, 1) + 1 / np.maximum(before_count, 1)))
        score = np.abs(change) / error
        rows = np.flatnonzero(
            (score > best) & (np.abs(change) > _LEAST_SHIFT) & (count >= SILENT_DAYS) & (before_count >= _LEAST_BEFORE)
        )
        if rows.size == 0:
            continue
        beyond = (logs[rows, edge:] - before[rows, None]) * np.sign(change[rows, None]) > np.abs(change[rows, None]) / 2
        agreeing = (beyond & delivers[rows, edge:]).sum(axis=1)
        rows = rows[agreeing >= count[rows] - (count[rows] >= 5)]
        start[rows], best[rows] = edge, score[rows]
    return start
