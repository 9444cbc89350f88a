"""Projected end of each period: the current level of spend carried forward, within the platform's rules."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.levels import Noise, day_noise, level_at, pauses
from adops_pipeline.domain.pacing.limits import most_in_remaining_days
from adops_pipeline.domain.pacing.periods import Periods
from adops_pipeline.domain.pacing.projection import History, error_quantiles, probability_above, quantile_of, widened
from adops_pipeline.domain.pacing.rules import PacingRules
from adops_pipeline.domain.pacing.season import season_ahead
from adops_pipeline.domain.vocabulary import Platform

_FAR_AHEAD = 10_000
_KEEP_THEIR_LIMITS = (Platform.GOOGLE_ADS.value, Platform.META_ADS.value)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Per entity: the period's likely total with its interval, and the probability that it exceeds the budget.

    ``level`` is the weekday-free spend a day at present, which has held since the column ``level_since``; ``noise``
    that of its days; ``most`` the most that the period can end with (NaN: no rule is known).
    """

    level: Floats
    level_since: Indices
    noise: Noise
    total: Floats
    low: Floats
    high: Floats
    overspend_probability: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a period's total cannot exceed: its middle and lower end, and its upper end (inf: no limit is known)."""

    middle: Floats
    upper: Floats


def project(inputs: Inputs, periods: Periods, weights: Floats, rules: PacingRules) -> Outlook:
    """The outlook of every entity; one that does not run now is expected to spend nothing more."""
    history = _history(inputs, weights)
    level = level_at(history.scaled, inputs.panel["spend"].shape[1] - 1, rules, inputs.is_known, history.noise)
    ahead = np.where(inputs.is_running, periods.remaining, 0)
    season = season_ahead(inputs, periods, weights, level, rules)
    weight_ahead = periods.weight_ahead if season is None else periods.weight_ahead * season.factor
    forecast = np.where(ahead > 0, level.spend * weight_ahead, 0.0)
    most = inputs.spent + _most_ahead(inputs, periods.remaining)
    limits = _limits(inputs, most)
    quantiles = error_quantiles(history, ahead, level.days, rules)
    doubt = periods.weight_deviation / np.maximum(periods.weight_ahead, 1e-9)
    quantiles = widened(quantiles, doubt if season is None else np.hypot(doubt, season.deviation))
    tail = (1.0 - rules.interval) / 2

    def total_at(probability: float, limit: Floats) -> Floats:
        return np.minimum(inputs.spent + forecast * (1.0 + quantile_of(quantiles, probability)), limit)

    return Outlook(
        level=level.spend,
        level_since=level.since,
        noise=history.noise,
        total=total_at(0.5, limits.middle),
        low=total_at(tail, limits.middle),
        high=total_at(1.0 - tail, limits.upper),
        overspend_probability=_overspend_probability(inputs, forecast, quantiles, limits.middle),
        most=most,
    )


def _limits(inputs: Inputs, most: Floats) -> _Limits:
    # Pinterest has been seen to exceed its cap: its projection is not cut there.
    is_kept = np.isin(inputs.entities["platform"].to_numpy(), _KEEP_THEIR_LIMITS) | inputs.is_kind("lifetime", "cap")
    middle = np.where(is_kept, np.fmax(most, inputs.spent), np.inf)
    # A daily budget may be raised before the period ends: its limits hold for the middle, not for what may come.
    return _Limits(middle, np.where(inputs.is_kind("lifetime", "cap"), middle, np.inf))


def _overspend_probability(inputs: Inputs, forecast: Floats, quantiles: Floats, limit: Floats) -> Floats:
    """NaN where no budget is known, or nobody set a sum: daily budgets have no overspend of a month."""
    budget, spent = inputs.budget, inputs.spent
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(forecast > 0, (budget - spent) / forecast - 1.0, np.inf)
    above = np.where(forecast > 0, probability_above(quantiles, np.nan_to_num(needed, posinf=1e300)), 0.0)
    probability = np.where(spent > budget, 1.0, np.where(limit <= budget, 0.0, above))
    is_known = np.isfinite(budget) & np.isfinite(spent) & np.isfinite(forecast) & ~inputs.is_kind("daily")
    return np.where(is_known, probability, np.nan)


def _history(inputs: Inputs, weights: Floats) -> History:
    panel = inputs.panel
    spend, shape = panel["spend"], weights[:, panel.weekday] * inputs.event_factors
    scale = inputs.scale
    ends = (inputs.entities["end_date"] - panel.first_day).dt.total_days().fill_null(_FAR_AHEAD)
    scaled = spend / shape / scale
    noise = day_noise(scaled, inputs.platforms)
    last = ends.to_numpy().astype(np.intp)
    return History(scaled, spend, shape, scale, last, inputs.platforms, inputs.is_known, noise, pauses(spend))


def _most_ahead(inputs: Inputs, remaining: Indices) -> Floats:
    """The most that can be spent in the days that remain; NaN where no rule is known."""
    daily, is_lifetime = inputs.daily_budget, inputs.is_kind("lifetime", "cap")
    most = np.where(is_lifetime, np.maximum(inputs.budget - inputs.spent, 0.0), np.nan)
    platforms = inputs.entities["platform"].to_numpy()
    tomorrow = inputs.day + timedelta(days=1)
    allowance, week = _month_allowance(inputs, remaining), _spent_since_sunday(inputs)
    for name in sorted(set(platforms)):
        rows = np.flatnonzero((platforms == name) & ~is_lifetime & np.isfinite(daily))
        most[rows] = most_in_remaining_days(
            name, daily[rows], remaining[rows], allowance[rows], week[rows], tomorrow.weekday()
        )
    return np.where(remaining == 0, 0.0, most)


def _month_allowance(inputs: Inputs, remaining: Indices) -> Floats:
    """What Google's month has left; a budget that moved within the month is good for its own days that remain."""
    left = np.nan_to_num(inputs.month.cap - inputs.spent, nan=np.inf)
    return np.where(inputs.month.is_cap_firm, left, np.maximum(left, np.nan_to_num(inputs.daily_budget) * remaining))


def _spent_since_sunday(inputs: Inputs) -> Floats:
    """Spend of Meta's week, which starts on Sunday, up to and including today."""
    tomorrow = inputs.day + timedelta(days=1)
    days = (tomorrow.weekday() + 1) % 7
    return inputs.panel["spend"][:, -days:].sum(axis=1) if days else np.zeros(inputs.entities.height)
