"""The present level of spend, the noise of a day, and recent changes of level. Arrays only.

Rows are campaigns, columns days; the values are free of weekdays and of known changes of the budget.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices, Mask, row_median
from adops_pipeline.domain.pacing.rules import PacingRules

SILENT_DAYS = 3
"""As many known days without spend say that nothing is delivered."""
_MEDIAN_DAYS, _CUT = 14, (0.5, 1.6)
_NOISE_DAYS, _ASSUMED_NOISE, _ASSUMED_DAYS, _POOLED_DAYS = 60, 0.12, 20.0, 20.0
_ASSUMED_CORRELATION, _CORRELATION_DAYS, _MOST_CORRELATION = 0.3, 60.0, 0.8
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


@dataclass(frozen=True, slots=True)
class Noise:
    """Relative deviation of a campaign's single day, and the correlation of a day with the next."""

    deviation: Floats
    correlation: Floats

    @property
    def inflation(self) -> Floats:
        """Variance of a mean of correlated days over that of independent ones."""
        return (1 + self.correlation) / (1 - self.correlation)

    def of(self, rows: Mask | Indices) -> "Noise":
        """The noise of some campaigns."""
        return Noise(self.deviation[rows], self.correlation[rows])


def day_noise(scaled: Floats, group: Indices) -> Noise:
    """Noise of a campaign's days: of its own, shrunk to its group's, and that to an assumed one.

    Taken from the differences of days one and two apart, which a change of level moves on few days only: days of
    correlation ρ differ by σ² (1 − ρ) and σ² (1 − ρ²).
    """
    days = scaled[:, -_NOISE_DAYS:]
    logs = np.log(np.where(days > 0, days, np.nan))
    once, twice = _differences(logs, 1), _differences(logs, 2)
    count = np.isfinite(once).sum(axis=1)
    own = np.nan_to_num((row_median(once) / _MEDIAN_OF_NORMAL) ** 2) / 2
    pooled, correlation = np.full(len(days), np.nan), np.full(len(days), _ASSUMED_CORRELATION)
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        near, far = _variance(once[members]), _variance(twice[members])
        if far.count:
            found = np.clip(far.value / max(near.value, 1e-12) - 1.0, 0.0, _MOST_CORRELATION)
            weight = far.count / (far.count + _CORRELATION_DAYS)
            correlation[members] = weight * found + (1 - weight) * _ASSUMED_CORRELATION
        weight = near.count / (near.count + _ASSUMED_DAYS)
        assumed = _ASSUMED_NOISE**2 * (1 - correlation[members])
        pooled[members] = weight * near.value + (1 - weight) * assumed
    variance = (count * own + _POOLED_DAYS * pooled) / (count + _POOLED_DAYS) / (1 - correlation)
    return Noise(np.clip(np.sqrt(variance), _LEAST_NOISE, _MOST_NOISE), correlation)


_MEDIAN_OF_NORMAL = 0.6745
"""Median of the absolute value of a standard normal number."""


@dataclass(frozen=True, slots=True)
class _Variance:
    value: float
    count: int


def _differences(logs: Floats, apart: int) -> Floats:
    """Absolute differences of days ``apart`` days apart; NaN where one of them has no spend."""
    if logs.shape[1] <= apart:
        return np.full((len(logs), 1), np.nan)
    return np.asarray(np.abs(logs[:, apart:] - logs[:, :-apart]))


def _variance(differences: Floats) -> _Variance:
    """Half the variance of differences, from their median."""
    found = differences[np.isfinite(differences)]
    value = float(np.median(found) / _MEDIAN_OF_NORMAL) ** 2 / 2 if found.size else 0.0
    return _Variance(value, found.size)


def level_at(
    scaled: Floats, column: int, rules: PacingRules, is_known: Mask | None = None, noise: Noise | None = None
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


def _last_shift(days: Floats, delivers: Mask, noise: Noise) -> Indices:
    """Per campaign, the column on which the present level began; 0 where the window shows no change.

    A change is a difference between the last days and those before that is large against the noise, and on whose side
    nearly all of the last days are: one odd day is no change.
    """
    width = days.shape[1]
    logs = np.where(delivers, np.log(np.where(delivers, days, 1.0)), 0.0)
    sums = np.cumsum(logs, axis=1)
    counts = np.cumsum(delivers, axis=1)
    scale = noise.deviation * np.sqrt(noise.inflation)
    start, best = np.zeros(len(days), dtype=np.intp), np.full(len(days), _SHIFT_SCORE)
    for length in _SHIFT_DAYS:
        edge = width - length
        if edge < _LEAST_BEFORE:
            continue
        before_count = counts[:, edge - 1]
        count: Indices = counts[:, -1] - before_count
        before = sums[:, edge - 1] / np.maximum(before_count, 1)
        change = (sums[:, -1] - sums[:, edge - 1]) / np.maximum(count, 1) - before
        error = scale * np.sqrt(1 / np.maximum(count, 1) + 1 / np.maximum(before_count, 1))
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


def pauses(spend: Floats) -> Mask:
    """Days without spend in a row of three or more that spend follows: somebody paused it, or it could not deliver."""
    silent = spend <= 0
    runs = silent.copy()
    for shift in range(1, SILENT_DAYS):
        runs[:, shift:] &= silent[:, :-shift]
        runs[:, :shift] = False
    inside = runs.copy()
    for shift in range(1, SILENT_DAYS):
        inside[:, :-shift] |= runs[:, shift:]
    # A run that reaches the last day is judged as missing delivery.
    later = np.flip(np.maximum.accumulate(np.flip(spend > 0, axis=1), axis=1), axis=1)
    return np.asarray(inside & later)
