"""The outlook on one day: a level per campaign, its weekday pattern, its daily noise.

Point forecasts only, in several variants; which of them is used, and how wide its interval is, is decided by past
errors in calibration.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.forecasting.weeks import Weeks, by_week, growth, long_level

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

WINDOW_DAYS = 84
PAUSE_DAYS = 4
"""So many days without spend in a row are a pause; as long as the last one lasts nothing is expected."""

_HALF_LIVES = (2.0, 7.0, 14.0, 28.0, 120.0)
_STEADY, _SLOW = 2, 3
VARIANTS = (
    *(f"level over {days:g} days" for days in _HALF_LIVES),
    "adaptive",
    "level since it moved",
    "damped trend",
    "steady trend",
    "reverting",
    "long trend",
    "level over thirty weeks",
    "growth over thirty weeks",
    "level without outliers",
)
"""Of spend, adaptive jumps to a new level when the last days leave no doubt; steady trend carries the level on from the
mean age of its days. Of the other metrics, adaptive, since it moved, steady trend and growth follow those of spend.
Reverting: the level of the last days returns to that of the last weeks. Long trend: a straight line through the whole
window, as far as it is more than noise. Without outliers: over 28 days, single days cut to two standard deviations."""
_DAMPED, _STEADY_TREND, _REVERTING, _LONG_TREND, _GROWTH = 7, 8, 9, 10, 12
_DAMPING, _STEADY_DAMPING, _GROWTH_DAMPING, _REVERSION = 0.93, 0.98, 0.99, 0.8
_WINDOWS = (3, 7, 14, 28, 56)
_DISPUTED = 2.2
"""Standard deviations between a window's level and that of a shorter one, from which the longer is given up."""
_LARGEST_SLOPE = 0.03
_OUTLIER = 2.0
_LINE_HALF_LIFE, _LINE_DOUBT = 84.0, 4.0
"""Half-life of the weight of the days that the long trend is drawn through, and squared standard errors of its slope at
which half of it is believed."""
_LAG_DAYS = 1.4427 * 7.0
"""Mean age of the days in the level that a trend starts from."""
_FOLLOWED = ((0, 0.75), (6, 1.0), (1, 1.0))
"""Variants of spend that those of other metrics follow, and with which elasticity."""
_PRIOR_DAYS = 0.5
"""Days of a campaign's own that the platform's rate weighs as much as."""
_VARIANCE_DAYS = 40.0
_PRIOR_NOISE, _PRIOR_NOISE_DAYS = 0.15, 3.0
_WEEKDAY_SPREAD = 0.002
"""Variance of weekday factors between the campaigns of a platform: how far a campaign's week is trusted."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Per campaign, seen from the end of one day: ``levels`` (campaigns x VARIANTS) of an average weekday."""

    levels: Floats
    slope: Floats
    """Daily growth (logarithm) of the damped trend; it fades out day by day."""
    carried: Floats
    """The same of the steady trend."""
    factors: Floats
    """Campaigns x 7, Monday first, mean 1."""
    variance: Floats
    """Of one day round its expectation."""
    is_running: Mask
    line: Floats
    """Daily growth of the long trend, as a share of its level; it goes on in a straight line."""
    growth: Floats
    """Daily growth (logarithm) over thirty weeks."""


@dataclass(frozen=True, slots=True)
class Window:
    """The last days up to an origin, campaigns x days, oldest first."""

    live: Floats
    """1 on days on which a campaign was running, 0 before its start and in pauses."""
    weekday: Indices
    is_running: Mask


def window(spend: Floats, in_pause: Mask, origin: int, first_weekday: int) -> Window:
    """The window that ends with day ``origin`` (an index of ``spend``'s days)."""
    start = max(origin + 1 - WINDOW_DAYS, 0)
    seen = spend[:, : origin + 1] > 0
    live = ~in_pause[:, start : origin + 1]
    # A gap that is shorter than a pause so far may end tomorrow: its days count, as days without spend.
    lately = slice(-(PAUSE_DAYS - 1), None)
    live[:, lately] |= np.logical_and.accumulate(~seen[:, lately][:, ::-1], axis=1)[:, ::-1]
    live &= np.asarray(np.maximum.accumulate(seen, axis=1)[:, start:], dtype=np.bool_)
    weekday = (np.arange(start, origin + 1) + first_weekday) % 7
    is_running = np.asarray(seen[:, -PAUSE_DAYS:].any(axis=1), dtype=np.bool_)
    return Window(live.astype(np.float64), weekday.astype(np.intp), is_running)


