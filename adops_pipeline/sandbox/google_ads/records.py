"""The market's accounts, campaigns and days as Google's fields: field name → value."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import cast

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.google_ads.fields import FIELDS, Kind, snake
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign, MarketDay

Value = int | str | bool | Decimal | float | Mapping[str, object] | Sequence[object] | None
"""A field's value; a mapping is a message, a sequence a repeated field. None if Google omits the field."""

Record = Mapping[str, Value]

STATUS_WORDS = {
    CampaignStatus.DRAFT: "PAUSED",
    CampaignStatus.ACTIVE: "ENABLED",
    CampaignStatus.PAUSED: "PAUSED",
    CampaignStatus.ENDED: "ENABLED",
    CampaignStatus.REMOVED: "REMOVED",
}
WRITTEN_BUDGET = "written-"
"""Begins the pool of a campaign whose budget a client created; the budget's id follows."""
_CHANNEL = {"sales": "SEARCH", "traffic": "DISPLAY", "awareness": "VIDEO", "leads": "PERFORMANCE_MAX"}
AD_GROUP_TYPES = {
    "SEARCH": "SEARCH_STANDARD",
    "DISPLAY": "DISPLAY_STANDARD",
    "SHOPPING": "SHOPPING_PRODUCT_ADS",
    "VIDEO": "VIDEO_RESPONSIVE",
}
MICROS = 1_000_000


def customer_record(account: MarketAccount) -> dict[str, Value]:
    """The account itself."""
    return {
        "customer.resource_name": f"customers/{account.account_id}",
        "customer.id": int(account.account_id),
        "customer.descriptive_name": account.name,
        "customer.currency_code": account.currency,
        "customer.time_zone": account.timezone,
        "customer.manager": account.is_manager,
        "customer.test_account": False,
        "customer.status": "ENABLED",
    }


def client_record(asked: MarketAccount, client: MarketAccount) -> dict[str, Value]:
    """``client`` as seen from ``asked``: itself at level 0, the accounts it manages at level 1."""
    return customer_record(asked) | {
        "customer_client.resource_name": f"customers/{asked.account_id}/customerClients/{client.account_id}",
        "customer_client.client_customer": f"customers/{client.account_id}",
        "customer_client.id": int(client.account_id),
        "customer_client.descriptive_name": client.name,
        "customer_client.currency_code": client.currency,
        "customer_client.time_zone": client.timezone,
        "customer_client.manager": client.is_manager,
        "customer_client.test_account": False,
        "customer_client.hidden": False,
        "customer_client.level": 0 if client.account_id == asked.account_id else 1,
        "customer_client.status": "ENABLED",
    }


def campaign_record(campaign: MarketCampaign, today: date) -> dict[str, Value]:
    """A campaign; the end is left out when there is none."""
    customer = f"customers/{campaign.account_id}"
    channel = "SHOPPING" if campaign.shared_budget_id else _CHANNEL[campaign.objective]
    return {
        "campaign.resource_name": f"{customer}/campaigns/{campaign.campaign_id}",
        "campaign.id": int(campaign.campaign_id),
        "campaign.name": campaign.name,
        "campaign.status": STATUS_WORDS[campaign.status],
        "campaign.primary_status": _primary_status(campaign, today),
        "campaign.serving_status": _serving_status(campaign, today),
        "campaign.advertising_channel_type": channel,
        "campaign.campaign_budget": f"{customer}/campaignBudgets/{budget_id(campaign)}",
        "campaign.bidding_strategy_type": "MANUAL_CPC",
        "campaign.contains_eu_political_advertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
        "campaign.start_date_time": f"{campaign.start_date} 00:00:00",
        "campaign.end_date_time": f"{campaign.end_date} 23:59:59" if campaign.end_date else None,
    }


def budget_record(campaign: MarketCampaign, sharing: int) -> dict[str, Value]:
    """The budget a campaign spends from; ``sharing`` campaigns do. A lifetime budget is a total, the others a day's."""
    amount = None if campaign.budget is None else int(campaign.budget * MICROS)
    is_total = campaign.budget_kind == "lifetime"
    is_shared = campaign.shared_budget_id is not None
    identity = budget_id(campaign)
    return {
        "campaign_budget.resource_name": f"customers/{campaign.account_id}/campaignBudgets/{identity}",
        "campaign_budget.id": identity,
        "campaign_budget.name": f"Shared budget {identity}" if is_shared else campaign.name,
        "campaign_budget.amount_micros": None if is_total else amount,
        "campaign_budget.total_amount_micros": amount if is_total else None,
        "campaign_budget.status": "ENABLED",
        "campaign_budget.delivery_method": "STANDARD",
        "campaign_budget.period": "CUSTOM_PERIOD" if is_total else "DAILY",
        "campaign_budget.explicitly_shared": is_shared,
        "campaign_budget.reference_count": sharing,
    }


