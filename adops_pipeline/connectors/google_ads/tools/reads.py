"""Tools that list accounts, campaigns, ad groups and ads of Google Ads."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.inputs import (
    STATUS_WORDS,
    AccountInput,
    ListInput,
    ObjectId,
    PageInput,
)
from adops_pipeline.connectors.tools import ReadTool, RefusedInputError, ToolPage
from adops_pipeline.domain.vocabulary import Platform

SCOPE = "https://www.googleapis.com/auth/adwords"


class AccountsInput(PageInput):
    """Arguments of google_ads_list_accessible_customers."""


class ListAccessibleCustomers(ReadTool[GoogleAdsConnector, AccountsInput]):
    """Accounts that the user was invited to, and those below them."""

    name = "google_ads_list_accessible_customers"
    platform = Platform.GOOGLE_ADS
    description = (
        "List the Google Ads accounts that the credentials reach, those below manager accounts included: customer id,"
        " name, currency, time zone, status, whether it is a manager account, and the manager it is accessed through."
    )
    scope = SCOPE
    input_model = AccountsInput

    async def read(self, client: GoogleAdsConnector, given: AccountsInput) -> ToolPage:
        """Every account once; the cursor is the last id returned."""
        found = sorted(await client.reachable(), key=lambda pair: pair[0].id)
        if given.cursor is not None and not given.cursor.isdecimal():
            raise RefusedInputError(
                "cursor: this is not a cursor of this list; leave it out to begin with the first row"
            )
        rest = [pair for pair in found if given.cursor is None or pair[0].id > given.cursor]
        rows = [
            {
                "account_id": account.id,
                "name": account.descriptive_name,
                "currency": account.currency_code,
                "time_zone": account.time_zone,
                "status": account.status,
                "is_manager": bool(account.manager),
                "login_customer_id": through,
            }
            for account, through in rest[: given.limit]
        ]
        cursor = rest[len(rows) - 1][0].id if len(rest) > len(rows) else None
        return ToolPage(rows, cursor, client.session.rate_limit)


class CustomerInput(AccountInput):
    """Arguments of google_ads_get_customer."""

    fields: Sequence[str] | None = Field(
        default=None,
        max_length=60,
        description="Fields to return instead of the default ones, by their GAQL names, e.g. customer.time_zone.",
    )


class GetCustomer(ReadTool[GoogleAdsConnector, CustomerInput]):
    """One account."""

    name = "google_ads_get_customer"
    platform = Platform.GOOGLE_ADS
    description = "Get one Google Ads account: name, currency, time zone, status, and whether it is a manager account."
    scope = SCOPE
    input_model = CustomerInput

    async def read(self, client: GoogleAdsConnector, given: CustomerInput) -> ToolPage:
        """One row."""
        fields = given.fields or (
            "customer.id",
            "customer.descriptive_name",
            "customer.currency_code",
            "customer.time_zone",
            "customer.status",
            "customer.manager",
            "customer.test_account",
        )
        gaql.check_fields(fields, {"customer"})
        query = gaql.select(fields, "customer")
        return await calls.page_of(client, given, PageInput(limit=1), query, fields)


class CampaignsInput(ListInput):
    """Arguments of google_ads_list_campaigns."""

    campaign_ids: Sequence[ObjectId] | None = Field(
        default=None, min_length=1, max_length=250, description="Return only the campaigns with these ids."
    )


class AdGroupsInput(CampaignsInput):
    """Arguments of google_ads_list_ad_groups."""


class AdsInput(CampaignsInput):
    """Arguments of google_ads_list_ads."""

    ad_group_ids: Sequence[ObjectId] | None = Field(
        default=None, min_length=1, max_length=250, description="Return only ads of the ad groups with these ids."
    )


class _ListTool(ReadTool[GoogleAdsConnector, CampaignsInput]):
    """A list of one resource in the order of its ids."""

    platform = Platform.GOOGLE_ADS
    scope = SCOPE
    resource: ClassVar[str]
    joined: ClassVar[frozenset[str]]
    defaults: ClassVar[tuple[str, ...]]
    order: ClassVar[tuple[str, ...]]

    async def read(self, client: GoogleAdsConnector, given: CampaignsInput) -> ToolPage:
        """One page."""
        fields = given.fields or self.defaults
        gaql.check_fields(fields, {self.resource, *self.joined})
        query = gaql.select(fields, self.resource, self._conditions(given), self.order)
        return await calls.page_of(client, given, given, query, fields)

    def _conditions(self, given: CampaignsInput) -> list[str]:
        found = [gaql.one_of(f"{self.resource}.status", (STATUS_WORDS[status] for status in given.statuses))]
        if given.campaign_ids is not None:
            found.append(f"campaign.id IN ({', '.join(given.campaign_ids)})")
        if isinstance(given, AdsInput) and given.ad_group_ids is not None:
            found.append(f"ad_group.id IN ({', '.join(given.ad_group_ids)})")
        return found


class ListCampaigns(_ListTool):
    """Campaigns of an account."""

    name = "google_ads_list_campaigns"
    description = (
        "List campaigns of a Google Ads account with status, channel, flight and budget (in currency units; a shared"
        " budget repeats on every campaign that uses it, so do not add it up)."
    )
    input_model = CampaignsInput
    resource = "campaign"
    joined = frozenset({"campaign_budget", "customer", "bidding_strategy"})
    defaults = (
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "campaign.primary_status",
        "campaign.advertising_channel_type",
        "campaign.start_date_time",
        "campaign.end_date_time",
        "campaign_budget.id",
        "campaign_budget.amount_micros",
        "campaign_budget.total_amount_micros",
        "campaign_budget.explicitly_shared",
        "customer.currency_code",
    )
    order = ("campaign.id",)


class ListAdGroups(_ListTool):
    """Ad groups of an account or of campaigns."""

    name = "google_ads_list_ad_groups"
    description = "List ad groups of a Google Ads account, or of given campaigns, with status, type and bid."
    input_model = AdGroupsInput
    resource = "ad_group"
    joined = frozenset({"campaign", "customer"})
    defaults = (
        "ad_group.id",
        "ad_group.name",
        "ad_group.status",
        "ad_group.type",
        "ad_group.cpc_bid_micros",
        "campaign.id",
        "campaign.name",
        "customer.currency_code",
    )
    order = ("ad_group.id",)


class ListAds(_ListTool):
    """Ads of an account, of campaigns or of ad groups."""

    name = "google_ads_list_ads"
    description = (
        "List ads of a Google Ads account, of given campaigns or of given ad groups, with status, type, final URLs and"
        " the texts of responsive search ads."
    )
    input_model = AdsInput
    resource = "ad_group_ad"
    joined = frozenset({"ad_group", "campaign", "customer"})
    defaults = (
        "ad_group_ad.ad.id",
        "ad_group_ad.status",
        "ad_group_ad.ad.type",
        "ad_group_ad.ad.final_urls",
        "ad_group_ad.ad.responsive_search_ad.headlines",
        "ad_group_ad.ad.responsive_search_ad.descriptions",
        "ad_group.id",
        "campaign.id",
    )
    order = ("ad_group_ad.ad.id",)
