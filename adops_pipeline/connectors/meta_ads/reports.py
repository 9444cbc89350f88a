"""Requests to Meta as data: fields, statuses and insights queries, and how a range of days is split."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from adops_pipeline.connectors.splitting import Part
from adops_pipeline.domain.vocabulary import DateRange, Report

ACCOUNT_FIELDS = (
    "id",
    "account_id",
    "name",
    "account_status",
    "currency",
    "timezone_name",
    "business_country_code",
    "created_time",
)
CAMPAIGN_FIELDS = (
    "id",
    "account_id",
    "name",
    "status",
    "configured_status",
    "effective_status",
    "objective",
    "buying_type",
    "bid_strategy",
    "daily_budget",
    "lifetime_budget",
    "spend_cap",
    "start_time",
    "stop_time",
    "created_time",
    "updated_time",
    "special_ad_categories",
)
AD_SET_FIELDS = (
    "id",
    "account_id",
    "campaign_id",
    "name",
    "status",
    "configured_status",
    "effective_status",
    "optimization_goal",
    "billing_event",
    "bid_strategy",
    "bid_amount",
    "daily_budget",
    "lifetime_budget",
    "start_time",
    "end_time",
    "created_time",
    "updated_time",
)
INSIGHTS_FIELDS = (
    "account_id",
    "account_currency",
    "campaign_id",
    "campaign_name",
    "objective",
    "attribution_setting",
    "date_start",
    "date_stop",
    "spend",
    "impressions",
    "reach",
    "clicks",
    "inline_link_clicks",
    "outbound_clicks",
    "actions",
    "action_values",
    "purchase_roas",
)
ACTIVITY_FIELDS = (
    "event_time",
    "event_type",
    "extra_data",
    "object_id",
    "object_name",
    "object_type",
    "application_name",
)
ACTIVITY_CATEGORIES = ("BUDGET", "STATUS", "BID")
LONGEST_ACTIVITY_DAYS = 60
"""Much longer ranges of busy accounts fail at Meta."""
ATTRIBUTION_WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")

LISTABLE_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES")
"""By default Meta omits archived objects. Deleted ones are not listed any more: only their insights remain."""

_CAMPAIGN_STATUSES = (*LISTABLE_STATUSES, "DELETED")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of an account's objects: the edge, its fields and the requested statuses."""

    edge: str
    fields: tuple[str, ...]
    statuses: tuple[str, ...]

    def params(self) -> dict[str, str]:
        """Query parameters, lists as JSON text."""
        return {"fields": ",".join(self.fields), "effective_status": _json(self.statuses)}


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Insights at one level. ``rows_per_day`` is the level's usual size against that of campaigns.

    ``increment`` is the number of days in a row, or ``all_days``.
    """

    level: str
    fields: tuple[str, ...]
    status_field: str
    statuses: tuple[str, ...]
    rows_per_day: int
    increment: str = "1"

    def params(self, part: Part) -> dict[str, str]:
        """Parameters for a part (days of the account, ids of campaigns). The status filter keeps the archived in.

        The rest beside the campaigns that Meta lists are deleted ones, of which only insights remain.
        """
        dates = part.dates
        filters: list[dict[str, object]] = [{"field": self.status_field, "operator": "IN", "value": self.statuses}]
        if part.is_rest:
            filters.append({"field": "campaign.effective_status", "operator": "IN", "value": ["DELETED"]})
        elif part.ids is not None:
            filters.append({"field": "campaign.id", "operator": "IN", "value": part.ids})
        return {
            "level": self.level,
            "time_increment": self.increment,
            "time_range": _json({"since": dates.start.isoformat(), "until": dates.end.isoformat()}),
            "fields": ",".join(self.fields),
            "filtering": _json(filters),
            "action_attribution_windows": _json(ATTRIBUTION_WINDOWS),
            "use_unified_attribution_setting": "true",
        }

    def is_long(self, dates: DateRange) -> bool:
        """Whether a job should compute ``dates``.

        A call that computes for longer than about half a minute is cut off by Meta, while a job costs a start and a
        handful of polls before its first row. The usual re-pull of a month goes through in one call at either level.
        """
        return dates.days * self.rows_per_day > _SYNC_DAYS

    def stretches(self, dates: DateRange) -> list[DateRange]:
        """``dates`` in parts small enough for one job each, because large jobs tend to fail."""
        return dates.split(max(1, _JOB_DAYS // self.rows_per_day))


_SYNC_DAYS = 93
_JOB_DAYS = 270

LISTINGS: Mapping[Report, Listing] = {
    Report.CAMPAIGNS: Listing("campaigns", CAMPAIGN_FIELDS, LISTABLE_STATUSES),
    Report.AD_GROUPS: Listing("adsets", AD_SET_FIELDS, (*LISTABLE_STATUSES, "CAMPAIGN_PAUSED")),
}
DAILY: Mapping[Report, DailyReport] = {
    Report.CAMPAIGN_DAILY: DailyReport(
        "campaign", INSIGHTS_FIELDS, "campaign.effective_status", _CAMPAIGN_STATUSES, rows_per_day=1
    ),
    Report.AD_GROUP_DAILY: DailyReport(
        "adset",
        (*INSIGHTS_FIELDS, "adset_id", "adset_name"),
        "adset.effective_status",
        (*_CAMPAIGN_STATUSES, "CAMPAIGN_PAUSED"),
        rows_per_day=3,
    ),
}


TOTALS = DailyReport(
    "campaign",
    ("account_id", "account_currency", "campaign_id", "date_start", "date_stop", "spend"),
    "campaign.effective_status",
    _CAMPAIGN_STATUSES,
    rows_per_day=1,
    increment="all_days",
)
"""Spend of each campaign over all days of a range."""


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def activity_params(dates: DateRange, timezone: str) -> list[dict[str, str]]:
    """Parameters of the calls that return an account's changes on ``dates``, days of its time zone."""
    zone = ZoneInfo(timezone)
    since = datetime.combine(dates.start, time.min, zone)
    until = datetime.combine(dates.end + timedelta(days=1), time.min, zone) - timedelta(seconds=1)
    window = {"since": str(int(since.timestamp())), "until": str(int(until.timestamp()))}
    fields = ",".join(ACTIVITY_FIELDS)
    return [{"fields": fields, "category": category, **window} for category in ACTIVITY_CATEGORIES]
