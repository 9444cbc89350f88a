"""The market's ground truth, for scoring methods against: curves, seasonality, lags, planted events. Never served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.world import World

AnomalyMetric = Literal["spend", "ctr", "cpc", "conversions"]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """Hill response of a campaign's conversions to one day's spend (account currency, major units).

    conversions = beta · s^slope / (half_saturation^slope + s^slope); Hill 1910, as in Jin et al. 2017 (Google),
    "Bayesian Methods for Media Mix Modeling with Carryover and Shape Effects", without carry-over.
    """

    beta: float
    half_saturation: float
    slope: float
    revenue_per_conversion: float

    def conversions(self, spend: float) -> float:
        """Expected conversions of a neutral weekday at the market's first day; 0 for no spend."""
        if spend <= 0:
            return 0.0
        powered = float((spend / self.half_saturation) ** self.slope)
        return self.beta * powered / (1.0 + powered)

    def revenue(self, spend: float) -> float:
        """Expected revenue of that day, in major units."""
        return self.conversions(spend) * self.revenue_per_conversion


@dataclass(frozen=True, slots=True)
class PlantedAnomaly:
    """One day on which ``metric`` was multiplied by ``factor`` on purpose.

    ``ad_group_id`` is None where the whole campaign is struck. ``side_effects`` names the other metrics that the
    event moves too: finding one of them on that day is no false alarm.
    """

    platform: Platform
    account_id: str
    campaign_id: str
    ad_group_id: str | None
    date: date
    metric: AnomalyMetric
    direction: Direction
    factor: float
    side_effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlantedExperiment:
    """An A/B test on two ad groups; ``true_lift`` is B over A minus one in ``metric``; 0 is an A/A test."""

    platform: Platform
    account_id: str
    campaign_id: str
    ad_group_a: str
    ad_group_b: str
    metric: Literal["ctr", "cpa"]
    true_lift: float
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """A buyer moved a daily budget: from ``date`` on the campaign's level is ``factor`` times what it was."""

    campaign_id: str
    date: date
    factor: float


@dataclass(frozen=True)
class MarketTruth:
    """All that the market knows about itself.

    Weekday tuples run Monday to Sunday and average 1: ``weekday_weights`` shape a campaign's spend,
    ``conversion_weekday_weights`` a platform's conversions at given spend. ``trend`` is a campaign's yearly relative
    growth of conversions at given spend. ``lag_curve[platform][k]`` is the share of a day's conversions known k days
    after it. ``anomalies`` strike whole campaigns; ``ad_group_anomalies`` one ad group, so that they drown in its
    campaign's totals. Everything is laid out from ``first_day`` for years ahead, past the moment asked too.
    """

    first_day: date
    curves: Mapping[str, ResponseCurve]
    weekday_weights: Mapping[str, tuple[float, ...]]
    conversion_weekday_weights: Mapping[Platform, tuple[float, ...]]
    campaign_platform: Mapping[str, Platform]
    trend: Mapping[str, float]
    lag_curve: Mapping[Platform, tuple[float, ...]]
    anomalies: tuple[PlantedAnomaly, ...]
    ad_group_anomalies: tuple[PlantedAnomaly, ...]
    experiments: tuple[PlantedExperiment, ...]
    budget_changes: tuple[BudgetChange, ...]
    world: World
    demand_caps: Mapping[str, float]
    """Mean daily spend (major units) that a demand-bound campaign cannot exceed, by campaign id."""

    def expected_conversions(self, campaign_id: str, spend: Decimal | float, day: date) -> float:
        """Mean final conversions when ``spend`` (major units) is spent on ``day``; planted events apart."""
        years = (day - self.first_day).days / 365.25
        weekday = self.conversion_weekday_weights[self.campaign_platform[campaign_id]][day.weekday()]
        growth = float((1.0 + self.trend[campaign_id]) ** years)
        useful = min(float(spend), self.demand_caps.get(campaign_id, float("inf")))
        return self.curves[campaign_id].conversions(useful) * weekday * growth
