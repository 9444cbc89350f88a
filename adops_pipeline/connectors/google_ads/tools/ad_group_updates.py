"""Tool that changes ad groups of Google Ads: name, status, bid."""

from dataclasses import replace
from typing import Any, Self

from pydantic import Field, model_validator

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools.ad_groups import read_ad_group
from adops_pipeline.connectors.google_ads.tools.calls import Mutation
from adops_pipeline.connectors.google_ads.tools.campaign_state import existing_campaign, without_nones
from adops_pipeline.connectors.google_ads.tools.inputs import (
    NAME_PATTERN,
    STATUS_WORDS,
    AccountInput,
    Money,
    ObjectId,
    Status,
)
from adops_pipeline.connectors.google_ads.tools.money import plain, to_micros
from adops_pipeline.connectors.google_ads.tools.writes import GoogleAdsWrite
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

_MANUAL = "MANUAL_CPC"
"""The bidding strategy whose bids are those of the ad groups; others set bids by themselves and ignore these."""


class UpdateAdGroupInput(AccountInput):
    """Arguments of google_ads_update_ad_group."""

    ad_group_id: ObjectId = Field(description="Id of the ad group, digits only.")
    name: str | None = Field(
        default=None,
        pattern=NAME_PATTERN,
        max_length=255,
        description="New name of the ad group, unique in the campaign.",
    )
    status: Status | None = Field(default=None, description="New status: active or paused.")
    bid: Money | None = Field(
        default=None,
        description="New highest bid per click in units of the account's currency, for campaigns with manual bids.",
    )

    @model_validator(mode="after")
    def _check_changes(self) -> Self:
        if all(value is None for value in (self.name, self.status, self.bid)):
            raise ValueError("give at least one of name, status, bid")
        return self


class UpdateAdGroup(GoogleAdsWrite[UpdateAdGroupInput]):
    """Name, status and bid of an ad group."""

    name = "google_ads_update_ad_group"
    description = "Change the name, the status (active, paused) or the bid of an ad group of a Google Ads account."
    input_model = UpdateAdGroupInput

    async def before(self, client: GoogleAdsConnector, given: UpdateAdGroupInput) -> AdObject:
        """The ad group. Raises RefusedInputError where it is missing or removed."""
        await client.login_for(given.account_id, given.login_customer_id)
        found = await read_ad_group(client, given.account_id, given.ad_group_id)
        if found is None:
            raise RefusedInputError(
                f"ad_group_id: account {given.account_id} has no ad group {given.ad_group_id};"
                " google_ads_list_ad_groups lists them"
            )
        if found.status is CampaignStatus.REMOVED:
            raise RefusedInputError(
                f"ad_group_id: ad group {given.ad_group_id} was removed, and Google changes no removed ad group"
            )
        return found

    async def intended(
        self, client: GoogleAdsConnector, given: UpdateAdGroupInput, before: AdObject | None
    ) -> AdObject:
        """The ad group with the new values. Raises RefusedInputError for a bid where the campaign sets bids itself."""
        now = before or await self.before(client, given)
        await self.mutation(client, given)
        if given.bid is not None:
            assert now.campaign_id is not None
            campaign = await existing_campaign(client, given, now.campaign_id)
            strategy = campaign.fields["bidding_strategy"]
            if strategy != _MANUAL:
                raise RefusedInputError(
                    f"bid: the bidding strategy {strategy} of campaign {now.campaign_id} sets the bids of its ad groups"
                )
        bid = None if given.bid is None else plain(given.bid)
        return replace(
            now,
            name=given.name or now.name,
            status=CampaignStatus(given.status) if given.status else now.status,
            fields={**now.fields, **without_nones((("bid", bid),))},
        )

    async def mutation(self, client: GoogleAdsConnector, given: UpdateAdGroupInput) -> Mutation:
        """An update with its mask."""
        name = f"customers/{given.account_id}/adGroups/{given.ad_group_id}"
        currency = await client.currency(given.account_id)
        values = without_nones(
            (
                ("name", given.name),
                ("status", STATUS_WORDS[given.status] if given.status else None),
                ("cpcBidMicros", None if given.bid is None else to_micros("bid", given.bid, currency)),
            )
        )
        operation = {"update": {"resourceName": name, **values}, "updateMask": ",".join(values)}
        return Mutation("adGroups:mutate", (operation,))

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The ad group."""
        return await read_ad_group(client, account_id, object_id)

    def reverse(self, given: UpdateAdGroupInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        """The old values of what was changed."""
        if before is None:
            return "The values before the change are not known."
        arguments: dict[str, Any] = {"account_id": after.account_id, "ad_group_id": given.ad_group_id}
        if given.name is not None:
            arguments["name"] = before.name
        if given.status is not None:
            arguments["status"] = before.status.value
        former = before.fields.get("bid")
        if given.bid is not None:
            if former is None:
                return "The ad group had no bid of its own before, and none cannot be set again with these tools."
            arguments["bid"] = former
        if given.login_customer_id is not None:
            arguments["login_customer_id"] = given.login_customer_id
        return Reversal(self.name, arguments)
