"""The GAQL queries, as data. Which fields exist: https://developers.google.com/google-ads/api/fields/v26/overview.

No query filters on status: removed campaigns and ad groups keep their history.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adops_pipeline.domain.vocabulary import DateRange, Report

LONGEST_DAYS = 31
"""Days in one request: the usual re-pull in one, years of history in pieces that fit into memory."""

_ACCOUNT = ("customer.id", "customer.currency_code", "customer.time_zone")
_METRICS = (
    "metrics.impressions",
    "metrics.clicks",
    "metrics.interactions",
    "metrics.cost_micros",
    "metrics.conversions",
    "metrics.conversions_value",
    "metrics.all_conversions",
    "metrics.all_conversions_value",
    "metrics.view_through_conversions",
)


def _where(dates: DateRange, campaign_ids: Sequence[str] | None) -> str:
    text = f" WHERE segments.date BETWEEN '{dates.start.isoformat()}' AND '{dates.end.isoformat()}'"
    return text if campaign_ids is None else f"{text} AND campaign.id IN ({', '.join(campaign_ids)})"


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What is selected from which resource. A query by day selects ``segments.date`` and is ordered by it."""

    resource: str
    fields: tuple[str, ...]

    def gaql(self, dates: DateRange | None = None, campaign_ids: Sequence[str] | None = None) -> str:
        """The query's text, over ``dates`` if given, and then of some campaigns. Only days and digits go into it."""
        text = f"SELECT {', '.join(self.fields)} FROM {self.resource}"  # noqa: S608  constants of this module
        return text if dates is None else f"{text}{_where(dates, campaign_ids)} ORDER BY segments.date"


CLIENTS = ReportQuery(
    "customer_client",
    (
        "customer_client.id",
        "customer_client.descriptive_name",
        "customer_client.currency_code",
        "customer_client.time_zone",
        "customer_client.manager",
        "customer_client.level",
        "customer_client.status",
        "customer_client.test_account",
    ),
)
"""The account itself and all accounts below it, at any depth."""

CURRENCY = ReportQuery("customer", ("customer.id", "customer.currency_code"))

TOTALS = ReportQuery("campaign", ("customer.id", "customer.currency_code", "campaign.id", "metrics.cost_micros"))


CAMPAIGN_IDS = ReportQuery("campaign", ("campaign.id",))


def totals(dates: DateRange, campaign_ids: Sequence[str] | None = None) -> str:
    """The query of each campaign's spend over ``dates``: the date is a filter and is not selected."""
    return f"{TOTALS.gaql()}{_where(dates, campaign_ids)}"


MOST_CHANGE_EVENTS = 10_000
"""The largest LIMIT of a query from change_event."""
CHANGE_EVENTS = ReportQuery(
    "change_event",
    (
        "customer.id",
        "change_event.resource_name",
        "change_event.change_date_time",
        "change_event.change_resource_type",
        "change_event.change_resource_name",
        "change_event.client_type",
        "change_event.resource_change_operation",
        "change_event.changed_fields",
        "change_event.old_resource",
        "change_event.new_resource",
        "change_event.campaign",
        "change_event.ad_group",
    ),
)


def change_events(since: str, until: str) -> str:
    """The query of change events between two times of the account (``yyyy-MM-dd HH:mm:ss``), both included.

    Google demands both ends, the first at most 30 days back, and a LIMIT.
    """
    time = "change_event.change_date_time"
    return (
        f"{CHANGE_EVENTS.gaql()} WHERE {time} >= '{since}' AND {time} <= '{until}'"
        " AND change_event.change_resource_type IN ('CAMPAIGN', 'CAMPAIGN_BUDGET', 'AD_GROUP')"
        f" ORDER BY {time} LIMIT {MOST_CHANGE_EVENTS}"
    )


ENTITIES = {
    Report.CAMPAIGNS: ReportQuery(
        "campaign",
        (
            *_ACCOUNT,
            "campaign.id",
            "campaign.name",
            "campaign.status",
            "campaign.primary_status",
            "campaign.serving_status",
            "campaign.advertising_channel_type",
            "campaign.start_date_time",
            "campaign.end_date_time",
            "campaign_budget.id",
            "campaign_budget.name",
            "campaign_budget.amount_micros",
            "campaign_budget.total_amount_micros",
            "campaign_budget.period",
            "campaign_budget.explicitly_shared",
        ),
    ),
    Report.AD_GROUPS: ReportQuery(
        "ad_group",
        (
            *_ACCOUNT,
            "campaign.id",
            "campaign.name",
            "campaign.status",
            "campaign.bidding_strategy_type",
            "ad_group.id",
            "ad_group.name",
            "ad_group.status",
            "ad_group.cpc_bid_micros",
        ),
    ),
}

DAILY = {
    Report.CAMPAIGN_DAILY: ReportQuery(
        "campaign",
        (*_ACCOUNT, "campaign.id", "campaign.name", "campaign.status", "segments.date", *_METRICS),
    ),
    Report.AD_GROUP_DAILY: ReportQuery(
        "ad_group",
        (
            *_ACCOUNT,
            "campaign.id",
            "campaign.name",
            "ad_group.id",
            "ad_group.name",
            "ad_group.status",
            "segments.date",
            *_METRICS,
        ),
    ),
}
