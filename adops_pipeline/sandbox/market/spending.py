"""How a campaign's budget turns into daily spend: weekday habit, pace, noise, and what the platform never exceeds."""

import numpy as np

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.budgets import BudgetBook, Floats
from adops_pipeline.sandbox.market.roster import CampaignPlan, Days
from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.shocks import Shocks
from adops_pipeline.sandbox.market.traits import CampaignTraits

SPEND_NOISE = 0.085
"""Standard deviation of a day's log spend round its plan."""

# Google: at most 2x a day and 30.4x a month; Meta: 1.75x a day and 7x a Sunday-Saturday week. Kept a little lower,
# because recent days are shown before invalid clicks are taken off.
_DAY_LIMIT = {Platform.GOOGLE_ADS: 1.97, Platform.META_ADS: 1.72}
_GOOGLE_MONTH_LIMIT = 30.3
_META_WEEK_LIMIT = 0.99
_FLIGHT_USE = {"steady": 0.97, "over": 0.98, "under": 0.78}


def weekdays(days: Days) -> Days:
    """Weekday of each ordinal, Monday 0."""
    return (days - 1) % 7


def unit_noise(z: Floats, deviation: float) -> Floats:
    """Log-normal factors of mean 1 from standard normal ``z``."""
    return np.asarray(np.exp(deviation * z - deviation**2 / 2), dtype=np.float64)


def planned_spend(
    seed: int,
    plan: CampaignPlan,
    traits: CampaignTraits,
    book: BudgetBook,
    days: Days,
    noise: Floats,
    strikes: Floats,
    shocks: Shocks,
) -> Floats:
    """Spend per day in major units, before rounding. ``days`` is a calendar month; ``strikes`` are planted factors."""
    if plan.is_flight:
        return _flight_spend(seed, plan, traits, days) * np.where(strikes == 0.0, 0.0, 1.0)
    if shocks.world.has_fixed_spend:
        return np.asarray(book.daily_level(plan, days) * plan.runs_on(days) * traits.budget_use, dtype=np.float64)
    weights = np.array(traits.weekday_weights)[weekdays(days)]
    level = book.daily_level(plan, days) * plan.runs_on(days)
    spend: Floats = level * weights * _month_profile(plan, len(days)) * traits.budget_use * noise * strikes
    if shocks.is_demand_bound(plan.campaign_id):
        spend = np.minimum(spend, shocks.bound(plan.campaign_id, plan.daily_budget, days))
    limit = _DAY_LIMIT.get(plan.account.platform)
    if limit is not None:
        spend = np.minimum(spend, limit * level)
    if plan.account.platform is Platform.GOOGLE_ADS:
        spend *= _shrink(spend.sum(), _GOOGLE_MONTH_LIMIT / len(days) * level.sum())
    if plan.account.platform is Platform.META_ADS:
        return _hold_weeks(spend, level * weights, days)
    return spend


def _month_profile(plan: CampaignPlan, days: int) -> Floats:
    """Google's overpacers spend the month early: more at its beginning, less at its end."""
    if plan.pace == "over" and plan.account.platform is Platform.GOOGLE_ADS:
        return np.linspace(1.1, 0.9, days)
    return np.ones(days)


def _shrink(total: float, limit: float) -> float:
    return min(1.0, limit / total) if total > 0 else 1.0


def _hold_weeks(spend: Floats, weighted_level: Floats, days: Days) -> Floats:
    """Hold each Sunday-Saturday week to 7x the budget; a week cut by the month's end is held in both its parts."""
    week = (days // 7).astype(np.int64)  # ordinal 7 is a Sunday
    held = spend.copy()
    for part in np.unique(week):
        inside = week == part
        held[inside] *= _shrink(spend[inside].sum(), _META_WEEK_LIMIT * weighted_level[inside].sum())
    return held


def _flight_spend(seed: int, plan: CampaignPlan, traits: CampaignTraits, days: Days) -> Floats:
    """A flight's share of the month. The path is laid out over the whole flight, so its total stays in the budget."""
    length = plan.flight_days
    flight = plan.start.toordinal() + np.arange(length)
    noise = unit_noise(stream(seed, "flight", plan.campaign_id).standard_normal(length), SPEND_NOISE)
    slope = 0.45 if plan.pace == "over" else 0.0
    shape = np.array(traits.weekday_weights)[weekdays(flight)] * noise * np.linspace(1 + slope, 1 - slope, length)
    path = shape / shape.sum() * plan.daily_budget * length * _FLIGHT_USE[plan.pace]
    spend = np.zeros(len(days))
    inside = plan.runs_on(days)
    spend[inside] = path[days[inside] - plan.start.toordinal()]
    return spend