def written_budget_record(account_id: str, identity: str, body: Mapping[str, object]) -> dict[str, Value]:
    """A budget that a client created and no campaign uses."""
    record: dict[str, Value] = {
        "campaign_budget.resource_name": f"customers/{account_id}/campaignBudgets/{identity}",
        "campaign_budget.id": int(identity),
        "campaign_budget.status": "ENABLED",
        "campaign_budget.reference_count": 0,
    }
    return with_body(record, "campaign_budget", body)


def with_body(record: Mapping[str, Value], resource: str, body: Mapping[str, object]) -> dict[str, Value]:
    """The record with the values that clients wrote, which are in Google's JSON form."""
    values = {f"{resource}.{snake(name)}": value for name, value in body.items()}
    known = {name: _typed(name, value) for name, value in values.items() if name in FIELDS}
    return {**record, **known}


def _typed(name: str, value: object) -> Value:
    return int(str(value)) if FIELDS[name].kind is Kind.INT64 else cast("Value", value)


def ad_group_record(ad_group: MarketAdGroup, campaign: Mapping[str, Value]) -> dict[str, Value]:
    """An ad group; its type is that of its campaign's channel."""
    customer = f"customers/{ad_group.account_id}"
    return {
        "ad_group.resource_name": f"{customer}/adGroups/{ad_group.ad_group_id}",
        "ad_group.id": int(ad_group.ad_group_id),
        "ad_group.name": ad_group.name,
        "ad_group.campaign": f"{customer}/campaigns/{ad_group.campaign_id}",
        "ad_group.status": STATUS_WORDS[ad_group.status],
        "ad_group.type": AD_GROUP_TYPES.get(str(campaign["campaign.advertising_channel_type"])),
    }


def budget_id(campaign: MarketCampaign) -> int:
    """A number for a budget: the pool's where it is shared, else the campaign's own. The two never meet."""
    if campaign.shared_budget_id is not None and campaign.shared_budget_id.startswith(WRITTEN_BUDGET):
        return int(campaign.shared_budget_id.removeprefix(WRITTEN_BUDGET))
    if campaign.shared_budget_id is None:
        return 10_000_000_000 + int(campaign.campaign_id)
    digest = hashlib.blake2b(campaign.shared_budget_id.encode(), digest_size=8).digest()
    return 1_000_000_000 + int.from_bytes(digest, "big") % 9_000_000_000


@dataclass(slots=True)
class Totals:
    """Sums of days."""

    impressions: int = 0
    clicks: int = 0
    spend: Decimal = field(default=Decimal(0))
    conversions: Decimal = field(default=Decimal(0))
    revenue: Decimal = field(default=Decimal(0))
    leads: int = 0
    view_conversions: int = 0

    def add(self, day: MarketDay) -> None:
        """Count a day in."""
        self.impressions += day.impressions
        self.clicks += day.clicks
        self.spend += day.spend
        self.conversions += day.conversions
        self.revenue += day.revenue
        self.leads += day.leads
        self.view_conversions += day.view_conversions


def metrics_record(totals: Totals) -> dict[str, Value]:
    """Metrics of some days. ``conversions`` are purchases; ``all_conversions`` includes leads."""
    cost = int(totals.spend * MICROS)
    return {
        "metrics.impressions": totals.impressions,
        "metrics.clicks": totals.clicks,
        "metrics.interactions": totals.clicks,
        "metrics.cost_micros": cost,
        "metrics.conversions": totals.conversions,
        "metrics.conversions_value": totals.revenue,
        "metrics.all_conversions": totals.conversions + totals.leads,
        "metrics.all_conversions_value": totals.revenue,
        "metrics.view_through_conversions": totals.view_conversions,
        "metrics.ctr": _ratio(totals.clicks, totals.impressions),
        "metrics.average_cpc": _ratio(cost, totals.clicks),
        "metrics.cost_per_conversion": _ratio(cost, totals.conversions),
    }


def sharing_counts(campaigns: Iterable[MarketCampaign]) -> dict[int, int]:
    """How many campaigns spend from each budget."""
    counts: dict[int, int] = {}
    for campaign in campaigns:
        counts[budget_id(campaign)] = counts.get(budget_id(campaign), 0) + 1
    return counts


def _primary_status(campaign: MarketCampaign, today: date) -> str:
    if campaign.status in (CampaignStatus.REMOVED, CampaignStatus.ENDED):
        return campaign.status.name
    if STATUS_WORDS[campaign.status] == "PAUSED":
        return "PAUSED"
    return "PENDING" if campaign.start_date > today else "ELIGIBLE"


def _serving_status(campaign: MarketCampaign, today: date) -> str:
    """By the flight alone: a paused campaign inside its flight is still SERVING."""
    if campaign.end_date is not None and campaign.end_date < today:
        return "ENDED"
    return "PENDING" if campaign.start_date > today else "SERVING"


def _ratio(part: int, whole: int | Decimal) -> float:
    return float(part / whole) if whole else 0.0
