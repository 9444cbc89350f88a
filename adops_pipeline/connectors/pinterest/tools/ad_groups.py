"""Tools that list and create ad groups."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.analytics import targeting_options
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
    check_budgets,
    check_flight,
    seconds,
)
from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool, each
from adops_pipeline.connectors.pinterest.tools.money import as_text, check_amounts, to_micros
from adops_pipeline.connectors.pinterest.tools.objects import AD_GROUP, CAMPAIGN
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Params, Row
from adops_pipeline.connectors.pinterest.tools.updates import missing
from adops_pipeline.connectors.pinterest.tools.writing import PinterestCreateItemTool, without_none
from adops_pipeline.connectors.tools import RefusedInputError, ToolInput
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.domain.workflows.nearest import did_you_mean

AgeBucket = Literal["18-24", "19+", "20+", "21+", "25-34", "35-44", "45-49", "50-54", "55-64", "65+"]
AppType = Literal["android_mobile", "android_tablet", "ipad", "iphone", "web", "web_mobile"]
Event = Literal[
    "PAGE_VISIT", "SIGNUP", "CHECKOUT", "CUSTOM", "VIEW_CATEGORY", "SEARCH", "ADD_TO_CART", "WATCH_VIDEO", "LEAD",
    "APP_INSTALL",
]  # fmt: skip

_FIELDS = Fields(
    {
        **plains("id", "name", "campaign_id", "status", "summary_status", "budget_type", "ad_account_id"),
        "budget": money("budget_in_micro_currency"),
        "bid": money("bid_in_micro_currency"),
        "currency": currency_of,
        **plains("bid_strategy_type", "billable_event", "targeting_spec", "placement_group", "pacing_delivery_type"),
        **plains("auto_targeting_enabled", "optimization_goal_metadata", "tracking_urls"),
        **{name: moment(name) for name in ("start_time", "end_time", "created_time", "updated_time")},
    },
    ("id", "name", "campaign_id", "status", "summary_status", "budget", "budget_type", "bid", "currency"),
)


class ListAdGroupsInput(AccountPageInput):
    """Arguments of pinterest_list_ad_groups."""

    campaign_ids: list[ObjectId] | None = Field(None, max_length=250, description="Only ad groups of these campaigns.")
    statuses: list[ListedStatus] | None = Field(
        None, description="Only ad groups of these statuses; without it ACTIVE and PAUSED ones."
    )


class Targeting(ToolInput):
    """Whom an ad group targets. pinterest_get_targeting lists the values of each."""

    locations: list[str] | None = Field(None, max_length=200, description="Countries or regions, for example US.")
    geos: list[str] | None = Field(None, max_length=200, description="Postal areas, for example US:94103.")
    locales: list[str] | None = Field(None, max_length=50, description="Languages, for example en-US.")
    genders: list[Literal["female", "male", "unknown"]] | None = Field(None, description="Genders.")
    age_buckets: list[AgeBucket] | None = Field(None, description="Ages.")
    app_types: list[AppType] | None = Field(None, description="Devices.")
    interests: list[ObjectId] | None = Field(None, max_length=200, description="Ids of interests.")
    include_audiences: list[ObjectId] | None = Field(None, max_length=100, description="Ids of audiences to target.")
    exclude_audiences: list[ObjectId] | None = Field(None, max_length=100, description="Ids of audiences to leave out.")

    def spec(self) -> dict[str, list[str]]:
        """As Pinterest takes it."""
        values: dict[str, Sequence[str] | None] = {
            "LOCATION": self.locations,
            "GEO": self.geos,
            "LOCALE": self.locales,
            "GENDER": self.genders,
            "AGE_BUCKET": self.age_buckets,
            "APPTYPE": self.app_types,
            "INTEREST": self.interests,
            "AUDIENCE_INCLUDE": self.include_audiences,
            "AUDIENCE_EXCLUDE": self.exclude_audiences,
        }
        return {name: list(value) for name, value in values.items() if value}


class CreateAdGroupInput(AccountInput):
    """Arguments of pinterest_create_ad_group."""

    campaign_id: ObjectId = Field(description="Id of the campaign that the ad group belongs to.")
    name: Name = Field(description="Name of the ad group.")
    daily_budget: Money | None = Field(
        None, description="Budget per day in units of the account's currency, if the campaign has no budget."
    )
    lifetime_budget: Money | None = Field(
        None, description="Budget for the whole flight in units of the account's currency, instead of daily_budget."
    )
    billable_event: Literal["CLICKTHROUGH", "IMPRESSION", "VIDEO_V_50_MRC"] = Field(
        description="What Pinterest charges for: clicks, impressions, or videos watched to the half."
    )
    bid_strategy_type: Literal["AUTOMATIC_BID", "MAX_BID", "TARGET_AVG"] = Field(
        "AUTOMATIC_BID", description="How bids are set; MAX_BID and TARGET_AVG need bid."
    )
    bid: Money | None = Field(None, description="Highest or average bid in units of the account's currency.")
    status: NewStatus = Field("paused", description="Status to create it with; an active ad group can spend money.")
    targeting: Targeting | None = Field(None, description="Whom to target; without it everybody.")
    conversion_tag_id: Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")] | None = Field(
        None, description="Id of the conversion tag; with conversion_event needed for WEB_CONVERSION campaigns."
    )
    conversion_event: Event | None = Field(None, description="Event to optimise for, for example CHECKOUT.")
    start_time: Moment | None = Field(None, description="When it starts, with UTC offset; without it as its campaign.")
    end_time: Moment | None = Field(None, description="When it ends, with UTC offset; without it as its campaign.")

    @model_validator(mode="after")
    def _consistent(self) -> "CreateAdGroupInput":
        check_budgets(self.daily_budget, self.lifetime_budget)
        if (self.bid is None) != (self.bid_strategy_type == "AUTOMATIC_BID"):
            raise ValueError("bid belongs to bid_strategy_type MAX_BID or TARGET_AVG: give both or neither")
        if (self.conversion_tag_id is None) != (self.conversion_event is None):
            raise ValueError("conversion_tag_id and conversion_event belong together: give both or neither")
        check_flight(self.start_time, self.end_time)
        return self


class PinterestListAdGroups(PinterestListTool[ListAdGroupsInput]):
    """``GET /ad_accounts/{id}/ad_groups``."""

    name = "pinterest_list_ad_groups"
    description = "Lists the ad groups of a Pinterest ad account, or of some campaigns, with budget, bid and status."
    input_model = ListAdGroupsInput
    row_fields = _FIELDS

    def listing(self, given: ListAdGroupsInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        return AD_GROUP.path(given.account_id), [
            *each("campaign_ids", given.campaign_ids),
            *each("entity_statuses", given.statuses),
        ]


class PinterestCreateAdGroup(PinterestCreateItemTool[CreateAdGroupInput]):
    """``POST /ad_accounts/{id}/ad_groups``."""

    name = "pinterest_create_ad_group"
    description = (
        "Creates an ad group in a Pinterest campaign, paused unless told otherwise: what is charged for, bid, "
        "targeting, and a budget if the campaign has none."
    )
    input_model = CreateAdGroupInput
    form = AD_GROUP
    removed_by = ("pinterest_update_ad_group", "ad_group_id", "archived")

    async def intended(
        self, client: PinterestConnector, given: CreateAdGroupInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        del before
        await _check_campaign(client, given)
        await _check_targeting(client, given)
        currency = await client.currency(given.account_id)
        check_amounts(currency, daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget, bid=given.bid)
        fields = {
            "billable_event": given.billable_event,
            "bid_strategy_type": given.bid_strategy_type,
            "bid": as_text(given.bid),
            "targeting_spec": given.targeting.spec() if given.targeting else {},
            "start_time": time_text(seconds(given.start_time)),
            "end_time": time_text(seconds(given.end_time)),
        }
        return self.new_object(
            "ad_group", given.account_id, given.name, currency, status=given.status,
            campaign_id=given.campaign_id, daily_budget=given.daily_budget, lifetime_budget=given.lifetime_budget,
            fields=without_none(fields),
        )  # fmt: skip

    def item(self, given: CreateAdGroupInput) -> Row:
        """See `PinterestItemTool`."""
        return without_none(
            {
                "campaign_id": given.campaign_id,
                "name": given.name,
                "status": given.status.upper(),
                "billable_event": given.billable_event,
                "bid_strategy_type": given.bid_strategy_type,
                "bid_in_micro_currency": to_micros(given.bid) if given.bid else None,
                "targeting_spec": given.targeting.spec() if given.targeting else {},
                "start_time": seconds(given.start_time),
                "end_time": seconds(given.end_time),
                **_budget(given),
                **_goal(given),
            }
        )

    def listing(self, given: CreateAdGroupInput) -> tuple[str, Params]:
        """See `PinterestCreateTool`."""
        return AD_GROUP.path(given.account_id), [("campaign_ids", given.campaign_id), *ALL_STATUSES]


async def _check_targeting(client: PinterestConnector, given: CreateAdGroupInput) -> None:
    """Raise RefusedInputError for a value that Pinterest's targeting does not have."""
    wanted = given.targeting.spec() if given.targeting else {}
    for name, values in wanted.items():
        if name in _CHECKED_BY_TYPE:
            continue
        known = await targeting_options(client, given.account_id, name)
        for value in values:
            if value not in known:
                near = did_you_mean(value, known) or "; pinterest_get_targeting lists the values"
                raise RefusedInputError(f"targeting: {name} has no value {value!r}{near}")


