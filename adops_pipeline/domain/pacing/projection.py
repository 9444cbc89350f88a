"""Projection of spend: a weekday-adjusted level, and intervals from errors of the same forecast in the past.

Errors are those of whole sums over the days ahead, so autocorrelated days, moved budgets and pauses are in them. Arrays
only; rows are campaigns, the last column of a history is the last complete day.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.day_panel import Floats, Indices, Mask, row_median
from adops_pipeline.domain.pacing.rules import PacingRules

_HORIZONS = np.array([1, 2, 4, 7, 11, 16, 23, 31, 45, 60, 90])
_PROBABILITIES = np.linspace(0.01, 0.99, 99)
_SILENT_DAYS, _MEDIAN_DAYS, _CUT = 3, 14, (0.5, 1.6)
_PRIOR_ERRORS, _ORIGIN_STEP = 25.0, 5
_DAY_NOISE, _AUTOCORRELATION, _DRIFT = 0.12, 0.3, 0.0012
"""Relative noise of a day, its correlation with the next, and the level's variance per day, until errors are known."""


@dataclass(frozen=True, slots=True)
class History:
    """Spend per day divided by its weekday's weight, where the campaign could deliver, and each campaign's end.

    ``scaled`` is also divided by the budget then over the budget now, where past budgets are known. ``spend`` and
    ``weights`` (per day) are what forecasts are held against. ``is_known`` is False on days that were never pulled.
    ``last_day`` is the column of the campaign's last day, beyond the history where it runs on.
    """

    scaled: Floats
    spend: Floats
    weights: Floats
    budget_scale: Floats
    last_day: Indices
    group: Indices
    is_known: Mask


def level_at(scaled: Floats, column: int, rules: PacingRules, is_known: Mask | None = None) -> Floats:
    """Weekday-free spend a day as of ``column``: a mean of delivering days, newer ones weighing more, spikes cut.

    0 where the last three days are known and had no spend; NaN where nothing is known of the last days.
    """
    days = scaled[:, max(column - rules.level_days + 1, 0) : column + 1]
    delivers = days > 0
    recent = np.where(delivers, days, np.nan)[:, -_MEDIAN_DAYS:]
    is_live = delivers[:, -_SILENT_DAYS:].any(axis=1)
    middle = np.nan_to_num(row_median(recent))
    cut = np.clip(days, _CUT[0] * middle[:, None], _CUT[1] * middle[:, None])
    age = np.arange(days.shape[1])[::-1]
    weight = np.power(0.5, age / rules.half_life_days) * delivers
    total = weight.sum(axis=1)
    mean = np.divide((cut * weight).sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
    if is_known is None:
        return np.where(is_live, mean, 0.0)
    is_silent = is_known[:, max(column - _SILENT_DAYS + 1, 0) : column + 1].all(axis=1) & ~is_live
    return np.where(is_silent, 0.0, np.where(total > 0, mean, np.nan))


def error_quantiles(history: History, days_ahead: Indices, rules: PacingRules) -> Floats:
    """Campaigns x 99: quantiles (1 % to 99 %) of the relative error actual / forecast − 1 over ``days_ahead`` days.

    Pooled over a platform's campaigns, interpolated between horizons, and mixed with an assumed normal error that
    counts as 25 observations.
    """
    past = _past_errors(history, rules)
    result = np.zeros((len(days_ahead), len(_PROBABILITIES)))
    normal = special.ndtri(_PROBABILITIES)
    for number in np.unique(history.group):
        table = np.zeros((len(_HORIZONS), len(_PROBABILITIES)))
        for row, horizon in enumerate(_HORIZONS):
            errors = past[row][history.group == number]
            errors = errors[np.isfinite(errors)]
            assumed = normal * _assumed_deviation(float(horizon))
            trust = errors.size / (errors.size + _PRIOR_ERRORS)
            known = np.quantile(errors, _PROBABILITIES) if errors.size else assumed
            table[row] = trust * known + (1.0 - trust) * assumed
        members = np.flatnonzero(history.group == number)
        result[members] = _interpolate(table, days_ahead[members])
    return np.where(days_ahead[:, None] > 0, result, 0.0)


def probability_above(quantiles: Floats, limit: Floats) -> Floats:
    """Probability that the relative error is above ``limit``, per campaign."""
    below = (quantiles <= limit[:, None]).sum(axis=1)
    return np.asarray(1.0 - below / quantiles.shape[1])


def quantile_of(quantiles: Floats, probability: float) -> Floats:
    """One quantile per campaign."""
    return np.asarray(quantiles[:, int(np.abs(_PROBABILITIES - probability).argmin())])


def _past_errors(history: History, rules: PacingRules) -> Floats:
    """Horizons x campaigns x origins: relative errors of forecasts made in the past; NaN where there is none."""
    days = history.spend.shape[1]
    first = rules.level_days - 1
    origins = np.arange(days - 2, first - 1, -_ORIGIN_STEP)[::-1]
    errors = np.full((len(_HORIZONS), len(history.spend), max(len(origins), 1)), np.nan)
    spent = np.cumsum(history.spend, axis=1)
    unknown = np.cumsum(~history.is_known, axis=1)
    weight = np.cumsum(history.weights, axis=1)
    for column, origin in enumerate(origins):
        level = level_at(history.scaled, int(origin), rules, history.is_known)
        level *= history.budget_scale[:, origin]
        for row, horizon in enumerate(_HORIZONS):
            end = origin + horizon
            if end >= days:
                break
            forecast = level * (weight[:, end] - weight[:, origin])
            usable: Mask = (forecast > 0) & (history.last_day >= end) & (unknown[:, end] == unknown[:, origin])
            actual = spent[:, end] - spent[:, origin]
            errors[row, usable, column] = actual[usable] / forecast[usable] - 1.0
    return errors


def _assumed_deviation(horizon: float) -> float:
    noise = _DAY_NOISE**2 * (1 + _AUTOCORRELATION) / (1 - _AUTOCORRELATION)
    return float(np.sqrt(noise * (1.0 / horizon + 1.0 / 10.0) + _DRIFT * horizon / 2.0))


def _interpolate(table: Floats, days: Indices) -> Floats:
    right = np.clip(np.searchsorted(_HORIZONS, days), 1, len(_HORIZONS) - 1)
    left = right - 1
    share = np.clip((days - _HORIZONS[left]) / (_HORIZONS[right] - _HORIZONS[left]), 0.0, 1.0)[:, None]
    return np.asarray(table[left] * (1.0 - share) + table[right] * share)
