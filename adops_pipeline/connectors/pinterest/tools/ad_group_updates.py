"""Tool that changes ad groups."""

from dataclasses import replace

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.inputs import Money, Name, ObjectId, Status, check_budgets
from adops_pipeline.connectors.pinterest.tools.money import as_text, check_amounts, to_micros
from adops_pipeline.connectors.pinterest.tools.objects import AD_GROUP
from adops_pipeline.connectors.pinterest.tools.requests import Row
from adops_pipeline.connectors.pinterest.tools.updates import BUDGETS, PinterestUpdateTool, UpdateInput
from adops_pipeline.connectors.pinterest.tools.writing import STATUS_OF_INPUT, without_none
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus


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
        check_budgets(self.daily_budget, self.lifetime_budget)
        return self


class PinterestUpdateAdGroup(PinterestUpdateTool[UpdateAdGroupInput]):
    """``PATCH /ad_accounts/{id}/ad_groups``."""

    name = "pinterest_update_ad_group"
    form = AD_GROUP
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

    def item(self, given: UpdateAdGroupInput) -> Row:
        """See `PinterestItemTool`."""
        budget = given.daily_budget or given.lifetime_budget
        return without_none(
            {
                "id": given.ad_group_id,
                "name": given.name,
                "status": given.status.upper() if given.status else None,
                "budget_in_micro_currency": to_micros(budget) if budget else None,
                "bid_in_micro_currency": to_micros(given.bid) if given.bid else None,
            }
        )


def _way_out(found: AdObject) -> str:
    own = next((name for name in BUDGETS if getattr(found, name) is not None), None)
    return f"give {own}" if own else "change its campaign's with pinterest_update_campaign"
