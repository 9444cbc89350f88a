"""Reporting columns the sandbox knows, each with where its value comes from in the market. No requests, no rows here.

Names are Pinterest's own (`ReportingColumnAsync` and the `columns` parameter of its OpenAPI description): ``_1`` is
paid, ``_2`` earned, ``TOTAL_`` both. "MICRO_DOLLAR" and "DOLLAR" mean the account's currency, whichever it is.
Checkouts after a view are part of TOTAL_CHECKOUT here; the market's view conversions beyond that have no column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign, MarketDay
from adops_pipeline.sandbox.pinterest.entities import ad_group_body, campaign_body, micros

Value = int | Decimal | str | bool | None

_PLACES = Decimal("0.000001")


@dataclass(slots=True)
class Totals:
    """Market days added up for one row."""

    impressions: int = 0
    clicks: int = 0
    engagements: int = 0
    earned_impressions: int = 0
    earned_clicks: int = 0
    spend: Decimal = Decimal(0)
    checkouts: int = 0
    revenue: Decimal = Decimal(0)
    view_checkouts: int = 0
    web_checkouts: int = 0
    app_checkouts: int = 0
    onsite_checkouts: int = 0
    leads: int = 0
    page_visits: int = 0

    def add(self, day: MarketDay) -> None:
        """Add one market day."""
        conversions = int(day.conversions)
        self.impressions += day.impressions
        self.clicks += day.clicks
        self.engagements += day.all_clicks
        self.earned_impressions += day.earned_impressions
        self.earned_clicks += day.earned_clicks
        self.spend += day.spend
        self.checkouts += conversions
        self.revenue += day.revenue
        self.view_checkouts += min(day.view_conversions, conversions)
        self.web_checkouts += day.web_purchases
        self.app_checkouts += day.app_purchases
        self.onsite_checkouts += day.onsite_purchases
        self.leads += day.leads
        self.page_visits += day.page_views


@dataclass(frozen=True, slots=True)
class Entity:
    """What a row is about; the campaign is None at account level, the ad group at campaign level too."""

    account: MarketAccount
    campaign: MarketCampaign | None = None
    ad_group: MarketAdGroup | None = None

    def campaign_field(self, name: str, today: date) -> Value:
        """A field of the campaign as the entity endpoint answers it."""
        return _plain(campaign_body(self.campaign, today)[name]) if self.campaign else None

    def ad_group_field(self, name: str, today: date) -> Value:
        """A field of the ad group as the entity endpoint answers it."""
        if self.campaign is None or self.ad_group is None:
            return None
        return _plain(ad_group_body(self.ad_group, self.campaign, today)[name])


def _plain(value: object) -> Value:
    return value if isinstance(value, int | str | bool) else None


def _ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    if not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(_PLACES, ROUND_HALF_EVEN).normalize() + 0


def _micro_ratio(amount: Decimal, denominator: int) -> int | None:
    return micros(amount / denominator) if denominator else None


Metric = Callable[[Totals], Value]

METRICS: Mapping[str, Metric] = {
    "SPEND_IN_MICRO_DOLLAR": lambda t: micros(t.spend),
    "SPEND_IN_DOLLAR": lambda t: t.spend,
    "PAID_IMPRESSION": lambda t: t.impressions,
    "IMPRESSION_1": lambda t: t.impressions,
    "IMPRESSION_2": lambda t: t.earned_impressions,
    "TOTAL_IMPRESSION": lambda t: t.impressions + t.earned_impressions,
    "CLICKTHROUGH_1": lambda t: t.clicks,
    "CLICKTHROUGH_2": lambda t: t.earned_clicks,
    "TOTAL_CLICKTHROUGH": lambda t: t.clicks + t.earned_clicks,
    "OUTBOUND_CLICK_1": lambda t: t.clicks,
    "OUTBOUND_CLICK_2": lambda t: t.earned_clicks,
    "ENGAGEMENT_1": lambda t: t.engagements,
    "ENGAGEMENT_2": lambda t: t.earned_clicks,
    "TOTAL_ENGAGEMENT": lambda t: t.engagements + t.earned_clicks,
    "CTR": lambda t: _ratio(t.clicks, t.impressions),
    "CTR_2": lambda t: _ratio(t.earned_clicks, t.earned_impressions),
    "OUTBOUND_CTR_1": lambda t: _ratio(t.clicks, t.impressions),
    "ECTR": lambda t: _ratio(t.clicks + t.earned_clicks, t.impressions + t.earned_impressions),
    "CPC_IN_MICRO_DOLLAR": lambda t: _micro_ratio(t.spend, t.clicks),
    "ECPC_IN_MICRO_DOLLAR": lambda t: _micro_ratio(t.spend, t.clicks + t.earned_clicks),
    "ECPC_IN_DOLLAR": lambda t: _ratio(t.spend, t.clicks + t.earned_clicks),
    "CPM_IN_MICRO_DOLLAR": lambda t: _micro_ratio(t.spend * 1000, t.impressions),
    "CPM_IN_DOLLAR": lambda t: _ratio(t.spend * 1000, t.impressions),
    "ECPM_IN_MICRO_DOLLAR": lambda t: _micro_ratio(t.spend * 1000, t.impressions + t.earned_impressions),
    "TOTAL_CHECKOUT": lambda t: t.checkouts,
    "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": lambda t: micros(t.revenue),
    "TOTAL_CLICK_CHECKOUT": lambda t: t.checkouts - t.view_checkouts,
    "TOTAL_ENGAGEMENT_CHECKOUT": lambda _: 0,
    "TOTAL_VIEW_CHECKOUT": lambda t: t.view_checkouts,
    "TOTAL_WEB_CHECKOUT": lambda t: t.web_checkouts,
    "TOTAL_OFFLINE_CHECKOUT": lambda _: 0,
    "TOTAL_LEAD": lambda t: t.leads,
    "LEADS": lambda t: t.leads,
    "COST_PER_LEAD": lambda t: _ratio(t.spend, t.leads),
    "TOTAL_PAGE_VISIT": lambda t: t.page_visits,
    "TOTAL_CONVERSIONS": lambda t: t.checkouts + t.leads + t.page_visits,
    "CHECKOUT_ROAS": lambda t: _ratio(t.revenue, t.spend),
    "TOTAL_CHECKOUT_CONVERSION_RATE": lambda t: _ratio(t.checkouts, t.clicks + t.earned_clicks),
}
"""Columns with a number for every row, in both kinds of report."""

ASYNC_ONLY_METRICS: Mapping[str, Metric] = {
    "TOTAL_INAPP_CHECKOUT": lambda t: t.app_checkouts,
    "TOTAL_PINTEREST_CHECKOUT": lambda t: t.onsite_checkouts,
    "TOTAL_CONVERSIONS_VALUE_IN_MICRO_DOLLAR": lambda t: micros(t.revenue),
}
"""Columns that only the asynchronous report has."""

ATTRIBUTES: Mapping[str, Callable[[Entity, date], Value]] = {
    "AD_ACCOUNT_ID": lambda e, _: e.account.account_id,
    "ADVERTISER_ID": lambda e, _: e.account.account_id,
    "CAMPAIGN_ID": lambda e, today: e.campaign_field("id", today),
    "CAMPAIGN_NAME": lambda e, today: e.campaign_field("name", today),
    "CAMPAIGN_ENTITY_STATUS": lambda e, today: e.campaign_field("status", today),
    "CAMPAIGN_OBJECTIVE_TYPE": lambda e, today: e.campaign_field("objective_type", today),
    "CAMPAIGN_DAILY_SPEND_CAP": lambda e, today: e.campaign_field("daily_spend_cap", today),
    "CAMPAIGN_LIFETIME_SPEND_CAP": lambda e, today: e.campaign_field("lifetime_spend_cap", today),
    "CAMPAIGN_BUDGET_OPTIMIZATION": lambda e, today: e.campaign_field("is_campaign_budget_optimization", today),
    "AD_GROUP_ID": lambda e, today: e.ad_group_field("id", today),
    "AD_GROUP_NAME": lambda e, today: e.ad_group_field("name", today),
    "AD_GROUP_ENTITY_STATUS": lambda e, today: e.ad_group_field("status", today),
    "AD_GROUP_BUDGET_TYPE": lambda e, today: e.ad_group_field("budget_type", today),
}
"""Columns that describe the row's entity as it is today."""

ID_COLUMNS = frozenset({"AD_ACCOUNT_ID", "ADVERTISER_ID", "CAMPAIGN_ID", "AD_GROUP_ID"})

SYNC_COLUMNS = frozenset({*METRICS, *ATTRIBUTES})
ASYNC_COLUMNS = frozenset({*SYNC_COLUMNS, *ASYNC_ONLY_METRICS})
