"""Tools that create ads and the creatives that they show."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import objects
from adops_pipeline.connectors.meta_ads.tools.inputs import AccountInput, Name, NewStatus, ObjectId
from adops_pipeline.connectors.meta_ads.tools.reading import compact
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaCreateTool, existing, without_none
from adops_pipeline.domain.ad_objects import AdObject

Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$", max_length=2000)]
CallToAction = Literal[
    "APPLY_NOW",
    "BOOK_NOW",
    "BUY_NOW",
    "CONTACT_US",
    "DOWNLOAD",
    "GET_OFFER",
    "GET_QUOTE",
    "INSTALL_MOBILE_APP",
    "LEARN_MORE",
    "NO_BUTTON",
    "ORDER_NOW",
    "SHOP_NOW",
    "SIGN_UP",
    "SUBSCRIBE",
    "WATCH_MORE",
]


class CreateAdInput(AccountInput):
    """Arguments of meta_create_ad."""

    adset_id: ObjectId = Field(description="Id of the ad set that the ad belongs to.")
    creative_id: ObjectId = Field(description="Id of the ad creative to show.")
    name: Name = Field(description="Name of the ad.")
    status: NewStatus = Field("paused", description="Status to create it with; an active ad can spend money.")


class CreateAdCreativeInput(AccountInput):
    """Arguments of meta_create_ad_creative."""

    name: Name = Field(description="Name of the creative in the account's library.")
    object_story_id: Annotated[str, StringConstraints(pattern=r"^\d+_\d+$")] | None = Field(
        None, description="An existing post of a page, as PAGEID_POSTID; instead of page_id and what belongs to it."
    )
    page_id: ObjectId | None = Field(None, description="Id of the Facebook page that a new link ad is shown as.")
    link_url: Url | None = Field(None, description="Web address that the ad leads to, with https.")
    message: Annotated[str, StringConstraints(max_length=2000)] | None = Field(None, description="Main text.")
    headline: Annotated[str, StringConstraints(max_length=255)] | None = Field(None, description="Headline.")
    description: Annotated[str, StringConstraints(max_length=255)] | None = Field(
        None, description="Text below the headline."
    )
    image_url: Url | None = Field(None, description="Web address of the image, with https; Meta copies it.")
    image_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")] | None = Field(
        None, description="Hash of an image that was uploaded to the account; instead of image_url."
    )
    call_to_action: CallToAction | None = Field(None, description="Button of the ad.")
    url_tags: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None, description="Query parameters that are added to the link, for example utm_source=meta."
    )

    @model_validator(mode="after")
    def _post_or_link(self) -> "CreateAdCreativeInput":
        link_parts = [name for name in _LINK_PARTS if getattr(self, name) is not None]
        if self.object_story_id is not None and link_parts:
            raise ValueError(f"object_story_id is an existing post; leave out {', '.join(link_parts)}")
        if self.object_story_id is None and (self.page_id is None or self.link_url is None):
            raise ValueError("give page_id and link_url for a new link ad, or object_story_id for an existing post")
        if self.image_url is not None and self.image_hash is not None:
            raise ValueError("give image_url or image_hash, not both")
        return self


_LINK_PARTS = ("page_id", "link_url", "message", "headline", "description", "image_url", "image_hash", "call_to_action")


class MetaCreateAd(MetaCreateTool[CreateAdInput]):
    """See ``description``."""

    name = "meta_create_ad"
    description = "Create an ad in a Meta ad set from an existing creative, paused unless told otherwise."
    input_model = CreateAdInput
    form = objects.AD

    async def parameters(self, client: MetaAdsConnector, given: CreateAdInput) -> Form:
        """See ``MetaWriteTool``."""
        del client
        return {
            "name": given.name,
            "adset_id": given.adset_id,
            "creative": compact({"creative_id": given.creative_id}),
            "status": given.status.upper(),
        }

    async def intended(self, client: MetaAdsConnector, given: CreateAdInput, before: AdObject | None) -> AdObject:
        """See ``WriteTool``."""
        del before
        ad_set = await existing(client, objects.AD_SET, given.account_id, given.adset_id, "adset_id")
        return self.new_object(
            "ad", given.account_id, given.name, ad_set.currency, status=given.status, campaign_id=ad_set.campaign_id,
            fields={"adset_id": given.adset_id, "creative_id": given.creative_id},
        )  # fmt: skip


class MetaCreateAdCreative(MetaCreateTool[CreateAdCreativeInput]):
    """See ``description``.

    Meta tells no time of creation of creatives: `find` returns every equal one. They cannot be changed and may be
    used by any ad, so an older equal one serves as well.
    """

    name = "meta_create_ad_creative"
    description = (
        "Create an ad creative in a Meta ad account: a new link ad of a page, or an existing post. It shows nothing "
        "until an ad uses it."
    )
    input_model = CreateAdCreativeInput
    form = objects.CREATIVE
    stays = "The ad creative {id} stays in the account's library; unless an ad uses it, it shows nothing."
    created_field = None
    is_listed_by_status = False

    async def parameters(self, client: MetaAdsConnector, given: CreateAdCreativeInput) -> Form:
        """See ``MetaWriteTool``."""
        del client
        sent: Form = without_none({"name": given.name, "url_tags": given.url_tags})
        if given.object_story_id is not None:
            return sent | {"object_story_id": given.object_story_id}
        return sent | {"object_story_spec": compact({"page_id": given.page_id, "link_data": _link_data(given)})}

    async def intended(
        self, client: MetaAdsConnector, given: CreateAdCreativeInput, before: AdObject | None
    ) -> AdObject:
        """See ``WriteTool``."""
        del before
        values = {name: getattr(given, name) for name in (*_LINK_PARTS, "object_story_id", "url_tags")}
        currency = await client.currency(given.account_id)
        return self.new_object("creative", given.account_id, given.name, currency, fields=without_none(values))


def _link_data(given: CreateAdCreativeInput) -> dict[str, Any]:
    button = None
    if given.call_to_action is not None:
        button = {"type": given.call_to_action, "value": {"link": given.link_url}}
    return without_none(
        {
            "link": given.link_url,
            "message": given.message,
            "name": given.headline,
            "description": given.description,
            "picture": given.image_url,
            "image_hash": given.image_hash,
            "call_to_action": button,
        }
    )
