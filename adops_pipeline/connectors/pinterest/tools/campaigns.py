"""Tools that list, create and change campaigns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields, currency_of, moment, money, plains, time_text
from adops_pipeline.connectors.pinterest.tools.inputs import (
    AccountInput,
    AccountPageInput,
    ListedStatus,
    Moment,
    Money,
    Name,
    NewStatus,
    ObjectId,
    Status,
    check_budgets,
    check_flight,
    seconds,
)
from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool, each
from adops_pipeline.connectors.pinterest.tools.money import check_amounts, to_micros
from adops_pipeline.connectors.pinterest.tools.objects import CAMPAIGN
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Params, Row
from adops_pipeline.connectors.pinterest.tools.updates import (
    BUDGETS,
    PinterestUpdateTool,
    UpdateInput,
    former_values,
)
from adops_pipeline.connectors.pinterest.tools.writing import (
    STATUS_OF_INPUT,
    PinterestCreateItemTool,
    without_none,
)
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

ObjectiveType = Literal["AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION"]

_FIELDS = Fields(
    {
        **plains("id", "name", "status", "summary_status", "objective_type", "ad_account_id", "order_line_id"),
        "daily_budget": money("daily_spend_cap"),
        "lifetime_budget": money("lifetime_spend_cap"),
        "currency": currency_of,
        **plains("is_campaign_budget_optimization", "is_flexible_daily_budgets", "tracking_urls"),
        **{name: moment(name) for name in ("start_time", "end_time", "created_time", "updated_time")},
    },
    ("id", "name", "status", "summary_status", "objective_type", "daily_budget", "lifetime_budget", "currency"),
)


class ListCampaignsInput(AccountPageInput):
    """Arguments of pinterest_list_campaigns."""

    campaign_ids: list[ObjectId] | None = Field(None, max_length=250, description="Only these campaigns.")
    statuses: list[ListedStatus] | None = Field(
        None, description="Only campaigns of these statuses; without it ACTIVE and PAUSED ones."
    )


class CreateCampaignInput(AccountInput):
    """Arguments of pinterest_create_campaign."""

    name: Name = Field(description="Name of the campaign.")
    objective_type: ObjectiveType = Field(description="What Pinterest optimises the campaign for.")
    daily_budget: Money | None = Field(
        None,
        description="Budget per day in units of the account's currency. Without any budget the ad groups have them.",
    )
    lifetime_budget: Money | None = Field(
        None, description="Budget for the whole flight in units of the account's currency, instead of daily_budget."
    )
    status: NewStatus = Field("paused", description="Status to create it with; an active campaign can spend money.")
    start_time: Moment | None = Field(None, description="When it starts, with UTC offset; without it at once.")
    end_time: Moment | None = Field(None, description="When it ends, with UTC offset; without it never.")

    @model_validator(mode="after")
    def _consistent(self) -> "CreateCampaignInput":
        check_flight(self.start_time, self.end_time)
        check_budgets(self.daily_budget, self.lifetime_budget)
        return self


class UpdateCampaignInput(UpdateInput):
    """Arguments of pinterest_update_campaign."""

    changeable = ("name", "status", *BUDGETS, "start_time", "end_time")

    campaign_id: ObjectId = Field(description="Id of the campaign to change.")
    name: Name | None = Field(None, description="New name; without it unchanged.")
    status: Status | None = Field(None, description="New status; archived cannot be taken back.")
    daily_budget: Money | None = Field(
        None, description="New budget per day in units of the account's currency; replaces a lifetime budget."
    )
    lifetime_budget: Money | None = Field(
        None, description="New budget for the whole flight in units of the account's currency; replaces a daily budget."
    )
    start_time: Moment | None = Field(None, description="New start, with UTC offset; without it unchanged.")
    end_time: Moment | None = Field(None, description="New end, with UTC offset; without it unchanged.")

    @model_validator(mode="after")
    def _consistent(self) -> "UpdateCampaignInput":
        if not self.changed():
            raise ValueError("give at least one value to change: name, status, a budget, start_time or end_time")
        check_flight(self.start_time, self.end_time)
        check_budgets(self.daily_budget, self.lifetime_budget)
        return self


class PinterestListCampaigns(PinterestListTool[ListCampaignsInput]):
    """``GET /ad_accounts/{id}/campaigns``."""

    name = "pinterest_list_campaigns"
    description = "Lists the campaigns of a Pinterest ad account with status, objective and budget."
    input_model = ListCampaignsInput
    row_fields = _FIELDS

    def listing(self, given: ListCampaignsInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        return CAMPAIGN.path(given.account_id), [
            *each("campaign_ids", given.campaign_ids),
            *each("entity_statuses", given.statuses),
        ]


class PinterestCreateCampaign(PinterestCreateItemTool[CreateCampaignInput]):
    """``POST /ad_accounts/{id}/campaigns``."""

    name = "pinterest_create_campaign"
    description = (
        "Creates a Pinterest campaign, paused unless told otherwise. With a budget the campaign distributes it over "
        "its ad groups; without one each ad group needs a budget of its own."
    )
    input_model = CreateCampaignInput
    form = CAMPAIGN
    removed_by = ("pinterest_update_campaign", "campaign_id", "archived")

    async def intended(
        self, client: PinterestConnector, given: CreateCampaignInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        del before
        currency = await client.currency(given.account_id)
        check_amounts(currency, daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget)
        return self.new_object(
            "campaign", given.account_id, given.name, currency, status=given.status,
            daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget,
            fields=without_none({"objective_type": given.objective_type, **_flight_fields(given)}),
        )  # fmt: skip

    def item(self, given: CreateCampaignInput) -> Row:
        """See `PinterestItemTool`."""
        return {
            "ad_account_id": given.account_id,
            "name": given.name,
            "objective_type": given.objective_type,
            "status": given.status.upper(),
            "is_campaign_budget_optimization": given.daily_budget is not None or given.lifetime_budget is not None,
            **_changes(given),
        }

    def listing(self, given: CreateCampaignInput) -> tuple[str, Params]:
        """See `PinterestCreateTool`."""
        return CAMPAIGN.path(given.account_id), ALL_STATUSES


class PinterestUpdateCampaign(PinterestUpdateTool[UpdateCampaignInput]):
    """``PATCH /ad_accounts/{id}/campaigns``."""

    name = "pinterest_update_campaign"
    form = CAMPAIGN
    description = (
        "Changes a Pinterest campaign: name, status (active, paused, archived), budget, start or end. Only the values "
        "that are given change."
    )
    input_model = UpdateCampaignInput

    async def intended(
        self, client: PinterestConnector, given: UpdateCampaignInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        found = before or await self.before(client, given)
        assert found is not None
        check_amounts(found.currency, daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget)
        if (given.daily_budget or given.lifetime_budget) and not (found.daily_budget or found.lifetime_budget):
            raise RefusedInputError(
                f"{'daily_budget' if given.daily_budget else 'lifetime_budget'}: the budgets of the campaign "
                f"{given.campaign_id} are those of its ad groups; change them there"
            )
        if found.status is CampaignStatus.REMOVED:
            raise RefusedInputError(f"campaign_id: the campaign {given.campaign_id} is archived and cannot be changed")
        budgets = {
            name: getattr(given, name) if given.daily_budget or given.lifetime_budget else getattr(found, name)
            for name in BUDGETS
        }
        return replace(
            found,
            name=given.name or found.name,
            status=STATUS_OF_INPUT[given.status] if given.status else found.status,
            fields={**found.fields, **without_none(_flight_fields(given))},
            **budgets,
        )

    def item(self, given: UpdateCampaignInput) -> Row:
        """See `PinterestItemTool`."""
        named = without_none({"name": given.name, "status": given.status.upper() if given.status else None})
        return {"id": given.campaign_id, "ad_account_id": given.account_id, **named, **_changes(given)}

    def former(self, given: UpdateCampaignInput, before: AdObject) -> Mapping[str, object] | str:
        """See `PinterestUpdateTool`. Setting one kind of budget has unset the other."""
        changed = given.changed()
        former = former_values(before, [*changed, *(BUDGETS if set(BUDGETS) & set(changed) else ())])
        if any(former[name] is None for name in ("start_time", "end_time") if name in former):
            return "The campaign had no start or end before, which cannot be taken back with this tool."
        return former


def _flight_fields(given: CreateCampaignInput | UpdateCampaignInput) -> dict[str, str | None]:
    return {name: time_text(seconds(getattr(given, name))) for name in ("start_time", "end_time")}


def _changes(given: CreateCampaignInput | UpdateCampaignInput) -> dict[str, int | None]:
    """Budget and flight as Pinterest takes them; the other kind of budget is unset, for there can be only one."""
    caps: dict[str, int | None] = {}
    if given.daily_budget is not None:
        caps = {"daily_spend_cap": to_micros(given.daily_budget), "lifetime_spend_cap": None}
    elif given.lifetime_budget is not None:
        caps = {"daily_spend_cap": None, "lifetime_spend_cap": to_micros(given.lifetime_budget)}
    flight = {"start_time": seconds(given.start_time), "end_time": seconds(given.end_time)}
    return {**caps, **{name: value for name, value in flight.items() if value is not None}}
