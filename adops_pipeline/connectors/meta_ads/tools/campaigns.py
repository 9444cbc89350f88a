"""Tools that create and change campaigns."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import objects
from adops_pipeline.connectors.meta_ads.tools.inputs import (
    UNIFIED_STATUS,
    AccountInput,
    BidStrategy,
    Moment,
    Money,
    Name,
    NewStatus,
    ObjectId,
    Status,
)
from adops_pipeline.connectors.meta_ads.tools.money import to_minor_units
from adops_pipeline.connectors.meta_ads.tools.reading import compact
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaCreateTool, MetaWriteTool, existing, without_none
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

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


class UpdateCampaignInput(AccountInput):
    """Arguments of meta_update_campaign."""

    campaign_id: ObjectId = Field(description="Id of the campaign to change.")
    name: Name | None = Field(None, description="New name.")
    status: Status | None = Field(
        None, description="New status. An archived campaign cannot be changed again; a deleted one is gone for good."
    )
    daily_budget: Money | None = Field(None, description="New budget per day in units of the account's currency.")
    lifetime_budget: Money | None = Field(
        None, description="New budget for the whole run in units of the account's currency."
    )
    bid_strategy: BidStrategy | None = Field(None, description="New bid strategy.")
    start_time: Moment | None = Field(None, description="New start with UTC offset, ISO 8601.")
    stop_time: Moment | None = Field(None, description="New end with UTC offset, ISO 8601.")

    @model_validator(mode="after")
    def _some_change(self) -> "UpdateCampaignInput":
        check_budgets(self.daily_budget, self.lifetime_budget)
        if not changed(self):
            raise ValueError("give at least one value to change")
        return self


def check_budgets(daily: Decimal | None, lifetime: Decimal | None) -> None:
    """Raise ValueError if both kinds of budget are given."""
    if daily is not None and lifetime is not None:
        raise ValueError("give daily_budget or lifetime_budget, not both")


def changed(given: UpdateCampaignInput) -> dict[str, object]:
    """The values that an update sets."""
    return without_none({name: getattr(given, name) for name in type(given).model_fields if name not in _WHICH})


_WHICH = frozenset({"account_id", "campaign_id"})
_BUDGETS = ("daily_budget", "lifetime_budget")
_TIMES = ("start_time", "stop_time")


async def _form(client: MetaAdsConnector, given: CreateCampaignInput | UpdateCampaignInput) -> Form:
    sent: Form = without_none({"name": given.name, "bid_strategy": given.bid_strategy})
    if given.status is not None:
        sent["status"] = given.status.upper()
    for name in _BUDGETS:
        if (amount := getattr(given, name)) is not None:
            sent[name] = to_minor_units(amount, await client.currency(given.account_id), name)
    return sent | without_none({name: objects.utc_text(getattr(given, name)) for name in _TIMES})


class MetaCreateCampaign(MetaCreateTool[CreateCampaignInput]):
    """See ``description``."""

    name = "meta_create_campaign"
    description = (
        "Create a campaign in a Meta ad account, paused unless told otherwise. Give a budget here to share it between "
        "the ad sets, or none to set budgets on the ad sets."
    )
    input_model = CreateCampaignInput
    form = objects.CAMPAIGN

    async def parameters(self, client: MetaAdsConnector, given: CreateCampaignInput) -> Form:
        """See ``MetaWriteTool``."""
        sent = await _form(client, given)
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
            **{name: objects.utc_text(getattr(given, name)) for name in _TIMES},
        }
        await self.parameters(client, given)
        return AdObject(
            self.platform,
            given.account_id,
            "campaign",
            None,
            given.name,
            CampaignStatus(given.status),
            await client.currency(given.account_id),
            daily_budget=given.daily_budget,
            lifetime_budget=given.lifetime_budget,
            fields=without_none(values),
        )

    def reverse(self, given: CreateCampaignInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """See ``WriteTool``: the campaign is deleted, with everything in it."""
        del before
        arguments = {"account_id": given.account_id, "campaign_id": after.object_id, "status": "deleted"}
        return Reversal(MetaUpdateCampaign.name, arguments)


class MetaUpdateCampaign(MetaWriteTool[UpdateCampaignInput]):
    """See ``description``."""

    name = "meta_update_campaign"
    description = "Change a campaign of a Meta ad account: status, name, budget, bid strategy, start or end."
    input_model = UpdateCampaignInput
    form = objects.CAMPAIGN

    def path(self, given: UpdateCampaignInput) -> str:
        """See ``MetaWriteTool``."""
        return f"/{given.campaign_id}"

    async def parameters(self, client: MetaAdsConnector, given: UpdateCampaignInput) -> Form:
        """See ``MetaWriteTool``."""
        return await _form(client, given)

    async def before(self, client: MetaAdsConnector, given: UpdateCampaignInput) -> AdObject | None:
        """See ``WriteTool``."""
        return await existing(client, self.form, given.account_id, given.campaign_id, "campaign_id")

    async def intended(self, client: MetaAdsConnector, given: UpdateCampaignInput, before: AdObject | None) -> AdObject:
        """See ``WriteTool``."""
        await self.parameters(client, given)
        now = before or await existing(client, self.form, given.account_id, given.campaign_id, "campaign_id")
        _check_budget_kind(given, now)
        fields = {"bid_strategy": given.bid_strategy, **{n: objects.utc_text(getattr(given, n)) for n in _TIMES}}
        return replace(
            now,
            name=given.name or now.name,
            status=UNIFIED_STATUS[given.status.upper()] if given.status else now.status,
            daily_budget=given.daily_budget or now.daily_budget,
            lifetime_budget=given.lifetime_budget or now.lifetime_budget,
            fields={**now.fields, **without_none(fields)},
        )

    async def apply(self, client: MetaAdsConnector, given: UpdateCampaignInput) -> str:
        """See ``WriteTool``."""
        # An id says nothing about its account, and permissions are granted by account.
        await existing(client, self.form, given.account_id, given.campaign_id, "campaign_id")
        await self._post(client, given)
        return given.campaign_id

    async def find(self, client: MetaAdsConnector, given: UpdateCampaignInput, since: datetime) -> Sequence[AdObject]:
        """See ``WriteTool``: nothing is created."""
        del client, given, since
        return ()

    def reverse(self, given: UpdateCampaignInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """See ``WriteTool``."""
        if before is None:
            return f"The state of campaign {given.campaign_id} before the change is not known."
        if after.status is CampaignStatus.REMOVED:
            return f"Campaign {given.campaign_id} was {given.status or 'removed'}: Meta does not bring it back."
        former = _former_values(before)
        lost = [name for name in changed(given) if former.get(name) is None]
        if lost:
            return f"Campaign {given.campaign_id} had no {' and no '.join(lost)} before, and Meta cannot unset that."
        arguments = {name: former[name] for name in changed(given)}
        return Reversal(self.name, {"account_id": given.account_id, "campaign_id": given.campaign_id, **arguments})


def _former_values(before: AdObject) -> dict[str, object]:
    budgets = {"daily_budget": before.daily_budget, "lifetime_budget": before.lifetime_budget}
    return {
        **before.fields,
        "name": before.name,
        "status": before.status.value if before.status is not CampaignStatus.REMOVED else "archived",
        **{name: None if amount is None else format(amount, "f") for name, amount in budgets.items()},
    }


def _check_budget_kind(given: UpdateCampaignInput, now: AdObject) -> None:
    """Meta does not change the kind of a campaign's budget. Raises RefusedInputError for another kind."""
    has = next((name for name in _BUDGETS if getattr(now, name) is not None), None)
    wanted = next((name for name in _BUDGETS if getattr(given, name) is not None), None)
    if wanted is None or wanted == has:
        return
    if has is None:
        raise RefusedInputError(
            f"{wanted}: campaign {given.campaign_id} has its budgets on its ad sets; change them there."
        )
    raise RefusedInputError(f"{wanted}: campaign {given.campaign_id} has a {has}; give {has} instead.")