def pauses(spend: Floats) -> Mask:
    """Days inside a stretch of at least ``PAUSE_DAYS`` days without spend."""
    zero = spend <= 0
    days = np.arange(spend.shape[1])
    last_spend = np.maximum.accumulate(np.where(zero, -1, days), axis=1)
    next_spend = np.minimum.accumulate(np.where(zero, spend.shape[1], days)[:, ::-1], axis=1)[:, ::-1]
    return zero & (next_spend - last_spend - 1 >= PAUSE_DAYS)


def look_ahead(
    values: Floats,
    maturity: Floats,
    view: Window,
    member: Floats,
    unit: Floats,
    spend: "Outlook | None",
    before: Weeks | None = None,
) -> Outlook:
    """The outlook for one metric. ``values`` and ``maturity`` cover the days of ``view``.

    ``member`` (platforms x campaigns) says who belongs together, ``unit`` (campaigns) how much of the metric a
    campaign of its size has on a day: the level of one that has nothing to show yet is drawn to it. ``spend`` is the
    outlook for spend when the metric is another one. ``before`` are the weeks before the window.
    """
    known = view.live * maturity
    factors = weekday_factors(values, known, view.weekday, member)
    expected = factors[:, view.weekday] * known
    age = np.arange(values.shape[1])[::-1]
    decay = 0.5 ** (age[:, None] / np.array(_HALF_LIVES))
    prior_days = 0.0 if spend is None else _PRIOR_DAYS
    levels = (values * (known > 0)) @ decay + prior_days * unit[:, None]
    levels /= np.maximum(expected @ decay + prior_days, 1e-9)
    residual = (values - levels[:, _STEADY, None] * expected) * (known > 0)
    variance = _variance(residual, known, levels[:, _STEADY], member)
    slope = _slope(levels)
    if spend is None:
        noise, carried = _day_noise(residual, known), slope
        moving = (_shifted(levels, noise), _since_moved(values, expected, known, noise, levels[:, _SLOW]), levels[:, 1])
    else:
        carried = spend.carried
        moving = tuple(levels[:, _SLOW] * _pull(spend, *followed) for followed in _FOLLOWED)
    adaptive, since, steady = moving
    end, line = _line(values * (known > 0), expected)
    if spend is not None:
        end, line = levels[:, _SLOW] * _pull(spend, _LONG_TREND, 1.0), spend.line
    weeks = by_week(values * (known > 0), expected)
    weeks = weeks if before is None else before.followed_by(weeks)
    if spend is None:
        grown, growing = growth(weeks)
    else:
        grown, growing = levels[:, _SLOW] * _pull(spend, _GROWTH, 1.0), spend.growth
    robust = _without_outliers(values * (known > 0), expected, levels[:, _SLOW])
    trends = levels[:, 1], steady, levels[:, 0], end
    variants = np.column_stack((levels, adaptive, since, *trends, long_level(weeks), grown, robust))
    variance = np.where(view.is_running, variance, 0.0)
    levels = variants * view.is_running[:, None]
    return Outlook(levels, slope, carried, factors, variance, view.is_running, line, growing)


def _without_outliers(values: Floats, expected: Floats, level: Floats) -> Floats:
    """``level`` of the days whose departures from it are cut to two standard deviations, twice."""
    near = 0.5 ** (np.arange(values.shape[1])[::-1] / _HALF_LIVES[_SLOW])
    apart = np.where(expected > 0, values - level[:, None] * expected, 0.0)
    days = np.maximum((expected > 0).sum(axis=1), 1)
    for _ in range(2):
        most = _OUTLIER * np.sqrt((apart**2).sum(axis=1) / days)[:, None]
        apart = np.clip(apart, -most, most)
    return np.asarray(np.maximum(level + apart @ near / np.maximum(expected @ near, 1e-9), 0.0), dtype=np.float64)


