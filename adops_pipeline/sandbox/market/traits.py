"""A campaign's hidden nature: prices, click ratio, response curve, weekday habit. Drawn once, by seed and id."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.entities import Objective
from adops_pipeline.sandbox.market.roster import CampaignPlan, units_per_usd
from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.truth import ResponseCurve
from adops_pipeline.sandbox.market.world import Lag

LAST_LAG_DAY = 30

PLATFORM_WEEKDAY_WEIGHTS: dict[Platform, tuple[float, ...]] = {
    Platform.GOOGLE_ADS: (1.08, 1.07, 1.05, 1.03, 0.99, 0.88, 0.90),
    Platform.META_ADS: (0.96, 0.96, 0.97, 0.99, 1.02, 1.06, 1.04),
    Platform.PINTEREST: (0.94, 0.93, 0.94, 0.97, 1.00, 1.10, 1.12),
}
"""Spend by weekday, Monday first, averaging 1."""

CONVERSION_WEEKDAY_WEIGHTS: dict[Platform, tuple[float, ...]] = {
    Platform.GOOGLE_ADS: (1.04, 1.03, 1.02, 1.01, 0.97, 0.95, 0.98),
    Platform.META_ADS: (0.98, 0.98, 0.99, 1.00, 1.00, 1.01, 1.04),
    Platform.PINTEREST: (0.97, 0.97, 0.98, 0.99, 1.00, 1.03, 1.06),
}
"""Conversions at given spend by weekday, Monday first, averaging 1."""

_LAGS: dict[Platform, tuple[float, float, int]] = {  # known on day 0, time constant in days, frozen after
    Platform.GOOGLE_ADS: (0.55, 6.0, 30),
    Platform.META_ADS: (0.65, 5.0, 28),
    Platform.PINTEREST: (0.45, 9.0, 30),
}


class _Prices(NamedTuple):
    """US dollars per thousand impressions and per conversion, clicks per impression, leads per click."""

    cost_per_mille: float
    click_ratio: float
    cost_per_conversion: float
    lead_ratio: float


_PRICES: dict[Platform, dict[Objective, _Prices]] = {
    Platform.GOOGLE_ADS: {
        "sales": _Prices(44.0, 0.042, 10.0, 0.0),
        "traffic": _Prices(21.0, 0.030, 70.0, 0.0),
        "awareness": _Prices(8.0, 0.007, 160.0, 0.0),
        "leads": _Prices(38.0, 0.035, 90.0, 0.09),
    },
    Platform.META_ADS: {
        "sales": _Prices(9.5, 0.013, 9.0, 0.0),
        "traffic": _Prices(7.0, 0.016, 60.0, 0.0),
        "awareness": _Prices(4.5, 0.006, 150.0, 0.0),
        "leads": _Prices(9.0, 0.012, 80.0, 0.12),
    },
    Platform.PINTEREST: {
        "sales": _Prices(5.5, 0.009, 10.0, 0.0),
        "traffic": _Prices(4.5, 0.011, 60.0, 0.0),
        "awareness": _Prices(3.5, 0.005, 140.0, 0.0),
        "leads": _Prices(5.0, 0.008, 85.0, 0.08),
    },
}


@dataclass(frozen=True, slots=True)
class CampaignTraits:
    """Per campaign, money in major units of its account's currency; tuples run over its ad groups."""

    curve: ResponseCurve
    weekday_weights: tuple[float, ...]
    trend: float
    cost_per_mille: float
    click_ratio: float
    lead_ratio: float
    budget_use: float
    has_fractional_credit: bool
    ad_group_prices: tuple[float, ...]
    ad_group_click_factors: tuple[float, ...]
    ad_group_quality: tuple[float, ...]


_STRAIGHT_HALF, _STRAIGHT_ROAS = 10_000.0, 3.0
_LATE_AT_ONCE, _LATE_CONSTANT = 0.1, 12.0


def lag_curve(platform: Platform, lag: Lag = "usual") -> tuple[float, ...]:
    """Share of a day's final conversions known after k days, k = 0..30: an exponential tail that ends at the freeze."""
    if lag == "instant":
        return (1.0,) * (LAST_LAG_DAY + 1)
    at_once, constant, last = _LAGS[platform]
    if lag == "late":
        at_once, constant = _LATE_AT_ONCE, _LATE_CONSTANT
    tail = [math.exp(-min(k, last) / constant) for k in range(LAST_LAG_DAY + 1)]
    return tuple(1.0 - (1.0 - at_once) * (t - tail[last]) / (1.0 - tail[last]) for t in tail)


def draw_traits(seed: int, plan: CampaignPlan) -> CampaignTraits:
    """The campaign's nature in the market of ``seed``."""
    rng = stream(seed, "traits", plan.campaign_id)
    prices = _PRICES[plan.account.platform][plan.objective]
    local = units_per_usd(plan.account.currency)
    cost, half, slope, worth = rng.uniform((0.75, 0.5, 0.75, 1.5), (1.6, 2.2, 1.55, 4.2))
    conversion_cost = prices.cost_per_conversion * local * cost
    half_saturation = plan.daily_budget * half
    # beta is set so that the base budget buys conversions at the drawn cost.
    beta = plan.daily_budget / conversion_cost * (1.0 + half**slope)
    platform_weights = PLATFORM_WEEKDAY_WEIGHTS[plan.account.platform]
    weights = [w * v for w, v in zip(platform_weights, rng.normal(1.0, 0.03, 7), strict=True)]
    groups = len(plan.ad_groups)
    price, click, use = rng.uniform((0.8, 0.8, 0.94), (1.25, 1.25, 0.985))
    is_alike = plan.ab_test is not None
    spread = [(1.0,) * groups if is_alike else tuple(rng.uniform(0.85, 1.15, groups).tolist()) for _ in range(3)]
    return CampaignTraits(
        curve=ResponseCurve(float(beta), float(half_saturation), float(slope), float(conversion_cost * worth)),
        weekday_weights=tuple(float(w * 7 / sum(weights)) for w in weights),
        trend=float(rng.uniform(-0.08, 0.12)),
        cost_per_mille=float(prices.cost_per_mille * local * price),
        click_ratio=float(prices.click_ratio * click),
        lead_ratio=prices.lead_ratio,
        budget_use=_budget_use(plan, float(use)),
        has_fractional_credit=plan.account.platform is Platform.GOOGLE_ADS and bool(rng.random() < 0.6),
        ad_group_prices=spread[0],
        ad_group_click_factors=spread[1],
        ad_group_quality=spread[2],
    )


def with_constant_returns(traits: CampaignTraits, plan: CampaignPlan) -> CampaignTraits:
    """The same campaign with a curve that is a straight line, steady over the years, at one ROAS for all campaigns."""
    conversions = traits.curve.conversions(plan.daily_budget)
    half = _STRAIGHT_HALF * plan.daily_budget
    beta = conversions * (1.0 + _STRAIGHT_HALF)
    worth = _STRAIGHT_ROAS * plan.daily_budget / conversions
    return replace(traits, curve=ResponseCurve(beta, half, 1.0, worth), trend=0.0)


def _budget_use(plan: CampaignPlan, steady: float) -> float:
    """Share of the budget that is spent in the long run."""
    if plan.pace == "under":
        return 0.72
    # Google and Meta hold a month or a week to its budget: what runs over there runs early, not more.
    if plan.pace == "over":
        return 1.12 if plan.account.platform is Platform.PINTEREST and not plan.is_flight else 0.98
    return steady
