"""Tool that changes ad groups, and the state of an ad group as it is read before and after a change."""

from dataclasses import replace

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import time_text
from adops_pipeline.connectors.pinterest.tools.inputs import Money, Name, ObjectId, Status
from adops_pipeline.connectors.pinterest.tools.money import as_text, check_amounts, from_micros, to_micros
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Row, listed, write_item
from adops_pipeline.connectors.pinterest.tools.updates import BUDGETS, PinterestUpdateTool, UpdateInput
from adops_pipeline.connectors.pinterest.tools.writing import STATUS_OF_INPUT, UNIFIED_STATUS, without_none
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform


class UpdateAdGroupInput(UpdateInput):
    """Arguments of pinterest_update_ad_group."""

    changeable = ("name", "status", *BUDGETS, "bid")

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


class PinterestUpdateAdGroup(PinterestUpdateTool[UpdateAdGroupInput]):
    """``PATCH /ad_accounts/{id}/ad_groups``."""

    name = "pinterest_update_ad_group"
    kind = "ad_group"
    description = (
        "Changes a Pinterest ad group: name, status (active, paused, archived), bid, or the budget if it has one "
        "of its own. Only the values that are given change."
    )
    input_model = UpdateAdGroupInput

    async def intended(
        self, client: PinterestConnector, given: UpdateAdGroupInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        found = before or await self.before(client, given)
        assert found is not None
        amounts = {name: getattr(given, name) for name in (*BUDGETS, "bid")}
        check_amounts(found.currency, **amounts)
        if found.status is CampaignStatus.REMOVED:
            raise RefusedInputError(f"ad_group_id: the ad group {given.ad_group_id} is archived and cannot be changed")
        for name in BUDGETS:
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


def _way_out(found: AdObject) -> str:
    own = next((name for name in BUDGETS if getattr(found, name) is not None), None)
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
