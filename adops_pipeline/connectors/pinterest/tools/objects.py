"""Campaigns, ad groups and ads: where an account lists them, and what they are as its objects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import time_text
from adops_pipeline.connectors.pinterest.tools.money import as_text, from_micros
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Row, listed
from adops_pipeline.domain.ad_objects import AdObject, ObjectKind
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

UNIFIED_STATUS: Mapping[str, CampaignStatus] = {
    "ACTIVE": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "ARCHIVED": CampaignStatus.REMOVED,
    "DRAFT": CampaignStatus.DRAFT,
    "DELETED_DRAFT": CampaignStatus.REMOVED,
}


@dataclass(frozen=True, slots=True)
class ObjectForm:
    """One kind of objects that can be listed by their ids; ``values`` are what a row says of this kind alone."""

    kind: ObjectKind
    values: Callable[[Row], Mapping[str, Any]]

    def path(self, account_id: str) -> str:
        """Path of an account's objects."""
        return f"/ad_accounts/{account_id}/{self.kind}s"

    def read(self, row: Row, account_id: str, currency: str) -> AdObject:
        """A listed object."""
        return AdObject(
            Platform.PINTEREST,
            account_id,
            self.kind,
            str(row.get("id")),
            str(row.get("name") or ""),
            UNIFIED_STATUS.get(str(row.get("status")), CampaignStatus.ACTIVE),
            currency,
            **self.values(row),
        )

    async def find(self, client: PinterestConnector, account_id: str, object_id: str) -> AdObject | None:
        """An object of whatever status; None if the account does not have it."""
        page = await listed(client, self.path(account_id), account_id, [(f"{self.kind}_ids", object_id), *ALL_STATUSES])
        currency = await client.currency(account_id)
        found = (row for row in page.rows if str(row.get("id")) == object_id)
        return next((self.read(row, account_id, currency) for row in found), None)


def _flight(row: Row) -> dict[str, str | None]:
    return {name: time_text(row.get(name)) for name in ("start_time", "end_time")}


def _campaign(row: Row) -> dict[str, Any]:
    return {
        "campaign_id": str(row.get("id")),
        "daily_budget": from_micros(row.get("daily_spend_cap")),
        "lifetime_budget": from_micros(row.get("lifetime_spend_cap")),
        "fields": {"objective_type": row.get("objective_type"), **_flight(row)},
    }


def _ad_group(row: Row) -> dict[str, Any]:
    fields = {name: row.get(name) for name in ("billable_event", "bid_strategy_type", "targeting_spec")}
    bid = as_text(from_micros(row.get("bid_in_micro_currency")))
    return {
        "campaign_id": str(row.get("campaign_id")),
        "lifetime_budget" if row.get("budget_type") == "LIFETIME" else "daily_budget": from_micros(
            row.get("budget_in_micro_currency")
        ),
        "fields": {**fields, "bid": bid, **_flight(row)},
    }


def _ad(row: Row) -> dict[str, Any]:
    fields = {name: row.get(name) for name in ("ad_group_id", "pin_id", "destination_url")}
    return {"campaign_id": str(row.get("campaign_id")), "fields": fields}


CAMPAIGN = ObjectForm("campaign", _campaign)
AD_GROUP = ObjectForm("ad_group", _ad_group)
AD = ObjectForm("ad", _ad)
