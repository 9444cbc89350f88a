"""Tools that list ads and promote pins as ads."""

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields, moment, plains
from adops_pipeline.connectors.pinterest.tools.inputs import (
    AccountInput,
    AccountPageInput,
    ListedStatus,
    Name,
    NewStatus,
    ObjectId,
    Url,
)
from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool, each
from adops_pipeline.connectors.pinterest.tools.objects import AD, AD_GROUP
from adops_pipeline.connectors.pinterest.tools.pins import image_of, read_pin
from adops_pipeline.connectors.pinterest.tools.requests import ALL_STATUSES, Params, Row
from adops_pipeline.connectors.pinterest.tools.updates import missing
from adops_pipeline.connectors.pinterest.tools.writing import PinterestCreateItemTool, without_none
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject

_FIELDS = Fields(
    {
        **plains("id", "name", "ad_group_id", "campaign_id", "pin_id", "creative_type", "status", "summary_status"),
        **plains("review_status", "rejected_reasons", "destination_url", "ad_account_id", "tracking_urls"),
        **{name: moment(name) for name in ("created_time", "updated_time")},
    },
    ("id", "name", "ad_group_id", "campaign_id", "pin_id", "status", "summary_status", "review_status"),
)


class ListAdsInput(AccountPageInput):
    """Arguments of pinterest_list_ads."""

    campaign_ids: list[ObjectId] | None = Field(None, max_length=250, description="Only ads of these campaigns.")
    ad_group_ids: list[ObjectId] | None = Field(None, max_length=250, description="Only ads of these ad groups.")
    statuses: list[ListedStatus] | None = Field(
        None, description="Only ads of these statuses; without it ACTIVE and PAUSED ones."
    )

    @model_validator(mode="after")
    def _one_filter(self) -> "ListAdsInput":
        if self.campaign_ids and self.ad_group_ids:
            raise ValueError("give campaign_ids or ad_group_ids, not both")
        return self


class CreateAdInput(AccountInput):
    """Arguments of pinterest_create_ad."""

    ad_group_id: ObjectId = Field(description="Id of the ad group that the ad belongs to.")
    pin_id: ObjectId = Field(description="Id of the pin to promote; it needs an image. pinterest_list_pins lists them.")
    name: Name = Field(description="Name of the ad.")
    destination_url: Url | None = Field(None, description="Web address that the ad leads to; without it the pin's.")
    status: NewStatus = Field("paused", description="Status to create it with; an active ad can spend money.")


class PinterestListAds(PinterestListTool[ListAdsInput]):
    """``GET /ad_accounts/{id}/ads``."""

    name = "pinterest_list_ads"
    description = "Lists the ads (promoted pins) of a Pinterest ad account with their pin, status and review."
    input_model = ListAdsInput
    row_fields = _FIELDS

    def listing(self, given: ListAdsInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        return AD.path(given.account_id), [
            *each("campaign_ids", given.campaign_ids),
            *each("ad_group_ids", given.ad_group_ids),
            *each("entity_statuses", given.statuses),
        ]


class PinterestCreateAd(PinterestCreateItemTool[CreateAdInput]):
    """``POST /ad_accounts/{id}/ads``."""

    name = "pinterest_create_ad"
    description = (
        "Promotes a pin as an ad in a Pinterest ad group, paused unless told otherwise. The pin needs an image."
    )
    input_model = CreateAdInput
    form = AD

    async def intended(self, client: PinterestConnector, given: CreateAdInput, before: AdObject | None) -> AdObject:
        """See `WriteTool`. Checks the pin at once, so that nobody approves an ad that Pinterest refuses."""
        del before
        group = await AD_GROUP.find(client, given.account_id, given.ad_group_id)
        if group is None:
            raise missing("ad_group", given.account_id, given.ad_group_id)
        await self.validate(client, given)
        urls = without_none({"destination_url": given.destination_url})
        return self.new_object(
            "ad", given.account_id, given.name, group.currency, status=given.status,
            campaign_id=group.campaign_id, fields={"ad_group_id": given.ad_group_id, "pin_id": given.pin_id, **urls},
        )  # fmt: skip

    async def validate(self, client: PinterestConnector, given: CreateAdInput) -> None:
        """Refuse a pin that cannot be promoted."""
        pin = await read_pin(client, given.account_id, given.pin_id)
        if pin is None:
            raise RefusedInputError(f"pin_id: there is no pin {given.pin_id}; pinterest_list_pins lists them")
        if image_of(pin) is None:
            raise RefusedInputError(f"pin_id: the pin {given.pin_id} has no image, and only pins with one are promoted")

    def item(self, given: CreateAdInput) -> Row:
        """See `PinterestItemTool`."""
        values = ("ad_group_id", "pin_id", "name", "destination_url")
        named = without_none({name: getattr(given, name) for name in values})
        return {"creative_type": "REGULAR", "status": given.status.upper(), **named}

    def listing(self, given: CreateAdInput) -> tuple[str, Params]:
        """See `PinterestCreateTool`."""
        return AD.path(given.account_id), [("ad_group_ids", given.ad_group_id), *ALL_STATUSES]
