"""State of a campaign of Google Ads as the tools compare it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.calls import Row
from adops_pipeline.connectors.google_ads.tools.inputs import STATUSES, AccountInput
from adops_pipeline.connectors.google_ads.tools.money import from_micros
from adops_pipeline.connectors.google_ads.tools.rows import value_of
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

NO_END = "2037-12-30"
"""The end that Google gives a campaign without one."""

_EU_POLITICAL = "CONTAINS_EU_POLITICAL_ADVERTISING"
_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "campaign.id",
    "campaign.name",
    "campaign.status",
    "campaign.advertising_channel_type",
    "campaign.bidding_strategy_type",
    "campaign.start_date_time",
    "campaign.end_date_time",
    "campaign.contains_eu_political_advertising",
    "campaign_budget.id",
    "campaign_budget.amount_micros",
    "campaign_budget.total_amount_micros",
)


async def read_campaign(
    client: GoogleAdsConnector, given: AccountInput | tuple[str, str | None], campaign_id: str
) -> AdObject | None:
    """A campaign as it is now, a removed one too; None if the account has no such campaign."""
    query = gaql.select(_FIELDS, "campaign", (f"campaign.id = {gaql.literal(campaign_id)}",))
    found = await calls.rows_of(client, given, query)
    return campaign_of(found[0]) if found else None


async def campaigns_named(client: GoogleAdsConnector, given: AccountInput, name: str) -> list[AdObject]:
    """Campaigns with this name that were not removed: at most one."""
    conditions = (f"campaign.name = {gaql.literal(name)}", "campaign.status != 'REMOVED'")
    return [
        campaign_of(row) for row in await calls.rows_of(client, given, gaql.select(_FIELDS, "campaign", conditions))
    ]


async def existing_campaign(client: GoogleAdsConnector, given: AccountInput, campaign_id: str) -> AdObject:
    """A campaign that can be changed. Raises RefusedInputError where there is none."""
    found = await read_campaign(client, given, campaign_id)
    if found is None:
        raise RefusedInputError(
            f"campaign_id: account {given.account_id} has no campaign {campaign_id};"
            " google_ads_list_campaigns lists them"
        )
    if found.status is CampaignStatus.REMOVED:
        raise RefusedInputError(
            f"campaign_id: campaign {campaign_id} was removed, and Google changes no removed campaign"
        )
    return found


def campaign_of(row: Row) -> AdObject:
    """A campaign from a row of ``_FIELDS``."""
    return AdObject(
        platform=Platform.GOOGLE_ADS,
        account_id=value_of(row, "customer.id"),
        kind="campaign",
        object_id=value_of(row, "campaign.id"),
        name=value_of(row, "campaign.name"),
        status=STATUSES[value_of(row, "campaign.status")],
        currency=value_of(row, "customer.currency_code"),
        campaign_id=value_of(row, "campaign.id"),
        daily_budget=from_micros(value_of(row, "campaign_budget.amount_micros")),
        lifetime_budget=from_micros(value_of(row, "campaign_budget.total_amount_micros")),
        fields={
            "channel": value_of(row, "campaign.advertising_channel_type"),
            "bidding_strategy": value_of(row, "campaign.bidding_strategy_type"),
            "start_date": _day(value_of(row, "campaign.start_date_time")),
            "end_date": _day(value_of(row, "campaign.end_date_time")),
            "contains_eu_political_advertising": value_of(row, "campaign.contains_eu_political_advertising")
            == _EU_POLITICAL,
        },
    )


def is_as_intended(found: AdObject, intended: AdObject) -> bool:
    """Whether ``found`` has every value of ``intended`` that does not change after the object was created."""
    kept = ("name", "currency", "daily_budget", "lifetime_budget")
    return all(getattr(found, name) == getattr(intended, name) for name in kept) and all(
        found.fields.get(name) == value for name, value in intended.fields.items()
    )


def without_nones(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs that have a value."""
    return {name: value for name, value in pairs if value is not None}


def text_of(day: date | None) -> str | None:
    """A day as plain JSON."""
    return None if day is None else day.isoformat()


def _day(moment: str | None) -> str | None:
    day = moment[:10] if moment else None
    return None if day == NO_END else day
