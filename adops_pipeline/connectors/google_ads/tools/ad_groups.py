"""Tool that creates ad groups of Google Ads."""

from collections.abc import Sequence

from pydantic import Field

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.calls import Mutation, Row
from adops_pipeline.connectors.google_ads.tools.campaign_state import existing_campaign, without_nones
from adops_pipeline.connectors.google_ads.tools.inputs import (
    NAME_PATTERN,
    STATUS_WORDS,
    STATUSES,
    AccountInput,
    Money,
    ObjectId,
    Status,
)
from adops_pipeline.connectors.google_ads.tools.money import from_micros, plain, to_micros
from adops_pipeline.connectors.google_ads.tools.rows import value_of
from adops_pipeline.connectors.google_ads.tools.writes import GoogleAdsCreate, first_row
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform

_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "campaign.id",
    "ad_group.id",
    "ad_group.name",
    "ad_group.status",
    "ad_group.cpc_bid_micros",
)


class CreateAdGroupInput(AccountInput):
    """Arguments of google_ads_create_ad_group."""

    campaign_id: ObjectId = Field(description="Id of the campaign that the ad group belongs to, digits only.")
    name: str = Field(pattern=NAME_PATTERN, max_length=255, description="Name of the ad group, unique in the campaign.")
    bid: Money | None = Field(
        default=None,
        description="Highest bid per click in units of the account's currency, for campaigns with manual bids.",
    )
    status: Status = Field(default="paused", description="Status of the new ad group: paused (default) or active.")


class CreateAdGroup(GoogleAdsCreate[CreateAdGroupInput]):
    """An ad group; its type follows from the campaign's channel."""

    name = "google_ads_create_ad_group"
    description = (
        "Create an ad group in a campaign of a Google Ads account. It is created paused unless told otherwise;"
        " google_ads_update_ad_group activates it."
    )
    input_model = CreateAdGroupInput
    path = "adGroups"
    stays = (
        "Ad group {id} cannot be removed with these tools: pause or remove it in Google Ads. It does not deliver while"
        " it or its campaign is paused."
    )

    async def intended(
        self, client: GoogleAdsConnector, given: CreateAdGroupInput, before: AdObject | None
    ) -> AdObject:
        """The new ad group. Raises RefusedInputError where the campaign is missing or removed."""
        del before
        campaign = await existing_campaign(client, given, given.campaign_id)
        await self.mutation(client, given)
        bid = None if given.bid is None else plain(given.bid)
        return self.new_object(
            "ad_group", given.account_id, given.name, campaign.currency, status=given.status,
            campaign_id=given.campaign_id, fields=without_nones((("bid", bid),)),
        )  # fmt: skip

    async def mutation(self, client: GoogleAdsConnector, given: CreateAdGroupInput) -> Mutation:
        """A create operation."""
        await client.login_for(given.account_id, given.login_customer_id)
        created = {
            "campaign": f"customers/{given.account_id}/campaigns/{given.campaign_id}",
            "name": given.name,
            "status": STATUS_WORDS[given.status],
        }
        if given.bid is not None:
            created["cpcBidMicros"] = to_micros("bid", given.bid, await client.currency(given.account_id))
        return Mutation("adGroups:mutate", ({"create": created},))

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The ad group."""
        return await read_ad_group(client, account_id, object_id)

    async def candidates(self, client: GoogleAdsConnector, given: CreateAdGroupInput) -> Sequence[AdObject]:
        """The ad group of that name, which is unique in its campaign."""
        conditions = (
            f"campaign.id = {given.campaign_id}",
            f"ad_group.name = {gaql.literal(given.name)}",
            "ad_group.status != 'REMOVED'",
        )
        return [
            _ad_group_of(row)
            for row in await calls.rows_of(client, given, gaql.select(_FIELDS, "ad_group", conditions))
        ]


async def read_ad_group(client: GoogleAdsConnector, account_id: str, ad_group_id: str) -> AdObject | None:
    """An ad group of whatever status; None if the account does not have it."""
    query = gaql.select(_FIELDS, "ad_group", (f"ad_group.id = {gaql.literal(ad_group_id)}",))
    row = await first_row(client, (account_id, None), query)
    return None if row is None else _ad_group_of(row)


def _ad_group_of(row: Row) -> AdObject:
    bid = from_micros(value_of(row, "ad_group.cpc_bid_micros"))
    return AdObject(
        platform=Platform.GOOGLE_ADS,
        account_id=value_of(row, "customer.id"),
        kind="ad_group",
        object_id=value_of(row, "ad_group.id"),
        name=value_of(row, "ad_group.name"),
        status=STATUSES[value_of(row, "ad_group.status")],
        currency=value_of(row, "customer.currency_code"),
        campaign_id=value_of(row, "campaign.id"),
        fields=without_nones((("bid", None if bid is None else plain(bid)),)),
    )
