"""Tools that report on Google Ads: daily results of campaigns, and queries that the caller writes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.inputs import AccountInput, ObjectId, PageInput
from adops_pipeline.connectors.google_ads.tools.reads import SCOPE
from adops_pipeline.connectors.tools import ReadTool, ToolPage
from adops_pipeline.domain.vocabulary import Platform

_LONGEST = timedelta(days=366)
_METRICS = (
    "metrics.cost_micros",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.conversions",
    "metrics.conversions_value",
)


class ReportInput(AccountInput, PageInput):
    """Arguments of google_ads_get_campaign_report."""

    start_date: date = Field(description="First day of the report, in the account's time zone.")
    end_date: date = Field(description="Last day of the report, included; at most 366 days after the first.")
    by_day: bool = Field(
        default=True, description="Return a row per campaign and day; false: one row per campaign over all days."
    )
    campaign_ids: Sequence[ObjectId] | None = Field(
        default=None, min_length=1, max_length=250, description="Report only the campaigns with these ids."
    )
    fields: Sequence[str] | None = Field(
        default=None,
        min_length=1,
        max_length=60,
        description=(
            "Metrics, segments and campaign fields to return instead of the default metrics, by their GAQL names, e.g."
            " metrics.ctr. Every segment besides segments.date splits the rows further."
        ),
    )

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.end_date < self.start_date:
            raise ValueError("end_date is before start_date")
        if self.end_date - self.start_date >= _LONGEST:
            raise ValueError("the report covers more than 366 days; ask for fewer days at once")
        return self


class GetCampaignReport(ReadTool[GoogleAdsConnector, ReportInput]):
    """Results of campaigns."""

    name = "google_ads_get_campaign_report"
    platform = Platform.GOOGLE_ADS
    description = (
        "Get results of the campaigns of a Google Ads account for a range of days: cost in currency units, impressions,"
        " clicks, conversions and their value. Days without any activity have no row; recent days may still change."
    )
    scope = SCOPE
    input_model = ReportInput

    async def read(self, client: GoogleAdsConnector, given: ReportInput) -> ToolPage:
        """One page, by day and campaign."""
        metrics = given.fields or _METRICS
        gaql.check_fields(metrics, {"metrics", "segments", "campaign", "campaign_budget", "customer"})
        days = ("segments.date",) if given.by_day else ()
        named = ("campaign.id", "campaign.name", "campaign.status", "customer.currency_code")
        fields = tuple(dict.fromkeys((*days, *named, *metrics)))
        conditions = [f"segments.date BETWEEN '{given.start_date}' AND '{given.end_date}'"]
        if given.campaign_ids is not None:
            conditions.append(f"campaign.id IN ({', '.join(given.campaign_ids)})")
        query = gaql.select(fields, "campaign", conditions, (*days, "campaign.id"))
        return await calls.page_of(client, given, given, query, fields)


class QueryInput(AccountInput, PageInput):
    """Arguments of google_ads_run_gaql."""

    query: str = Field(
        min_length=1,
        max_length=8_000,
        description=(
            "One SELECT statement in the Google Ads Query Language (v26), e.g. SELECT campaign.id, metrics.clicks FROM"
            " campaign WHERE segments.date DURING LAST_7_DAYS ORDER BY campaign.id. Amounts in conditions are micros."
        ),
    )


class RunGaql(ReadTool[GoogleAdsConnector, QueryInput]):
    """A query that the caller writes."""

    name = "google_ads_run_gaql"
    platform = Platform.GOOGLE_ADS
    description = (
        "Run one GAQL SELECT statement against a Google Ads account. Field names are checked before Google is asked;"
        " amounts in micros are returned in currency units, without the ending _micros in their names. End the query"
        " with ORDER BY if you want more than one page."
    )
    scope = SCOPE
    input_model = QueryInput

    async def read(self, client: GoogleAdsConnector, given: QueryInput) -> ToolPage:
        """One page of the fields selected."""
        query = gaql.checked_query(given.query)
        return await calls.page_of(client, given, given, query, gaql.selected_fields(query))
