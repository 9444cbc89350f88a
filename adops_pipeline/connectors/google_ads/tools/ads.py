"""Tool that creates responsive search ads of Google Ads."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.calls import Mutation, Row
from adops_pipeline.connectors.google_ads.tools.campaign_state import is_as_intended, without_nones
from adops_pipeline.connectors.google_ads.tools.inputs import (
    NAME_PATTERN,
    STATUS_WORDS,
    STATUSES,
    AccountInput,
    ObjectId,
    Status,
)
from adops_pipeline.connectors.google_ads.tools.rows import value_of
from adops_pipeline.connectors.google_ads.tools.writes import GoogleAdsCreate, first_row
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform

Headline = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=30)]
Description = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=90)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$", max_length=2_048)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=15)]

_AD = "ad_group_ad.ad"
_SEARCH_AD = f"{_AD}.responsive_search_ad"
_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "campaign.id",
    "ad_group.id",
    "ad_group_ad.status",
    f"{_AD}.id",
    f"{_AD}.final_urls",
    f"{_SEARCH_AD}.headlines",
    f"{_SEARCH_AD}.descriptions",
    f"{_SEARCH_AD}.path1",
    f"{_SEARCH_AD}.path2",
)


class CreateSearchAdInput(AccountInput):
    """Arguments of google_ads_create_responsive_search_ad."""

    ad_group_id: ObjectId = Field(description="Id of the ad group that the ad belongs to, digits only.")
    headlines: Sequence[Headline] = Field(
        min_length=3, max_length=15, description="3 to 15 different headlines of at most 30 characters each."
    )
    descriptions: Sequence[Description] = Field(
        min_length=2, max_length=4, description="2 to 4 different descriptions of at most 90 characters each."
    )
    final_urls: Sequence[Url] = Field(
        min_length=1, max_length=10, description="Addresses that the ad leads to, beginning with http:// or https://."
    )
    path1: Path | None = Field(
        default=None, description="First part of the path shown with the ad's address, at most 15 characters."
    )
    path2: Path | None = Field(
        default=None, description="Second part of the path shown, at most 15 characters; only together with path1."
    )
    status: Status = Field(default="paused", description="Status of the new ad: paused (default) or active.")

    @model_validator(mode="after")
    def _check_texts(self) -> Self:
        for name, texts in (("headlines", self.headlines), ("descriptions", self.descriptions)):
            if len(set(texts)) < len(texts):
                raise ValueError(f"{name}: every text may appear only once")
        if self.path2 is not None and self.path1 is None:
            raise ValueError("path2 needs path1")
        return self


class CreateResponsiveSearchAd(GoogleAdsCreate[CreateSearchAdInput]):
    """A responsive search ad."""

    name = "google_ads_create_responsive_search_ad"
    description = (
        "Create a responsive search ad in an ad group of a Google Ads account: Google combines its headlines and"
        " descriptions. It is created paused unless told otherwise; no tool activates it later."
    )
    input_model = CreateSearchAdInput
    path = "adGroupAds"
    stays = (
        "Ad {id} cannot be removed with these tools: pause or remove it in Google Ads. It does not deliver while it,"
        " its ad group or its campaign is paused."
    )

    async def intended(
        self, client: GoogleAdsConnector, given: CreateSearchAdInput, before: AdObject | None
    ) -> AdObject:
        """The new ad. Raises RefusedInputError where the ad group is missing or removed."""
        del before
        group = await self._ad_group(client, given)
        fields = {
            "ad_group_id": given.ad_group_id,
            "headlines": list(given.headlines),
            "descriptions": list(given.descriptions),
            "final_urls": list(given.final_urls),
            "path1": given.path1,
            "path2": given.path2,
        }
        currency, campaign_id = value_of(group, "customer.currency_code"), value_of(group, "campaign.id")
        return self.new_object(
            "ad", given.account_id, given.headlines[0], currency, status=given.status, campaign_id=campaign_id,
            fields=without_nones(fields.items()),
        )  # fmt: skip

    async def validate(self, client: GoogleAdsConnector, given: CreateSearchAdInput) -> None:
        """Google accepts an ad twice; a second one in the same ad group is refused here, so that `find` is exact."""
        intended = await self.intended(client, given, None)
        present = [found for found in await self.candidates(client, given) if is_as_intended(found, intended)]
        if present:
            raise RefusedInputError(
                f"headlines: ad group {given.ad_group_id} already has an ad with these texts and addresses"
                f" ({present[0].object_id}); change a text or use that ad"
            )
        await super().validate(client, given)

    async def mutation(self, client: GoogleAdsConnector, given: CreateSearchAdInput) -> Mutation:
        """A create operation."""
        del client
        search_ad: dict[str, Any] = {
            "headlines": [{"text": text} for text in given.headlines],
            "descriptions": [{"text": text} for text in given.descriptions],
            **without_nones((("path1", given.path1), ("path2", given.path2))),
        }
        created = {
            "adGroup": f"customers/{given.account_id}/adGroups/{given.ad_group_id}",
            "status": STATUS_WORDS[given.status],
            "ad": {"finalUrls": list(given.final_urls), "responsiveSearchAd": search_ad},
        }
        return Mutation("adGroupAds:mutate", ({"create": created},))

    async def read_back(self, client: GoogleAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """The ad; its id is that of the ad group and its own (``1~2``)."""
        resource_name = f"customers/{account_id}/adGroupAds/{object_id}"
        condition = f"ad_group_ad.resource_name = {gaql.literal(resource_name)}"
        row = await first_row(client, (account_id, None), gaql.select(_FIELDS, "ad_group_ad", (condition,)))
        return None if row is None else _ad_of(row)

    async def candidates(self, client: GoogleAdsConnector, given: CreateSearchAdInput) -> Sequence[AdObject]:
        """Ads of the ad group that were not removed; ``validate`` refuses a second one with these texts."""
        conditions = (
            f"ad_group.id = {given.ad_group_id}",
            "ad_group_ad.status != 'REMOVED'",
            f"{_AD}.type = 'RESPONSIVE_SEARCH_AD'",
        )
        return [
            _ad_of(row) for row in await calls.rows_of(client, given, gaql.select(_FIELDS, "ad_group_ad", conditions))
        ]

    async def _ad_group(self, client: GoogleAdsConnector, given: CreateSearchAdInput) -> Row:
        fields = ("customer.currency_code", "campaign.id", "ad_group.status")
        query = gaql.select(fields, "ad_group", (f"ad_group.id = {given.ad_group_id}",))
        row = await first_row(client, given, query)
        if row is None or value_of(row, "ad_group.status") == "REMOVED":
            raise RefusedInputError(
                f"ad_group_id: account {given.account_id} has no ad group {given.ad_group_id} that is not removed;"
                " google_ads_list_ad_groups lists them"
            )
        return row


def _ad_of(row: Row) -> AdObject:
    group = value_of(row, "ad_group.id")
    headlines = _texts(row, "headlines")
    fields = {
        "ad_group_id": group,
        "headlines": headlines,
        "descriptions": _texts(row, "descriptions"),
        "final_urls": value_of(row, f"{_AD}.final_urls"),
        "path1": value_of(row, f"{_SEARCH_AD}.path1"),
        "path2": value_of(row, f"{_SEARCH_AD}.path2"),
    }
    return AdObject(
        platform=Platform.GOOGLE_ADS,
        account_id=value_of(row, "customer.id"),
        kind="ad",
        object_id=f"{group}~{value_of(row, f'{_AD}.id')}",
        name=next(iter(headlines), ""),
        status=STATUSES[value_of(row, "ad_group_ad.status")],
        currency=value_of(row, "customer.currency_code"),
        campaign_id=value_of(row, "campaign.id"),
        fields=without_nones(fields.items()),
    )


def _texts(row: Row, name: str) -> list[str]:
    return [asset["text"] for asset in value_of(row, f"{_SEARCH_AD}.{name}") or ()]
