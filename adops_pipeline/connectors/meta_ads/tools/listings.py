"""Tools that list what an account has: campaigns, ad sets, ads, creatives, audiences; and the accounts themselves."""

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import Field, model_validator

from adops_pipeline.connectors.errors import FailureContext
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import names
from adops_pipeline.connectors.meta_ads.tools.inputs import (
    AccountId,
    AccountPageInput,
    ListedStatus,
    ObjectId,
    PageInput,
)
from adops_pipeline.connectors.meta_ads.tools.reading import check_owner, compact, page_of, read_page, shown
from adops_pipeline.connectors.tools import ReadTool, ToolInput, ToolPage
from adops_pipeline.domain.vocabulary import Platform

READ_SCOPE = "ads_read"

Listed = TypeVar("Listed", bound=AccountPageInput)


class ListAdAccountsInput(PageInput):
    """Arguments of meta_list_ad_accounts."""


class GetAdAccountInput(ToolInput):
    """Arguments of meta_get_ad_account."""

    account_id: AccountId
    fields: list[str] | None = Field(
        None, description="Names of the fields to return instead of the default ones, as the Marketing API names them."
    )


class ListCampaignsInput(AccountPageInput):
    """Arguments of meta_list_campaigns."""

    statuses: list[ListedStatus] | None = Field(
        None,
        description="Effective statuses to list. Without it Meta lists every status except archived and deleted.",
    )


class ListAdSetsInput(ListCampaignsInput):
    """Arguments of meta_list_adsets."""

    campaign_id: ObjectId | None = Field(None, description="Id of a campaign: only its ad sets are listed.")


class ListAdsInput(ListCampaignsInput):
    """Arguments of meta_list_ads."""

    campaign_id: ObjectId | None = Field(None, description="Id of a campaign: only its ads are listed.")
    adset_id: ObjectId | None = Field(None, description="Id of an ad set: only its ads are listed.")

    @model_validator(mode="after")
    def _one_parent(self) -> "ListAdsInput":
        if self.campaign_id is not None and self.adset_id is not None:
            raise ValueError("give campaign_id or adset_id, not both")
        return self


class ListAdCreativesInput(AccountPageInput):
    """Arguments of meta_list_ad_creatives."""


class ListCustomAudiencesInput(AccountPageInput):
    """Arguments of meta_list_custom_audiences."""


class MetaListAdAccounts(ReadTool[MetaAdsConnector, ListAdAccountsInput]):
    """See ``description``."""

    name = "meta_list_ad_accounts"
    platform = Platform.META_ADS
    description = "List the Meta ad accounts that the credentials can reach, with currency, time zone and money spent."
    scope = READ_SCOPE
    input_model = ListAdAccountsInput

    async def read(self, client: MetaAdsConnector, given: ListAdAccountsInput) -> ToolPage:
        """See ``ReadTool``."""
        fields = names.ACCOUNT.chosen(given.fields)
        params = {"fields": ",".join(dict.fromkeys((*fields, "currency")))}
        rows, cursor = await read_page(client, "/me/adaccounts", None, params, limit=given.limit, cursor=given.cursor)
        found = [shown(row, fields, str(row.get("currency", ""))) for row in rows]
        return ToolPage(found, cursor, client.session.rate_limit)


class MetaGetAdAccount(ReadTool[MetaAdsConnector, GetAdAccountInput]):
    """See ``description``."""

    name = "meta_get_ad_account"
    platform = Platform.META_ADS
    description = "Read one Meta ad account: name, status, currency, time zone, money spent so far, smallest budgets."
    scope = READ_SCOPE
    input_model = GetAdAccountInput

    async def read(self, client: MetaAdsConnector, given: GetAdAccountInput) -> ToolPage:
        """See ``ReadTool``."""
        fields = names.ACCOUNT.chosen(given.fields)
        context = FailureContext(self.platform, f"GET /act_{given.account_id}", given.account_id)
        row = decode(await client.read_account(given.account_id, fields), dict[str, Any], context)
        return await page_of(client, given.account_id, [row], fields, None)


class _Listing(ReadTool[MetaAdsConnector, Listed], Generic[Listed]):
    """A tool that lists one kind of an account's objects."""

    platform = Platform.META_ADS
    scope = READ_SCOPE
    edge: ClassVar[str]
    field_names: ClassVar[names.FieldNames]

    async def read(self, client: MetaAdsConnector, given: Listed) -> ToolPage:
        """See ``ReadTool``."""
        fields = self.field_names.chosen(given.fields)
        parent, filters = self._parent(given), self._filters(given)
        # The owner of a parent's rows is checked: permissions are granted by account.
        asked = fields if parent is None else tuple(dict.fromkeys((*fields, "account_id")))
        path = f"/{parent or f'act_{given.account_id}'}/{self.edge}"
        params = {"fields": ",".join(asked), **filters}
        rows, cursor = await read_page(client, path, given.account_id, params, limit=given.limit, cursor=given.cursor)
        for row in rows if parent is not None else ():
            check_owner(row, given.account_id, "the object")
        return await page_of(client, given.account_id, rows, fields, cursor)

    def _parent(self, given: Listed) -> str | None:
        """Id of the object whose edge is read instead of the account's."""
        del given
        return None

    def _filters(self, given: Listed) -> Mapping[str, str]:
        statuses = given.statuses if isinstance(given, ListCampaignsInput) else None
        return {"effective_status": compact(statuses)} if statuses else {}


class MetaListCampaigns(_Listing[ListCampaignsInput]):
    """See ``description``."""

    name = "meta_list_campaigns"
    description = (
        "List the campaigns of a Meta ad account with status, objective, budget and flight. A campaign without a "
        "budget has its budgets on its ad sets."
    )
    input_model = ListCampaignsInput
    edge = "campaigns"
    field_names = names.CAMPAIGN


class MetaListAdSets(_Listing[ListAdSetsInput]):
    """See ``description``."""

    name = "meta_list_adsets"
    description = "List the ad sets of a Meta ad account, or of one of its campaigns, with status, budget and bid."
    input_model = ListAdSetsInput
    edge = "adsets"
    field_names = names.AD_SET

    def _parent(self, given: ListAdSetsInput) -> str | None:
        return given.campaign_id


class MetaListAds(_Listing[ListAdsInput]):
    """See ``description``."""

    name = "meta_list_ads"
    description = "List the ads of a Meta ad account, or of one of its campaigns or ad sets, with status and creative."
    input_model = ListAdsInput
    edge = "ads"
    field_names = names.AD

    def _parent(self, given: ListAdsInput) -> str | None:
        return given.adset_id or given.campaign_id


class MetaListAdCreatives(_Listing[ListAdCreativesInput]):
    """See ``description``."""

    name = "meta_list_ad_creatives"
    description = "List the ad creatives of a Meta ad account: texts, links and images that ads are made of."
    input_model = ListAdCreativesInput
    edge = "adcreatives"
    field_names = names.CREATIVE


class MetaListCustomAudiences(_Listing[ListCustomAudiencesInput]):
    """See ``description``."""

    name = "meta_list_custom_audiences"
    description = "List the custom audiences of a Meta ad account with kind, approximate size and delivery status."
    input_model = ListCustomAudiencesInput
    edge = "customaudiences"
    field_names = names.AUDIENCE
