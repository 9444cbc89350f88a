"""Tool that changes ad groups, and the state of an ad group as it is read before and after a change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import time_text
from adops_pipeline.connectors.pinterest.tools.inputs import AccountInput, Money, Name, ObjectId, Status
from adops_pipeline.connectors.pinterest.tools.money import as_text, check_amounts, from_micros, to_micros
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Row, listed, write_item
from adops_pipeline.connectors.pinterest.tools.writing import (
    STATUS_OF_INPUT,
    UNIFIED_STATUS,
    WORD_OF_STATUS,
    without_none,
)
from adops_pipeline.connectors.tools import RefusedInputError, Reversal, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

_BUDGETS = ("daily_budget", "lifetime_budget")


class UpdateAdGroupInput(AccountInput):
    """Arguments of pinterest_update_ad_group."""

    ad_group_id: ObjectId = Field(description="Id of the ad group to change.")
    name: Name | None = Field(None, description="New name; without it unchanged.")
    status: Status | None = Field(None, description="New status; archived cannot be taken back.")
    daily_budget: Money | None = Field(
        None, description="New budget per day in units of the account's currency, if it has a daily budget of its own."
    )
    lifetime_budget: Money | None = Field(
        None, description="New budget for the whole flight in units of the account's currency, if it has such a budget."
    )
    bid: Money | None = Field(None, description="New bid in units of the account's currency, if it has one.")

    @model_validator(mode="after")
    def _consistent(self) -> "UpdateAdGroupInput":
        if not self.changed():
            raise ValueError("give at least one value to change: name, status, a budget or bid")
        if self.daily_budget is not None and self.lifetime_budget is not None:
            raise ValueError("give daily_budget or lifetime_budget, not both")
        return self

    def changed(self) -> dict[str, Any]:
        """The values that are given."""
        return without_none({name: getattr(self, name) for name in ("name", "status", *_BUDGETS, "bid")})


class PinterestUpdateAdGroup(WriteTool[PinterestConnector, UpdateAdGroupInput]):
    """``PATCH /ad_accounts/{id}/ad_groups``."""

    name = "pinterest_update_ad_group"
    platform = Platform.PINTEREST
    description = (
        "Changes a Pinterest ad group: name, status (active, paused, archived), bid, or the budget if it has one "
        "of its own. Only the values that are given change."
    )
    scope = "ads:write"
    input_model = UpdateAdGroupInput

    async def before(self, client: PinterestConnector, given: UpdateAdGroupInput) -> AdObject | None:
        """See `WriteTool`."""
        found = await read_ad_group(client, given.account_id, given.ad_group_id)
        if found is None:
            raise RefusedInputError(
                f"ad_group_id: the account {given.account_id} has no ad group {given.ad_group_id}; "
                "pinterest_list_ad_groups lists them"
            )
        return found

    async def intended(
        self, client: PinterestConnector, given: UpdateAdGroupInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        found = before or await self.before(client, given)
        assert found is not None
        amounts = {name: getattr(given, name) for name in (*_BUDGETS, "bid")}
        check_amounts(found.currency, **amounts)
        if found.status is CampaignStatus.REMOVED:
            raise RefusedInputError(f"ad_group_id: the ad group {given.ad_group_id} is archived and cannot be changed")
        for name in _BUDGETS:
            if amounts[name] is not None and getattr(found, name) is None:
                raise RefusedInputError(f"{name}: the ad group {given.ad_group_id} has no {name}; {_way_out(found)}")
        if given.bid is not None and found.fields.get("bid") is None:
            raise RefusedInputError(f"bid: the bids of the ad group {given.ad_group_id} are set automatically")
        return replace(
            found,
            name=given.name or found.name,
            status=STATUS_OF_INPUT[given.status] if given.status else found.status,
            daily_budget=given.daily_budget or found.daily_budget,
            lifetime_budget=given.lifetime_budget or found.lifetime_budget,
            fields={**found.fields, **without_none({"bid": as_text(given.bid)})},
        )

    async def validate(self, client: PinterestConnector, given: UpdateAdGroupInput) -> None:
        """Pinterest has no dry run."""
        del client, given

    async def apply(self, client: PinterestConnector, given: UpdateAdGroupInput) -> str:
        """See `WriteTool`."""
        budget = given.daily_budget or given.lifetime_budget
        item = without_none(
            {
                "id": given.ad_group_id,
                "name": given.name,
                "status": given.status.upper() if given.status else None,
                "budget_in_micro_currency": to_micros(budget) if budget else None,
                "bid_in_micro_currency": to_micros(given.bid) if given.bid else None,
            }
        )
        return await write_item(client, "PATCH", ad_groups_path(given.account_id), given.account_id, item)

    async def read_back(self, client: PinterestConnector, account_id: str, object_id: str) -> AdObject | None:
        """See `WriteTool`."""
        return await read_ad_group(client, account_id, object_id)

    async def find(self, client: PinterestConnector, given: UpdateAdGroupInput, since: datetime) -> Sequence[AdObject]:
        """Nothing: an update creates no object."""
        del client, given, since
        return ()

    def reverse(self, given: UpdateAdGroupInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """Set the former values of what was changed."""
        del after
        if before is None:
            return "The values before the change are not known."
        if given.status == "archived":
            return f"Pinterest does not restore an archived ad group; create {before.name!r} again."
        if before.status not in WORD_OF_STATUS:
            return f"The ad group was {before.status.value} before, which cannot be set again."
        former = {name: _former(before, name) for name in given.changed()}
        ids = {"account_id": given.account_id, "ad_group_id": given.ad_group_id}
        return Reversal(self.name, {**ids, **without_none(former)})


def _former(before: AdObject, name: str) -> object:
    if name in _BUDGETS:
        amount: Decimal | None = getattr(before, name)
        return as_text(amount)
    if name == "status":
        return WORD_OF_STATUS[before.status]
    return before.name if name == "name" else before.fields.get(name)


def _way_out(found: AdObject) -> str:
    own = next((name for name in _BUDGETS if getattr(found, name) is not None), None)
    return f"give {own}" if own else "change its campaign's with pinterest_update_campaign"


async def read_ad_group(client: PinterestConnector, account_id: str, ad_group_id: str) -> AdObject | None:
    """An ad group of whatever status; None if the account does not have it."""
    page = await listed(client, ad_groups_path(account_id), account_id, [("ad_group_ids", ad_group_id), *ALL_STATUSES])
    currency = await client.currency(account_id)
    found = (row for row in page.rows if str(row.get("id")) == ad_group_id)
    return next((ad_group_object(row, account_id, currency) for row in found), None)


def ad_group_object(row: Row, account_id: str, currency: str) -> AdObject:
    """A listed ad group."""
    budget = from_micros(row.get("budget_in_micro_currency"))
    is_lifetime = row.get("budget_type") == "LIFETIME"
    fields = {name: row.get(name) for name in ("billable_event", "bid_strategy_type", "targeting_spec")}
    return AdObject(
        platform=Platform.PINTEREST,
        account_id=account_id,
        kind="ad_group",
        object_id=str(row.get("id")),
        name=str(row.get("name", "")),
        status=UNIFIED_STATUS.get(str(row.get("status")), CampaignStatus.ACTIVE),
        currency=currency,
        campaign_id=str(row.get("campaign_id")),
        daily_budget=None if is_lifetime else budget,
        lifetime_budget=budget if is_lifetime else None,
        fields={
            **fields,
            "bid": as_text(from_micros(row.get("bid_in_micro_currency"))),
            "start_time": time_text(row.get("start_time")),
            "end_time": time_text(row.get("end_time")),
        },
    )


def ad_groups_path(account_id: str) -> str:
    """Path of an account's ad groups."""
    return f"/ad_accounts/{account_id}/ad_groups"