def _line(values: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Level at the end of a straight line through the days (expected: their weekday's share), and its daily growth.

    The slope is shrunk by how much more than noise it is.
    """
    age = np.arange(values.shape[1])[::-1].astype(np.float64)
    near = 0.5 ** (age / _LINE_HALF_LIFE)
    weight = expected * near
    total = np.maximum(weight.sum(axis=1), 1e-9)
    mean_age, mean = weight @ age / total, values @ near / total
    apart = age - mean_age[:, None]
    spread = np.maximum((weight * apart**2).sum(axis=1), 1e-9)
    daily = np.divide(values, expected, out=np.zeros_like(values), where=expected > 0)
    slope = -(weight * apart * (daily - mean[:, None])).sum(axis=1) / spread
    left = daily - mean[:, None] + slope[:, None] * apart
    error = (weight * left**2).sum(axis=1) / total / spread
    slope *= slope**2 / (slope**2 + _LINE_DOUBT * error + 1e-300)
    end = np.maximum(mean + slope * mean_age, 0.25 * mean)
    return end, np.clip(slope / np.maximum(end, 1e-9), -_LARGEST_SLOPE, _LARGEST_SLOPE)


def _variance(residual: Floats, known: Floats, level: Floats, member: Floats) -> Floats:
    """Variance of a day round its expectation, recent days first; few days are drawn to what the platform shows."""
    recent = np.exp(-np.arange(residual.shape[1])[::-1] / _VARIANCE_DAYS)
    weight = (known > 0) @ recent
    own = residual**2 @ recent / np.maximum(weight, 1.0)
    per_level = (member @ np.minimum(own, level**2)) / np.maximum(member @ level, 1e-12)
    prior = member.T @ per_level * level + (_PRIOR_NOISE * level) ** 2
    days = (known > 0).sum(axis=1)
    return np.asarray((own * days + prior * _PRIOR_NOISE_DAYS) / (days + _PRIOR_NOISE_DAYS), dtype=np.float64)


def _day_noise(residual: Floats, known: Floats) -> Floats:
    """Standard deviation of a day, from differences from day to day, which a moved level enters only once."""
    both = (known[:, 1:] > 0) & (known[:, :-1] > 0)
    jumps = np.diff(residual, axis=1) ** 2 * both
    return np.asarray(np.sqrt(jumps.sum(axis=1) / np.maximum(both.sum(axis=1), 1) / 2), dtype=np.float64)


def _since_moved(values: Floats, expected: Floats, known: Floats, noise: Floats, slow: Floats) -> Floats:
    """The level of the longest of some windows that no shorter one disputes (Lepski's rule)."""
    age = np.arange(values.shape[1])[::-1]
    inside = (age[:, None] < np.array(_WINDOWS)).astype(np.float64)
    days = expected @ inside
    found = np.where(days > 0.5, (values * (known > 0)) @ inside / np.maximum(days, 0.5), slow[:, None])
    chosen, is_open = found[:, 0].copy(), np.ones(len(found), dtype=bool)
    for longer in range(1, len(_WINDOWS)):
        apart = np.abs(found[:, longer, None] - found[:, :longer])
        spread = 1.0 / np.maximum(days[:, :longer], 0.5) - 1.0 / np.maximum(days[:, longer, None], 0.5)
        is_open &= (apart <= _DISPUTED * noise[:, None] * np.sqrt(np.maximum(spread, 0.0)) + 1e-12).all(axis=1)
        chosen = np.where(is_open, found[:, longer], chosen)
    return chosen


def _shifted(levels: Floats, noise: Floats) -> Floats:
    """The steady level, or the fast one as far as the last days lie too far off it to be noise: a budget was moved."""
    apart = levels[:, 0] - levels[:, _STEADY]
    evidence = (apart / np.maximum(noise / 2, 1e-9 + 1e-6 * levels[:, _STEADY])) ** 2
    return np.asarray(levels[:, _STEADY] + apart * evidence / (evidence + 4.0), dtype=np.float64)


def weekday_factors(values: Floats, known: Floats, weekday: Indices, member: Floats) -> Floats:
    """Campaigns x 7, mean 1: a campaign's own week, drawn to its platform's by how noisy its days are."""
    is_day = np.eye(7)[weekday]
    sums, days = (values * (known > 0)) @ is_day, known @ is_day
    mean = sums.sum(axis=1) / np.maximum(days.sum(axis=1), 1e-9)
    within = (values**2 * (known > 0)).sum(axis=1) - (sums**2 / np.maximum(days, 1e-9)).sum(axis=1)
    square = np.maximum(mean, 1e-12) ** 2
    noise = np.maximum(within, 0.0) / np.maximum(days.sum(axis=1) - 7, 1.0) / square
    scale = np.maximum(mean, 1e-12)[:, None]
    weight = np.where(mean > 0, 1.0 / (noise + 0.01), 0.0)[:, None]
    shared = (member @ (sums / scale * weight) + 1e-3) / (member @ (days * weight) + 1e-3)
    platform = member.T @ (shared / shared.mean(axis=1, keepdims=True))
    strength = np.minimum((noise + 0.003) / _WEEKDAY_SPREAD, 1e4)[:, None]
    factors = (sums / scale + strength * platform) / (days + strength)
    factors = np.where(mean[:, None] > 0, factors, platform)
    return np.asarray(factors / np.maximum(factors.mean(axis=1, keepdims=True), 1e-9), dtype=np.float64)


def expected_sums(outlook: Outlook, first_weekday: int, horizons: Indices, events: Floats | None = None) -> Floats:
    """Forecast sums over the first days of each of ``horizons``: campaigns x VARIANTS x horizons.

    ``events`` (campaigns x days) are the factors by which events change the days.
    """
    days = np.arange(1, int(horizons.max()) + 1)
    factors = outlook.factors[:, (first_weekday + days - 1) % 7]
    if events is not None:
        factors = factors * events

    def summed(weights: Floats) -> Floats:
        return np.asarray(np.cumsum(weights, axis=1)[:, horizons - 1], dtype=np.float64)

    levels = outlook.levels
    sums = levels[:, :, None] * summed(factors)[:, None, :]
    for variant, slope, damping, lag in (
        (_DAMPED, outlook.slope, _DAMPING, 0.0),
        (_STEADY_TREND, outlook.carried, _STEADY_DAMPING, _LAG_DAYS),
        (_GROWTH, outlook.growth, _GROWTH_DAMPING, 0.0),
    ):
        fading = (1 - damping**days) / (1 - damping) + lag
        sums[:, variant] = levels[:, variant, None] * summed(factors * np.exp(slope[:, None] * fading))
    growing = np.maximum(1.0 + outlook.line[:, None] * days, 0.25)
    sums[:, _LONG_TREND] = levels[:, _LONG_TREND, None] * summed(factors * growing)
    apart = (levels[:, _REVERTING] - levels[:, _SLOW])[:, None]
    sums[:, _REVERTING] = sums[:, _SLOW] + apart * summed(factors * _REVERSION**days)
    return sums


def _slope(levels: Floats) -> Floats:
    """Daily log growth from a fast and a slow level; the mean ages of their days differ by about 1.44 half-lives."""
    fast, slow = levels[:, 1], levels[:, _SLOW]
    apart = 1.4427 * (_HALF_LIVES[_SLOW] - _HALF_LIVES[1])
    growth = np.log(np.maximum(fast, 1e-9) / np.maximum(slow, 1e-9)) / apart
    return np.clip(growth, -_LARGEST_SLOPE, _LARGEST_SLOPE)


def _pull(spend: Outlook, variant: int, elasticity: float) -> Floats:
    """How much more results today's spend brings than the spend of the last weeks."""
    ratio = np.maximum(spend.levels[:, variant], 1e-9) / np.maximum(spend.levels[:, _SLOW], 1e-9)
    return np.asarray(np.clip(ratio, 0.1, 10.0) ** elasticity, dtype=np.float64)
