"""Projected end of each period: the current level of spend carried forward, within the platform's rules."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.limits import most_in_remaining_days
from adops_pipeline.domain.pacing.periods import Periods, budget_in_force
from adops_pipeline.domain.pacing.projection import (
    History,
    error_quantiles,
    level_at,
    probability_above,
    quantile_of,
)
from adops_pipeline.domain.pacing.rules import PacingRules
from adops_pipeline.domain.vocabulary import Platform

_FAR_AHEAD = 10_000
_KEEP_THEIR_LIMITS = (Platform.GOOGLE_ADS.value, Platform.META_ADS.value)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Per entity: the period's likely total with its interval, and the probability that it exceeds the budget.

    ``level`` is the weekday-free spend a day at present; ``most`` the most that the period can end with (NaN: no rule
    is known).
    """

    level: Floats
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
    level = level_at(history.scaled, inputs.panel["spend"].shape[1] - 1, rules, inputs.is_known)
    is_running: Mask = np.isin(inputs.entities["status"].to_numpy(), ["active"])
    ahead = np.where(is_running, periods.remaining, 0)
    forecast = np.where(ahead > 0, level * periods.weight_ahead, 0.0)
    most = inputs.spent + _most_ahead(inputs, periods.remaining)
    limits = _limits(inputs, most)
    quantiles = error_quantiles(history, ahead, rules)
    tail = (1.0 - rules.interval) / 2

    def total_at(probability: float, limit: Floats) -> Floats:
        return np.minimum(inputs.spent + forecast * (1.0 + quantile_of(quantiles, probability)), limit)

    return Outlook(
        level=level,
        total=total_at(0.5, limits.middle),
        low=total_at(tail, limits.middle),
        high=total_at(1.0 - tail, limits.upper),
        overspend_probability=_overspend_probability(inputs, forecast, quantiles, limits.middle),
        most=most,
    )


def _limits(inputs: Inputs, most: Floats) -> _Limits:
    # Pinterest has been seen to exceed its cap: its projection is not cut there.
    is_kept = np.isin(inputs.entities["platform"].to_numpy(), _KEEP_THEIR_LIMITS) | inputs.is_lifetime
    middle = np.where(is_kept, np.fmax(most, inputs.spent), np.inf)
    # A daily budget may be raised before the period ends: its limits hold for the middle, not for what may come.
    return _Limits(middle, np.where(inputs.is_lifetime, middle, np.inf))


def _overspend_probability(inputs: Inputs, forecast: Floats, quantiles: Floats, limit: Floats) -> Floats:
    """NaN where no budget is known."""
    budget, spent = inputs.budget, inputs.spent
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(forecast > 0, (budget - spent) / forecast - 1.0, np.inf)
    above = np.where(forecast > 0, probability_above(quantiles, np.nan_to_num(needed, posinf=1e300)), 0.0)
    probability = np.where(spent > budget, 1.0, np.where(limit <= budget, 0.0, above))
    return np.where(np.isfinite(budget) & np.isfinite(spent) & np.isfinite(forecast), probability, np.nan)


def _history(inputs: Inputs, weights: Floats) -> History:
    panel = inputs.panel
    spend, shape = panel["spend"], weights[:, panel.weekday]
    scale = np.ones_like(spend)
    days = panel.first_day.toordinal() + np.arange(spend.shape[1])
    for row, basis in enumerate(inputs.bases):
        if basis.kind == "daily" and len(basis.steps) > 1:
            in_force, now = budget_in_force(basis, days), float(basis.steps[-1][1])
            if now > 0:
                scale[row] = np.where(in_force > 0, in_force / now, 1.0)
    ends = inputs.entities["end_date"].to_list()
    last = [_FAR_AHEAD if end is None else (end - panel.first_day).days for end in ends]
    ends_on = np.array(last, dtype=np.intp)
    return History(spend / shape / scale, spend, shape, scale, ends_on, inputs.platforms, inputs.is_known)


def _most_ahead(inputs: Inputs, remaining: Indices) -> Floats:
    """The most that can be spent in the days that remain; NaN where no rule is known."""
    daily, is_lifetime = inputs.daily_budget, inputs.is_lifetime
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
    cap = np.array([np.nan if basis.month_cap is None else float(basis.month_cap) for basis in inputs.bases])
    is_firm = np.array([basis.is_cap_firm for basis in inputs.bases])
    left = np.nan_to_num(cap - inputs.spent, nan=np.inf)
    return np.where(is_firm, left, np.maximum(left, np.nan_to_num(inputs.daily_budget) * remaining))


def _spent_since_sunday(inputs: Inputs) -> Floats:
    """Spend of Meta's week, which starts on Sunday, up to and including today."""
    tomorrow = inputs.day + timedelta(days=1)
    days = (tomorrow.weekday() + 1) % 7
    return inputs.panel["spend"][:, -days:].sum(axis=1) if days else np.zeros(inputs.entities.height)
