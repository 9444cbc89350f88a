"""Tools that read results: of a whole account and of its campaigns, per day or in total."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.reports import TOTALS
from adops_pipeline.connectors.meta_ads.tools import names
from adops_pipeline.connectors.meta_ads.tools.inputs import AccountPageInput, ObjectId
from adops_pipeline.connectors.meta_ads.tools.listings import READ_SCOPE
from adops_pipeline.connectors.meta_ads.tools.reading import Row, compact, read_page
from adops_pipeline.connectors.tools import ReadTool, ToolPage
from adops_pipeline.domain.vocabulary import Platform

Breakdown = Literal["age", "gender", "country", "publisher_platform", "device_platform"]

# One sale is counted under several action types; the first type present is used, never a sum, except for the
# disjoint pair of website pixel and shop on Meta.
_PURCHASE_TYPES = ("omni_purchase", "purchase")
_DISJOINT_PURCHASE_TYPES = ("offsite_conversion.fb_pixel_purchase", "onsite_conversion.purchase")
_SOURCES = {"purchases": "actions", "purchase_value": "action_values"}


class GetAccountInsightsInput(AccountPageInput):
    """Arguments of meta_get_account_insights."""

    since: date | None = Field(
        None, description="First day, as YYYY-MM-DD in the account's time zone; default: the last seven whole days."
    )
    until: date | None = Field(None, description="Last day, as YYYY-MM-DD, included. Give both days or none.")
    granularity: Literal["total", "day"] = Field(
        "total", description="One row for the whole range (total), or one row per day that had delivery (day)."
    )
    breakdowns: list[Breakdown] | None = Field(
        None, max_length=2, description="Split each row by these properties of the people reached, at most two."
    )

    @model_validator(mode="after")
    def _whole_range(self) -> "GetAccountInsightsInput":
        if (self.since is None) != (self.until is None):
            raise ValueError("give both since and until, or neither")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("until must not be before since")
        return self


class GetCampaignInsightsInput(GetAccountInsightsInput):
    """Arguments of meta_get_campaign_insights."""

    campaign_ids: list[ObjectId] | None = Field(
        None, min_length=1, max_length=100, description="Ids of the campaigns; without it, all with delivery."
    )


Asked = TypeVar("Asked", bound=GetAccountInsightsInput)


class _Insights(ReadTool[MetaAdsConnector, Asked], Generic[Asked]):
    platform = Platform.META_ADS
    scope = READ_SCOPE
    level: ClassVar[str]
    field_names: ClassVar[names.FieldNames]

    async def read(self, client: MetaAdsConnector, given: Asked) -> ToolPage:
        """See ``ReadTool``. Amounts of insights are in currency units already."""
        fields = self.field_names.chosen(given.fields)
        path = f"/act_{given.account_id}/insights"
        params = self._params(given, fields)
        rows, cursor = await read_page(client, path, given.account_id, params, limit=given.limit, cursor=given.cursor)
        shown_fields = (*fields, *(name for name in given.breakdowns or () if name not in fields))
        return ToolPage([_shown(row, shown_fields) for row in rows], cursor, client.session.rate_limit)

    def _params(self, given: Asked, fields: tuple[str, ...]) -> dict[str, str]:
        requested = dict.fromkeys(_SOURCES.get(name, name) for name in fields)
        params = {
            "level": self.level,
            "fields": ",".join(requested),
            "time_increment": "1" if given.granularity == "day" else "all_days",
            "use_unified_attribution_setting": "true",
        }
        if given.since is not None and given.until is not None:
            params["time_range"] = compact({"since": given.since.isoformat(), "until": given.until.isoformat()})
        else:
            params["date_preset"] = "last_7d"
        if given.breakdowns:
            params["breakdowns"] = compact(given.breakdowns)
        return params


class MetaGetAccountInsights(_Insights[GetAccountInsightsInput]):
    """See ``description``."""

    name = "meta_get_account_insights"
    description = (
        "Read the results of a whole Meta ad account: spend, impressions, clicks, purchases and their value, in the "
        "account's currency. Days without delivery have no row."
    )
    input_model = GetAccountInsightsInput
    level = "account"
    field_names = names.ACCOUNT_INSIGHTS


class MetaGetCampaignInsights(_Insights[GetCampaignInsightsInput]):
    """See ``description``."""

    name = "meta_get_campaign_insights"
    description = (
        "Read the results of each campaign of a Meta ad account: spend, impressions, clicks, purchases and their "
        "value, in the account's currency. Campaigns and days without delivery have no row."
    )
    input_model = GetCampaignInsightsInput
    level = "campaign"
    field_names = names.CAMPAIGN_INSIGHTS

    def _params(self, given: GetCampaignInsightsInput, fields: tuple[str, ...]) -> dict[str, str]:
        # Without a filter on the status Meta leaves archived and deleted campaigns out.
        filters: list[dict[str, Any]] = [{"field": TOTALS.status_field, "operator": "IN", "value": TOTALS.statuses}]
        if given.campaign_ids:
            filters.append({"field": "campaign.id", "operator": "IN", "value": given.campaign_ids})
        return {**super()._params(given, fields), "filtering": compact(filters)}


def _shown(row: Row, fields: tuple[str, ...]) -> Row:
    values = {name: _purchases(row, source) if (source := _SOURCES.get(name)) else row.get(name) for name in fields}
    return {name: value for name, value in values.items() if value is not None}


def _purchases(row: Row, source: str) -> str:
    """Purchases or their value of one row; "0" without any."""
    by_type = {stat["action_type"]: stat["value"] for stat in row.get(source, ())}
    first = next((by_type[kind] for kind in _PURCHASE_TYPES if kind in by_type), None)
    if first is not None:
        return str(first)
    parts = [Decimal(by_type[kind]) for kind in _DISJOINT_PURCHASE_TYPES if kind in by_type]
    return format(sum(parts, Decimal()), "f")
