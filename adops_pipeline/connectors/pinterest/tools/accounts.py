"""Tools that read ad accounts."""

from pydantic import Field

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields, check_fields, moment, plains
from adops_pipeline.connectors.pinterest.tools.inputs import AccountId, PageInput
from adops_pipeline.connectors.pinterest.tools.requests import listed, object_of
from adops_pipeline.connectors.tools import ReadTool, ToolInput, ToolPage
from adops_pipeline.domain.vocabulary import Platform

_FIELDS = Fields(
    {
        **plains("id", "name", "country", "currency", "permissions", "owner"),
        "created_time": moment("created_time"),
        "updated_time": moment("updated_time"),
    },
    ("id", "name", "country", "currency", "permissions"),
)


class ListAdAccountsInput(PageInput):
    """Arguments of pinterest_list_ad_accounts."""


class GetAdAccountInput(ToolInput):
    """Arguments of pinterest_get_ad_account."""

    account_id: AccountId
    fields: list[str] | None = Field(None, description="Names of the fields to return instead of the default ones.")


class PinterestListAdAccounts(ReadTool[PinterestConnector, ListAdAccountsInput]):
    """``GET /ad_accounts``."""

    name = "pinterest_list_ad_accounts"
    platform = Platform.PINTEREST
    description = "Lists the Pinterest ad accounts that can be used, with country, currency and permissions."
    scope = "ads:read"
    input_model = ListAdAccountsInput

    async def read(self, client: PinterestConnector, given: ListAdAccountsInput) -> ToolPage:
        """See `ReadTool`."""
        fields = _FIELDS.chosen(given.fields)
        params = [("include_shared_accounts", "true")]
        page = await listed(client, "/ad_accounts", None, params, limit=given.limit, cursor=given.cursor)
        return ToolPage(_FIELDS.trim(page.rows, fields, ""), page.bookmark, client.session.rate_limit)


class PinterestGetAdAccount(ReadTool[PinterestConnector, GetAdAccountInput]):
    """``GET /ad_accounts/{id}``."""

    name = "pinterest_get_ad_account"
    platform = Platform.PINTEREST
    description = "Reads one Pinterest ad account: name, country, currency, permissions, owner."
    scope = "ads:read"
    input_model = GetAdAccountInput

    async def read(self, client: PinterestConnector, given: GetAdAccountInput) -> ToolPage:
        """See `ReadTool`."""
        fields = check_fields(given.fields, _FIELDS.known, tuple(_FIELDS.known))
        path = f"/ad_accounts/{given.account_id}"
        body = await client.session.request("GET", path, account_id=given.account_id)
        row = object_of(body, path, given.account_id)
        return ToolPage(_FIELDS.trim([row], fields, ""), None, client.session.rate_limit)
