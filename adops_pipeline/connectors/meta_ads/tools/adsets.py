"""Tools that create and change ad sets."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

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
from adops_pipeline.connectors.meta_ads.tools.money import amount_text
from adops_pipeline.connectors.meta_ads.tools.reading import compact
from adops_pipeline.connectors.meta_ads.tools.updates import (
    MetaUpdateTool,
    UpdateInput,
    check_budgets,
    delivery_form,
    times_of,
)
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaCreateTool, existing, without_none
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
OptimizationGoal = Literal[
    "APP_INSTALLS",
    "IMPRESSIONS",
    "LANDING_PAGE_VIEWS",
    "LEAD_GENERATION",
    "LINK_CLICKS",
    "OFFSITE_CONVERSIONS",
    "POST_ENGAGEMENT",
    "QUALITY_LEAD",
    "REACH",
    "THRUPLAY",
    "VALUE",
]
ConversionEvent = Literal[
    "ADD_TO_CART",
    "COMPLETE_REGISTRATION",
    "CONTENT_VIEW",
    "INITIATED_CHECKOUT",
    "LEAD",
    "PURCHASE",
    "SEARCH",
    "SUBSCRIBE",
]


class CreateAdSetInput(AccountInput):
    """Arguments of meta_create_adset."""

    campaign_id: ObjectId = Field(description="Id of the campaign that the ad set belongs to.")
    name: Name = Field(description="Name of the ad set.")
    countries: list[Country] = Field(
        min_length=1, max_length=100, description="Countries whose people see the ads, as two capital letters each."
    )
    status: NewStatus = Field("paused", description="Status to create it with; an active ad set can spend money.")
    optimization_goal: OptimizationGoal = Field("LINK_CLICKS", description="Result that delivery is optimized for.")
    billing_event: Literal["IMPRESSIONS", "LINK_CLICKS", "THRUPLAY"] = Field(
        "IMPRESSIONS", description="Event that is charged for."
    )
    daily_budget: Money | None = Field(
        None,
        description="Average budget per day in units of the account's currency; none if the campaign has a budget.",
    )
    lifetime_budget: Money | None = Field(
        None, description="Budget for the whole run in units of the account's currency; needs end_time."
    )
    bid_strategy: BidStrategy | None = Field(
        None, description="Bid strategy; not if the campaign has a budget. Default: LOWEST_COST_WITHOUT_CAP."
    )
    bid: Money | None = Field(
        None,
        description="Bid cap or cost target per result, in units of the account's currency.",
    )
    start_time: Moment | None = Field(None, description="Start with UTC offset, ISO 8601; default: at once.")
    end_time: Moment | None = Field(None, description="End with UTC offset, ISO 8601; default: open-ended.")
    age_min: int | None = Field(None, ge=13, le=65, description="Smallest age in years of the people reached.")
    age_max: int | None = Field(None, ge=13, le=65, description="Largest age in years; 65 includes everyone older.")
    custom_audience_ids: list[ObjectId] | None = Field(
        None,
        min_length=1,
        max_length=50,
        description="Ids of custom audiences; only their people are reached.",
    )
    pixel_id: ObjectId | None = Field(
        None, description="Id of the pixel whose conversions are optimized for; needs conversion_event."
    )
    conversion_event: ConversionEvent | None = Field(None, description="Event of the pixel that is optimized for.")
    page_id: ObjectId | None = Field(None, description="Id of the Facebook page, for goals such as LEAD_GENERATION.")
    dsa_beneficiary: Name | None = Field(
        None, description="Person or organization the ads are for; required for delivery in the European Union."
    )
    dsa_payor: Name | None = Field(
        None, description="Person or organization that pays for the ads; required for delivery in the European Union."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "CreateAdSetInput":
        check_budgets(self.daily_budget, self.lifetime_budget)
        if self.lifetime_budget is not None and self.end_time is None:
            raise ValueError("a lifetime_budget needs an end_time")
        if (self.pixel_id is None) != (self.conversion_event is None):
            raise ValueError("give pixel_id and conversion_event together")
        if self.age_min is not None and self.age_max is not None and self.age_max < self.age_min:
            raise ValueError("age_max must not be below age_min")
        needs_bid = self.bid_strategy in ("LOWEST_COST_WITH_BID_CAP", "COST_CAP")
        if needs_bid and self.bid is None:
            raise ValueError(f"bid_strategy {self.bid_strategy} needs a bid")
        return self


class UpdateAdSetInput(UpdateInput):
    """Arguments of meta_update_adset."""

    adset_id: ObjectId = Field(description="Id of the ad set to change.")
    bid: Money | None = Field(
        None, description="New bid cap or cost target per result, in units of the account's currency."
    )
    end_time: Moment | None = Field(None, description="New end with UTC offset, ISO 8601.")


class MetaCreateAdSet(MetaCreateTool[CreateAdSetInput]):
    """See ``description``."""

    name = "meta_create_adset"
    description = (
        "Create an ad set in a Meta campaign, paused unless told otherwise: whom to reach, what to optimize for, and "
        "the budget unless the campaign has one."
    )
    input_model = CreateAdSetInput
    form = objects.AD_SET
    removed_by = ("meta_update_adset", "adset_id", "deleted")

    async def parameters(self, client: MetaAdsConnector, given: CreateAdSetInput) -> Form:
        """See ``MetaWriteTool``."""
        sent = await delivery_form(client, given)
        sent |= {
            "campaign_id": given.campaign_id,
            "optimization_goal": given.optimization_goal,
            "billing_event": given.billing_event,
            "targeting": compact(_targeting(given)),
        }
        if promoted := _promoted(given):
            sent["promoted_object"] = compact(promoted)
        return sent | without_none({"dsa_beneficiary": given.dsa_beneficiary, "dsa_payor": given.dsa_payor})

    async def intended(self, client: MetaAdsConnector, given: CreateAdSetInput, before: AdObject | None) -> AdObject:
        """See ``WriteTool``."""
        del before
        await _check_budget(client, given)
        await self.parameters(client, given)
        currency = await client.currency(given.account_id)
        values = {
            "optimization_goal": given.optimization_goal,
            "billing_event": given.billing_event,
            "bid_strategy": given.bid_strategy,
            "bid": amount_text(given.bid, currency),
            **times_of(given),
            "countries": sorted(given.countries),
            "age_min": given.age_min,
            "age_max": given.age_max,
            "custom_audience_ids": sorted(given.custom_audience_ids or ()) or None,
            "pixel_id": given.pixel_id,
            "conversion_event": given.conversion_event,
            "page_id": given.page_id,
        }
        return self.new_object(
            "ad_group", given.account_id, given.name, currency, status=given.status, campaign_id=given.campaign_id,
            daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget, fields=without_none(values),
        )  # fmt: skip


class MetaUpdateAdSet(MetaUpdateTool[UpdateAdSetInput]):
    """See ``description``."""

    name = "meta_update_adset"
    description = "Change an ad set of a Meta ad account: status, name, budget, bid strategy, bid, start or end."
    input_model = UpdateAdSetInput
    form = objects.AD_SET
    id_field = "adset_id"

    def without_budget(self, given: UpdateAdSetInput) -> str:
        """See ``MetaUpdateTool``."""
        return f"ad set {given.adset_id} has no budget of its own; change its campaign's with meta_update_campaign."


async def _check_budget(client: MetaAdsConnector, given: CreateAdSetInput) -> None:
    """Raise RefusedInputError unless the budget is either on the campaign or on the ad set."""
    campaign = await existing(client, objects.CAMPAIGN, given.account_id, given.campaign_id, "campaign_id")
    has_own = given.daily_budget is not None or given.lifetime_budget is not None
    is_shared = campaign.daily_budget is not None or campaign.lifetime_budget is not None
    if has_own and is_shared:
        raise RefusedInputError(
            f"daily_budget, lifetime_budget: campaign {given.campaign_id} has a budget for all its ad sets; give none."
        )
    if not has_own and not is_shared:
        raise RefusedInputError(
            f"daily_budget: campaign {given.campaign_id} has no budget; give the ad set a daily or lifetime budget."
        )


def _targeting(given: CreateAdSetInput) -> dict[str, Any]:
    audiences = [{"id": one} for one in given.custom_audience_ids or ()]
    return {
        "geo_locations": {"countries": given.countries},
        **without_none({"age_min": given.age_min, "age_max": given.age_max}),
        **({"custom_audiences": audiences} if audiences else {}),
        # Meta asks for a choice; 0 keeps to the people named here.
        "targeting_automation": {"advantage_audience": 0},
    }


def _promoted(given: CreateAdSetInput) -> dict[str, Any]:
    return without_none(
        {"pixel_id": given.pixel_id, "custom_event_type": given.conversion_event, "page_id": given.page_id}
    )
