"""Tools that create and change campaigns."""

from typing import Literal

from pydantic import Field, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import objects
from adops_pipeline.connectors.meta_ads.tools.inputs import (
    AccountInput,
    BidStrategy,
    Moment,
    Money,
    Name,
    NewStatus,
    ObjectId,
)
from adops_pipeline.connectors.meta_ads.tools.reading import compact
from adops_pipeline.connectors.meta_ads.tools.updates import (
    MetaUpdateTool,
    UpdateInput,
    check_budgets,
    delivery_form,
    times_of,
)
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaCreateTool, without_none
from adops_pipeline.domain.ad_objects import AdObject

Objective = Literal[
    "OUTCOME_AWARENESS",
    "OUTCOME_TRAFFIC",
    "OUTCOME_ENGAGEMENT",
    "OUTCOME_LEADS",
    "OUTCOME_APP_PROMOTION",
    "OUTCOME_SALES",
]
SpecialAdCategory = Literal[
    "CREDIT",
    "EMPLOYMENT",
    "FINANCIAL_PRODUCTS_SERVICES",
    "HOUSING",
    "ISSUES_ELECTIONS_POLITICS",
    "ONLINE_GAMBLING_AND_GAMING",
]


class CreateCampaignInput(AccountInput):
    """Arguments of meta_create_campaign."""

    name: Name = Field(description="Name of the campaign.")
    objective: Objective = Field(description="What the campaign is optimized for; it cannot be changed later.")
    special_ad_categories: list[SpecialAdCategory] = Field(
        description="Regulated subjects that the ads are about. Give an empty list if none applies; Meta requires it."
    )
    status: NewStatus = Field("paused", description="Status to create it with; an active campaign can spend money.")
    daily_budget: Money | None = Field(
        None, description="Average budget per day in units of the account's currency, shared by all ad sets."
    )
    lifetime_budget: Money | None = Field(
        None, description="Budget for the whole run in units of the account's currency; needs stop_time."
    )
    bid_strategy: BidStrategy | None = Field(
        None, description="Bid strategy; only with a budget on the campaign. Default: LOWEST_COST_WITHOUT_CAP."
    )
    start_time: Moment | None = Field(None, description="Start with UTC offset, ISO 8601; default: at once.")
    stop_time: Moment | None = Field(None, description="End with UTC offset, ISO 8601; default: open-ended.")

    @model_validator(mode="after")
    def _one_budget(self) -> "CreateCampaignInput":
        check_budgets(self.daily_budget, self.lifetime_budget)
        if self.lifetime_budget is not None and self.stop_time is None:
            raise ValueError("a lifetime_budget needs a stop_time")
        if self.bid_strategy is not None and self.daily_budget is None and self.lifetime_budget is None:
            raise ValueError("bid_strategy needs a budget on the campaign; otherwise set it on the ad sets")
        return self


class UpdateCampaignInput(UpdateInput):
    """Arguments of meta_update_campaign."""

    campaign_id: ObjectId = Field(description="Id of the campaign to change.")
    stop_time: Moment | None = Field(None, description="New end with UTC offset, ISO 8601.")


class MetaCreateCampaign(MetaCreateTool[CreateCampaignInput]):
    """See ``description``."""

    name = "meta_create_campaign"
    description = (
        "Create a campaign in a Meta ad account, paused unless told otherwise. Give a budget here to share it between "
        "the ad sets, or none to set budgets on the ad sets."
    )
    input_model = CreateCampaignInput
    form = objects.CAMPAIGN
    removed_by = ("meta_update_campaign", "campaign_id", "deleted")

    async def parameters(self, client: MetaAdsConnector, given: CreateCampaignInput) -> Form:
        """See ``MetaWriteTool``."""
        sent = await delivery_form(client, given)
        sent |= {"objective": given.objective, "special_ad_categories": compact(given.special_ad_categories)}
        if given.daily_budget is None and given.lifetime_budget is None:
            sent["is_adset_budget_sharing_enabled"] = "false"
        return sent

    async def intended(self, client: MetaAdsConnector, given: CreateCampaignInput, before: AdObject | None) -> AdObject:
        """See ``WriteTool``."""
        del before
        values = {
            "objective": given.objective,
            "special_ad_categories": sorted(given.special_ad_categories),
            "bid_strategy": given.bid_strategy,
            **times_of(given),
        }
        await self.parameters(client, given)
        currency = await client.currency(given.account_id)
        return self.new_object(
            "campaign", given.account_id, given.name, currency, status=given.status,
            daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget, fields=without_none(values),
        )  # fmt: skip


class MetaUpdateCampaign(MetaUpdateTool[UpdateCampaignInput]):
    """See ``description``."""

    name = "meta_update_campaign"
    description = "Change a campaign of a Meta ad account: status, name, budget, bid strategy, start or end."
    input_model = UpdateCampaignInput
    form = objects.CAMPAIGN
    id_field = "campaign_id"

    def without_budget(self, given: UpdateCampaignInput) -> str:
        """See ``MetaUpdateTool``."""
        return f"campaign {given.campaign_id} has its budgets on its ad sets; change them with meta_update_adset."
