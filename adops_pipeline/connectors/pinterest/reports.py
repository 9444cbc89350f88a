"""Requests of daily reports: columns, and which of Pinterest's two endpoints. The client sends them.

Limits per Pinterest's OpenAPI description 5.23: the sync endpoints reach 90 days back, span 90 days and take 250 ids;
the asynchronous report reaches 914 days back, spans 186 days and takes 6 statuses. Days are UTC. Money columns are
micros of the account's currency, whatever "DOLLAR" says; ``_1`` is paid, ``_2`` earned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from adops_pipeline.connectors.splitting import MOST_IDS, Part, in_chunks
from adops_pipeline.domain.vocabulary import DateRange, Report

# One day less than Pinterest allows, on both sides: midnight UTC may pass between planning and asking.
SYNC_DAYS_BACK = 89
ASYNC_DAYS_BACK = 913
SYNC_LONGEST_DAYS = 90
ASYNC_LONGEST_DAYS = 186
# Pinterest takes 250; ids of 18 digits would make a query of over 8 kB, which proxies on the way may refuse.
IDS_PER_REQUEST = MOST_IDS

STATUSES_WITH_DELIVERY = ("RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ADVERTISER_DISABLED", "ARCHIVED")
"""All summary statuses but the two of drafts, which never deliver: exactly the six that one request takes."""

METRIC_COLUMNS = (
    "SPEND_IN_MICRO_DOLLAR",
    "PAID_IMPRESSION",
    "IMPRESSION_2",
    "CLICKTHROUGH_1",
    "CLICKTHROUGH_2",
    "OUTBOUND_CLICK_1",
    "OUTBOUND_CLICK_2",
    "TOTAL_ENGAGEMENT",
    "TOTAL_CHECKOUT",
    "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
    "TOTAL_CLICK_CHECKOUT",
    "TOTAL_ENGAGEMENT_CHECKOUT",
    "TOTAL_VIEW_CHECKOUT",
    "TOTAL_WEB_CHECKOUT",
    "TOTAL_LEAD",
    "TOTAL_PAGE_VISIT",
)
"""Requested metrics; all are in both kinds of report. ``DATE`` is always included and must not be requested."""

# Pinterest's defaults, said aloud so that a change of theirs does not change our numbers.
_ATTRIBUTION = {
    "click_window_days": 30,
    "engagement_window_days": 30,
    "view_window_days": 1,
    "conversion_report_time": "TIME_OF_AD_ACTION",
}


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One of the reports as Pinterest names its parts."""

    entities: str
    """Path of the entity list; its analytics are below it."""
    ids: str
    level: str
    columns: tuple[str, ...]
    status_filters: tuple[str, ...]
    granularity: str = "DAY"


KINDS = {
    Report.CAMPAIGN_DAILY: ReportKind(
        "campaigns",
        "campaign_ids",
        "CAMPAIGN",
        ("CAMPAIGN_ID", "CAMPAIGN_NAME", *METRIC_COLUMNS),
        ("campaign_statuses",),
    ),
    Report.AD_GROUP_DAILY: ReportKind(
        "ad_groups",
        "ad_group_ids",
        "AD_GROUP",
        ("AD_GROUP_ID", "AD_GROUP_NAME", "CAMPAIGN_ID", "CAMPAIGN_NAME", *METRIC_COLUMNS),
        ("campaign_statuses", "ad_group_statuses"),
    ),
    Report.CAMPAIGN_TOTALS: ReportKind(
        "campaigns",
        "campaign_ids",
        "CAMPAIGN",
        ("CAMPAIGN_ID", "SPEND_IN_MICRO_DOLLAR"),
        ("campaign_statuses",),
        "TOTAL",
    ),
}
"""A range that is too long for one request has several totals of a campaign."""


ENTITY_PATHS = {Report.CAMPAIGNS: "campaigns", Report.AD_GROUPS: "ad_groups"}


def is_within_sync_reach(dates: DateRange, today: date) -> bool:
    """Whether the sync endpoints still answer for the first day; ``today`` in UTC."""
    return dates.start >= today - timedelta(days=SYNC_DAYS_BACK)


def earliest_day(today: date) -> date:
    """The first day for which Pinterest still has reports; ``today`` in UTC."""
    return today - timedelta(days=ASYNC_DAYS_BACK)


def sync_parts(ids: Sequence[str], dates: DateRange) -> list[Part]:
    """What the sync calls that cover all ``ids`` and ``dates`` are about."""
    return [Part(days, chunk) for days in dates.split(SYNC_LONGEST_DAYS) for chunk in in_chunks(ids, IDS_PER_REQUEST)]


def sync_request(kind: ReportKind, part: Part) -> list[tuple[str, str]]:
    """Query parameters of one sync call; ids as repeated parameters."""
    return [
        ("start_date", part.dates.start.isoformat()),
        ("end_date", part.dates.end.isoformat()),
        ("granularity", kind.granularity),
        ("columns", ",".join(kind.columns)),
        *((name, str(value)) for name, value in _ATTRIBUTION.items()),
        *((kind.ids, entity_id) for entity_id in part.ids or ()),
    ]


def async_parts(dates: DateRange) -> list[Part]:
    """What the asynchronous reports that cover ``dates`` are about."""
    return [Part(days) for days in dates.split(ASYNC_LONGEST_DAYS)]


def async_request(kind: ReportKind, part: Part) -> dict[str, object]:
    """Body of one asynchronous report request, for every entity that may have delivered, or for those of the part."""
    named = {} if part.ids is None else {kind.ids: list(part.ids)}
    return {
        "start_date": part.dates.start.isoformat(),
        "end_date": part.dates.end.isoformat(),
        "granularity": kind.granularity,
        "level": kind.level,
        "columns": list(kind.columns),
        "report_format": "JSON",
        **_ATTRIBUTION,
        **{name: list(STATUSES_WITH_DELIVERY) for name in kind.status_filters},
        **named,
    }