_CHECKED_BY_TYPE = ("GENDER", "AGE_BUCKET", "APPTYPE")


async def _check_campaign(client: PinterestConnector, given: CreateAdGroupInput) -> None:
    """Raise RefusedInputError for what Pinterest refuses because of the campaign."""
    campaign = await CAMPAIGN.find(client, given.account_id, given.campaign_id)
    if campaign is None:
        raise missing("campaign", given.account_id, given.campaign_id)
    if campaign.status is CampaignStatus.REMOVED:
        raise RefusedInputError(f"campaign_id: the campaign {given.campaign_id} is archived")
    has_own = given.daily_budget is not None or given.lifetime_budget is not None
    is_shared = campaign.daily_budget is not None or campaign.lifetime_budget is not None
    if has_own and is_shared:
        raise RefusedInputError(
            f"daily_budget, lifetime_budget: the campaign {given.campaign_id} has the budget; give none"
        )
    if not has_own and not is_shared:
        raise RefusedInputError(f"daily_budget: the campaign {given.campaign_id} has no budget; give the ad group one")
    if campaign.fields.get("objective_type") == "WEB_CONVERSION" and given.conversion_tag_id is None:
        raise RefusedInputError("conversion_tag_id: needed, because the campaign has the objective WEB_CONVERSION")


def _budget(given: CreateAdGroupInput) -> dict[str, Any]:
    if given.daily_budget is not None:
        return {"budget_in_micro_currency": to_micros(given.daily_budget), "budget_type": "DAILY"}
    if given.lifetime_budget is not None:
        return {"budget_in_micro_currency": to_micros(given.lifetime_budget), "budget_type": "LIFETIME"}
    return {"budget_type": "CBO_ADGROUP"}


def _goal(given: CreateAdGroupInput) -> dict[str, Any]:
    if given.conversion_tag_id is None:
        return {}
    goal = {"conversion_tag_id": given.conversion_tag_id, "conversion_event": given.conversion_event}
    return {"optimization_goal_metadata": {"conversion_tag_v3_goal_metadata": goal}}
