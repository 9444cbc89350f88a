"""Tools that create and change campaigns of Google Ads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools.calls import Mutation
from adops_pipeline.connectors.google_ads.tools.campaign_state import (
    NO_END,
    campaigns_named,
    existing_campaign,
    read_campaign,
    text_of,
    without_nones,
)
from adops_pipeline.connectors.google_ads.tools.inputs import (
    NAME_PATTERN,
    STATUS_WORDS,
    AccountInput,
    Money,
    ObjectId,
    Status,
    end_of,
    start_of,
)
from adops_pipeline.connectors.google_ads.tools.money import to_micros
from adops_pipeline.connectors.google_ads.tools.writes import GoogleAdsCreate, GoogleAdsWrite
from adops_pipeline.connectors.tools import Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

BiddingStrategy = Literal["MANUAL_CPC", "MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSION_VALUE", "TARGET_SPEND"]
_BIDDING: dict[str, str] = {
    "MANUAL_CPC": "manualCpc",
    "MAXIMIZE_CONVERSIONS": "maximizeConversions",
    "MAXIMIZE_CONVERSION_VALUE": "maximizeConversionValue",
    "TARGET_SPEND": "targetSpend",
}


class CreateCampaignInput(AccountInput):
    """Arguments of google_ads_create_campaign."""

    name: str = Field(pattern=NAME_PATTERN, max_length=255, description="Name of the campaign, unique in the account.")
    channel: Literal["SEARCH", "DISPLAY"] = Field(
        default="SEARCH", description="Advertising channel: SEARCH or DISPLAY. It cannot be changed later."
    )
    bidding_strategy: BiddingStrategy = Field(
        default="MANUAL_CPC",
        description="How bids are set: MANUAL_CPC, MAXIMIZE_CONVERSIONS, MAXIMIZE_CONVERSION_VALUE, or TARGET_SPEND"
        " (as many clicks as the budget allows).",
    )
    daily_budget: Money | None = Field(
        default=None,
        description="Average budget per day in units of the account's currency. Google may spend up to twice as much on"
        " one day. Give either this or lifetime_budget.",
    )
    lifetime_budget: Money | None = Field(
        default=None,
        description="Budget for the whole flight in units of the account's currency; needs end_date.",
    )
    status: Status = Field(default="paused", description="Status of the new campaign: paused (default) or active.")
    start_date: date | None = Field(
        default=None, description="First day, in the account's time zone; left out: as soon as it is active."
    )
    end_date: date | None = Field(
        default=None, description="Last day, included, in the account's time zone; left out: without end."
    )
    contains_eu_political_advertising: bool = Field(
        description="Declaration that Google requires by EU law: whether the campaign contains political advertising"
        " in the European Union.",
    )

    @model_validator(mode="after")
    def _check_budget_and_flight(self) -> Self:
        if (self.daily_budget is None) == (self.lifetime_budget is None):
            raise ValueError("give either daily_budget or lifetime_budget")
        if self.lifetime_budget is not None and self.end_date is None:
            raise ValueError("a lifetime_budget needs end_date")
        _check_flight(self.start_date, self.end_date)
        return self


class CreateCampaign(GoogleAdsCreate[CreateCampaignInput]):
    """A campaign with a budget of its own, both in one request."""

    name = "google_ads_create_campaign"
    description = (
        "Create a campaign with its own budget in a Google Ads account. It is created paused unless told otherwise, and"
        " delivers nothing before it has an ad group with ads."
    )
    input_model = CreateCampaignInput
    path = "campaigns"

    async def intended(
        self, client: GoogleAdsConnector, given: CreateCampaignInput, before: AdObject | None
    ) -> AdObject:
        """The new campaign. Raises RefusedInputError for an amount that the currency does not have."""
        del before
        await self.mutation(client, given)
        fields = {
            "channel": given.channel,
            "bidding_strategy": given.bidding_strategy,
            "start_date": text_of(given.start_date),
            "end_date": text_of(given.end_date),
            "contains_eu_political_advertising": given.contains_eu_political_advertising,
        }
        currency = await client.currency(given.account_id)
        return self.new_object(
            "campaign", given.account_id, given.name, currency, status=given.status, daily_budget=given.daily_budget,
            lifetime_budget=given.lifetime_budget, fields=without_nones(fields.items()),
        )  # fmt: skip

    async def mutation(self, client: GoogleAdsConnector, given: CreateCampaignInput) -> Mutation:
        """Budget and campaign under temporary names; neither is created without the other."""
        await client.login_for(given.account_id, given.login_customer_id)
        currency = await client.currency(given.account_id)
        name = f"customers/{given.account_id}/campaignBudgets/-1"
        budget = {"resourceName": name, "name": given.name, "deliveryMethod": "STANDARD", "explicitlyShared": False}
        if given.daily_budget is not None:
            budget |= {"amountMicros": to_micros("daily_budget", given.daily_budget, currency), "period": "DAILY"}
        elif given.lifetime_budget is not None:
            micros = to_micros("lifetime_budget", given.lifetime_budget, currency)
            budget |= {"totalAmountMicros": micros, "period": "CUSTOM_PERIOD"}
        campaign = _new_campaign(given, name)
        operations = ({"campaignBudgetOperation": {"create": budget}}, {"campaignOperation": {"create": campaign}})
        return Mutation("googleAds:mutate", operations)

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The campaign."""
        return await read_campaign(client, (account_id, None), object_id)

    async def candidates(self, client: GoogleAdsConnector, given: CreateCampaignInput) -> Sequence[AdObject]:
        """The campaign of that name: names are unique, and ``validate`` fails for one that is taken."""
        return await campaigns_named(client, given, given.name)

    def reverse(self, given: CreateCampaignInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """Remove the campaign again."""
        del before
        arguments = {"account_id": after.account_id, "campaign_id": after.object_id, "status": "removed"}
        return Reversal(UpdateCampaign.name, _through(given, arguments))


class UpdateCampaignInput(AccountInput):
    """Arguments of google_ads_update_campaign."""

    campaign_id: ObjectId = Field(description="Id of the campaign, digits only.")
    name: str | None = Field(
        default=None,
        pattern=NAME_PATTERN,
        max_length=255,
        description="New name of the campaign, unique in the account.",
    )
    status: Literal["active", "paused", "removed"] | None = Field(
        default=None,
        description="New status: active, paused, or removed. A removed campaign can never be restored.",
    )
    start_date: date | None = Field(
        default=None, description="New first day, in the account's time zone; only before the campaign has started."
    )
    end_date: date | None = Field(default=None, description="New last day, included, in the account's time zone.")
    without_end: bool = Field(default=False, description="True: remove the last day, so that the campaign has no end.")

    @model_validator(mode="after")
    def _check_changes(self) -> Self:
        others = (self.name, self.start_date, self.end_date, self.without_end or None)
        if self.status is None and not any(value is not None for value in others):
            raise ValueError("give at least one of name, status, start_date, end_date, without_end")
        if self.status == "removed" and any(value is not None for value in others):
            raise ValueError("a campaign is removed as it is: give status removed alone")
        if self.without_end and self.end_date is not None:
            raise ValueError("give either end_date or without_end")
        _check_flight(self.start_date, self.end_date)
        return self


class UpdateCampaign(GoogleAdsWrite[UpdateCampaignInput]):
    """Name, status and flight of a campaign."""

    name = "google_ads_update_campaign"
    description = (
        "Change the name, the status or the flight of a Google Ads campaign. For its budget use"
        " google_ads_update_campaign_budget."
    )
    input_model = UpdateCampaignInput

    async def before(self, client: GoogleAdsConnector, given: UpdateCampaignInput) -> AdObject:
        """The campaign."""
        return await existing_campaign(client, given, given.campaign_id)

    async def intended(
        self, client: GoogleAdsConnector, given: UpdateCampaignInput, before: AdObject | None
    ) -> AdObject:
        """The campaign with the new values."""
        now = before or await self.before(client, given)
        flight = without_nones((("start_date", text_of(given.start_date)), ("end_date", text_of(given.end_date))))
        flight |= {"end_date": None} if given.without_end else {}
        return replace(
            now,
            name=given.name or now.name,
            status=CampaignStatus(given.status) if given.status else now.status,
            fields={**now.fields, **flight},
        )

    async def mutation(self, client: GoogleAdsConnector, given: UpdateCampaignInput) -> Mutation:
        """An update with its mask, or a removal."""
        del client
        name = f"customers/{given.account_id}/campaigns/{given.campaign_id}"
        if given.status == "removed":
            return Mutation("campaigns:mutate", ({"remove": name},))
        end = end_of(given.end_date) if given.end_date else f"{NO_END} 23:59:59" if given.without_end else None
        values = without_nones(
            (
                ("name", given.name),
                ("status", STATUS_WORDS[given.status] if given.status else None),
                ("startDateTime", start_of(given.start_date) if given.start_date else None),
                ("endDateTime", end),
            )
        )
        operation = {"update": {"resourceName": name, **values}, "updateMask": ",".join(values)}
        return Mutation("campaigns:mutate", (operation,))

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The campaign."""
        return await read_campaign(client, (account_id, None), object_id)

    def reverse(self, given: UpdateCampaignInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """The old values of what was changed."""
        if before is None:
            return "The values before the change are not known."
        if given.status == "removed":
            return "Google Ads cannot restore a removed campaign; create a new one with google_ads_create_campaign."
        arguments: dict[str, Any] = {"account_id": after.account_id, "campaign_id": given.campaign_id}
        if given.name is not None:
            arguments["name"] = before.name
        if given.status is not None:
            arguments["status"] = before.status.value
        if given.start_date is not None:
            arguments["start_date"] = before.fields["start_date"]
        if given.end_date is not None or given.without_end:
            end = before.fields["end_date"]
            arguments |= {"end_date": end} if end else {"without_end": True}
        return Reversal(self.name, _through(given, arguments))


def _new_campaign(given: CreateCampaignInput, budget: str) -> dict[str, Any]:
    declaration = "CONTAINS" if given.contains_eu_political_advertising else "DOES_NOT_CONTAIN"
    dates = (
        ("startDateTime", start_of(given.start_date) if given.start_date else None),
        ("endDateTime", end_of(given.end_date) if given.end_date else None),
    )
    return {
        "name": given.name,
        "campaignBudget": budget,
        "status": STATUS_WORDS[given.status],
        "advertisingChannelType": given.channel,
        _BIDDING[given.bidding_strategy]: {},
        "containsEuPoliticalAdvertising": f"{declaration}_EU_POLITICAL_ADVERTISING",
        **without_nones(dates),
    }


def _check_flight(start: date | None, end: date | None) -> None:
    if start is not None and end is not None and end < start:
        raise ValueError("end_date is before start_date")


def _through(given: AccountInput, arguments: dict[str, Any]) -> dict[str, Any]:
    """``arguments`` with the manager account that the change went through."""
    return arguments | without_nones((("login_customer_id", given.login_customer_id),))
