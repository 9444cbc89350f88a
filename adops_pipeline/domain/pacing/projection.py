"""Intervals of projected spend, from the errors of the same forecast in the past.

Errors are those of whole sums over the days ahead, so that correlated days, moved budgets and pauses are in them. Each
is measured in units of the deviation that the campaign's noise and the age of its history let expect, so that noisy,
quiet, old and new campaigns inform each other. Arrays only; the last column of a history is the last complete day.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.pacing.levels import Noise, level_at
from adops_pipeline.domain.pacing.rules import PacingRules

_HORIZONS = np.array([1, 2, 4, 7, 11, 16, 23, 31, 45, 60, 90])
_PROBABILITIES = np.linspace(0.01, 0.99, 99)
_PRIOR_ERRORS, _ENOUGH_ERRORS, _ORIGIN_STEP = 25.0, 20_000, 5
_LEVEL_DAYS, _DRIFT, _UNSURE = 10.0, 0.0012, 2.0
"""Days that a level with a full history is worth, the variance per day by which it moves on, and how much wider an
interval from a single day is."""


@dataclass(frozen=True, slots=True)
class History:
    """Spend per day divided by its weekday's weight, where the campaign could deliver, and each campaign's end.

    ``scaled`` is also divided by the budget then over the budget now, where past budgets are known. ``spend`` and
    ``weights`` (per day) are what forecasts are held against. ``is_known`` is False on days that were never pulled.
    ``last_day`` is the column of the campaign's last day, beyond the history where it runs on. ``noise`` is that
    of each campaign's days. Days in ``is_paused`` are left out of the errors: a projection is that of a running one.
    """

    scaled: Floats
    spend: Floats
    weights: Floats
    budget_scale: Floats
    last_day: Indices
    group: Indices
    is_known: Mask
    noise: Noise
    is_paused: Mask


def error_quantiles(history: History, days_ahead: Indices, level_days: Floats, rules: PacingRules) -> Floats:
    """Campaigns x 99: quantiles (1 % to 99 %) of the relative error actual / forecast − 1 over ``days_ahead`` days.

    ``level_days`` is the number of days that each campaign's level rests on. Errors are pooled over a platform's
    campaigns, mixed with those of all and with a normal error that counts as 25 observations, and interpolated between
    horizons.
    """
    past = [errors.ravel() for errors in _past_errors(history, rules)]
    groups = np.unique(history.group)
    standard = np.zeros((len(days_ahead), len(_PROBABILITIES)))
    tables = np.zeros((len(groups), len(_HORIZONS), len(_PROBABILITIES)))
    normal = special.ndtri(_PROBABILITIES)
    for row, errors in enumerate(past):
        by_campaign = errors.reshape(len(history.spend), -1)
        every = _mixed(errors[np.isfinite(errors)], normal)
        for place, number in enumerate(groups):
            own = by_campaign[history.group == number]
            tables[place, row] = _mixed(own[np.isfinite(own)], every)
    for place, number in enumerate(groups):
        members = np.flatnonzero(history.group == number)
        standard[members] = _interpolate(tables[place], days_ahead[members])
    expected = _deviation(history.noise, np.maximum(days_ahead, 1), level_days)
    return np.where(days_ahead[:, None] > 0, np.maximum(standard * expected[:, None], -1.0), 0.0)


def _mixed(errors: Floats, prior: Floats) -> Floats:
    """Quantiles of ``errors``, mixed with a prior's that count as 25 of them."""
    if errors.size == 0:
        return prior
    trust = errors.size / (errors.size + _PRIOR_ERRORS)
    # Evenly spaced errors of many give the same quantiles to less than their own uncertainty.
    some = errors[:: max(errors.size // _ENOUGH_ERRORS, 1)]
    return np.asarray(trust * np.quantile(some, _PROBABILITIES) + (1.0 - trust) * prior)


def widened(quantiles: Floats, deviation: Floats) -> Floats:
    """``quantiles`` with a further normal error of relative ``deviation`` per campaign."""
    middle = quantiles[:, [quantiles.shape[1] // 2]]
    normal = special.ndtri(_PROBABILITIES)
    apart = np.hypot(quantiles - middle, normal * deviation[:, None])
    return np.where(deviation[:, None] > 0, np.maximum(middle + np.sign(normal) * apart, -1.0), quantiles)


def probability_above(quantiles: Floats, limit: Floats) -> Floats:
    """Probability that the relative error is above ``limit``, per campaign."""
    below = (quantiles <= limit[:, None]).sum(axis=1)
    return np.asarray(1.0 - below / quantiles.shape[1])


def quantile_of(quantiles: Floats, probability: float) -> Floats:
    """One quantile per campaign."""
    return np.asarray(quantiles[:, int(np.abs(_PROBABILITIES - probability).argmin())])


def _past_errors(history: History, rules: PacingRules) -> Floats:
    """Horizons x campaigns x origins: standardized errors of forecasts made in the past; NaN where there is none."""
    days = history.spend.shape[1]
    first = min(rules.level_days, days) - 1
    origins = np.arange(days - 2, first - 1, -_ORIGIN_STEP)[::-1]
    errors = np.full((len(_HORIZONS), len(history.spend), max(len(origins), 1)), np.nan)
    spent = np.cumsum(history.spend, axis=1)
    weight = np.cumsum(history.weights, axis=1)
    unknown = np.cumsum(~history.is_known | history.is_paused, axis=1)
    for column, origin in enumerate(origins):
        level = level_at(history.scaled, int(origin), rules, history.is_known, history.noise)
        expected = level.spend * history.budget_scale[:, origin]
        for row, horizon in enumerate(_HORIZONS):
            end = origin + horizon
            if end >= days:
                break
            forecast = expected * (weight[:, end] - weight[:, origin])
            usable: Mask = (forecast > 0) & (history.last_day >= end) & (unknown[:, end] == unknown[:, origin])
            actual = spent[:, end] - spent[:, origin]
            deviation = _deviation(history.noise.of(usable), np.array(horizon), level.days[usable])
            errors[row, usable, column] = (actual[usable] / forecast[usable] - 1.0) / deviation
    return errors


def _deviation(noise: Noise, horizon: Indices, level_days: Floats) -> Floats:
    """Relative deviation to expect of a sum of ``horizon`` days from a level of ``level_days`` days.

    The noise itself is hardly known from a few days: the fewer, the wider.
    """
    of_level = 1.0 / np.clip(level_days, 1.0, _LEVEL_DAYS)
    variance = noise.deviation**2 * noise.inflation * (1.0 / horizon + of_level) * (1.0 + _UNSURE * of_level)
    return np.asarray(np.sqrt(variance + _DRIFT * horizon / 2.0))


def _interpolate(table: Floats, days: Indices) -> Floats:
    right = np.clip(np.searchsorted(_HORIZONS, days), 1, len(_HORIZONS) - 1)
    left = right - 1
    share = np.clip((days - _HORIZONS[left]) / (_HORIZONS[right] - _HORIZONS[left]), 0.0, 1.0)[:, None]
    return np.asarray(table[left] * (1.0 - share) + table[right] * share)
