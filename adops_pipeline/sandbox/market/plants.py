"""Planted events: anomalies at a constant monthly rate, and consecutive A/B tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import Literal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.roster import HORIZON_DAYS, CampaignPlan
from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.traits import CampaignTraits
from adops_pipeline.sandbox.market.truth import AnomalyMetric, Direction, PlantedAnomaly, PlantedExperiment

Kind = Literal["spend_spike", "spend_drop", "click_collapse", "price_jump", "tracking_outage", "page_outage"]


@dataclass(frozen=True, slots=True)
class _Event:
    metric: AnomalyMetric
    direction: Direction
    factor: float
    side_effects: tuple[str, ...]


_EVENTS: dict[Kind, _Event] = {
    "spend_spike": _Event("spend", "up", 1.9, ("impressions", "clicks", "conversions", "revenue")),
    "spend_drop": _Event("spend", "down", 0.04, ("impressions", "clicks", "conversions", "revenue")),
    # Junk placements: the same clicks and spend on many more impressions.
    "click_collapse": _Event("ctr", "down", 0.35, ("impressions",)),
    "price_jump": _Event("cpc", "up", 2.2, ("impressions", "clicks")),
    "tracking_outage": _Event("conversions", "down", 0.0, ("revenue", "cpa", "roas")),
    # The pixel is lost on one ad group's landing page only.
    "page_outage": _Event("conversions", "down", 0.0, ("revenue", "cpa", "roas")),
}
_STRONGEST = 14
"""How many campaigns, by purchases a day, can lose their tracking: elsewhere a day without any is nothing odd."""

_TEST_DAYS = 56
_TESTS: dict[str, tuple[int, Literal["ctr", "cpa"], tuple[float, ...]]] = {  # first start, metric, lifts in turn
    "ctr": (0, "ctr", (0.12, -0.09)),
    "cpa": (28, "cpa", (-0.20, 0.18)),
    "none": (14, "ctr", (0.0,)),
}


def plant_anomalies(
    seed: int, plans: Sequence[CampaignPlan], traits: Mapping[str, CampaignTraits], first_day: date
) -> tuple[PlantedAnomaly, ...]:
    """One event of every kind a month, each on another steady campaign, which then rests for the next month."""
    targets = [p for p in plans if _is_steady(p)]

    def purchases_a_day(plan: CampaignPlan) -> float:
        return traits[plan.campaign_id].curve.conversions(plan.daily_budget)

    strong = {p.campaign_id for p in sorted(targets, key=purchases_a_day)[-_STRONGEST:]}
    planted: list[PlantedAnomaly] = []
    struck_before: set[str] = set()
    for month in _months(first_day):
        rng = stream(seed, "anomalies", month.isoformat())
        struck: set[str] = set()
        for kind in _EVENTS:
            able = [p for p in targets if p.campaign_id not in struck_before | struck and _suits(kind, p, strong)]
            plan = able[int(rng.integers(len(able)))]
            struck.add(plan.campaign_id)
            planted.append(_anomaly(kind, plan, month + timedelta(days=int(rng.integers(28)))))
        struck_before = struck
    return tuple(sorted(planted, key=lambda a: (a.date, a.campaign_id)))


def _months(first_day: date) -> Iterator[date]:
    last = first_day + timedelta(days=HORIZON_DAYS)
    month = (first_day.replace(day=1) + timedelta(days=31)).replace(day=1)
    while month < last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _is_steady(plan: CampaignPlan) -> bool:
    is_plain = plan.objective == "sales" and plan.life == "running" and plan.budget_kind != "none"
    return is_plain and not plan.is_flight and plan.ab_test is None


def _suits(kind: Kind, plan: CampaignPlan, strong: set[str]) -> bool:
    if kind in ("tracking_outage", "page_outage"):
        return plan.campaign_id in strong
    # Meta holds a day to 175 % and a week to 700 % of the budget: a spike that stands out cannot happen there.
    return kind != "spend_spike" or (plan.account.platform is not Platform.META_ADS and plan.pace == "steady")


def _anomaly(kind: Kind, plan: CampaignPlan, day: date) -> PlantedAnomaly:
    event = _EVENTS[kind]
    ad_group_id = plan.ad_groups[0].ad_group_id if kind == "page_outage" else None
    account = plan.account
    return PlantedAnomaly(
        account.platform,
        account.account_id,
        plan.campaign_id,
        ad_group_id,
        day,
        event.metric,
        event.direction,
        event.factor,
        event.side_effects,
    )


def plant_experiments(plans: Sequence[CampaignPlan], first_day: date) -> tuple[PlantedExperiment, ...]:
    """Tests back to back on every campaign made for one; starts are staggered so that one is always well under way."""
    return tuple(t for plan in plans if plan.ab_test is not None for t in _tests_of(plan, first_day))


def _tests_of(plan: CampaignPlan, first_day: date) -> Iterator[PlantedExperiment]:
    offset, metric, lifts = _TESTS[plan.ab_test or "none"]
    a, b = plan.ad_groups
    account = plan.account
    for n, lift in zip(range(offset, HORIZON_DAYS, _TEST_DAYS), cycle(lifts), strict=False):
        start = first_day + timedelta(days=n)
        end = start + timedelta(days=_TEST_DAYS - 1)
        yield PlantedExperiment(
            account.platform,
            account.account_id,
            plan.campaign_id,
            a.ad_group_id,
            b.ad_group_id,
            metric,
            lift,
            start,
            end,
        )
