"""Change events of an account: validation of the query as Google does it, and the market's changes as records.

Rules: https://developers.google.com/google-ads/api/docs/change-event
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange
from adops_pipeline.sandbox.google_ads.gaql import Condition, GaqlError, Query
from adops_pipeline.sandbox.google_ads.records import MICROS, STATUS_WORDS, Record, budget_id, customer_record
from adops_pipeline.sandbox.market import AdMarket, MarketAccount, MarketCampaign, MarketChange

TIME = "change_event.change_date_time"
LARGEST_LIMIT = 10_000
KEPT_DAYS = 30

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d{1,6})?)?")
_FAMILY = "changeEventError"


def check_query(query: Query, today: date) -> DateRange:
    """The days that a query asks for. Raises GaqlError where Google refuses the filter on time or the LIMIT."""
    if query.limit is None:
        raise GaqlError("LIMIT_NOT_SPECIFIED", "The search request must specify a LIMIT.", _FAMILY)
    if query.limit > LARGEST_LIMIT:
        message = "The LIMIT specified by change_event request should be less than or equal to 10K."
        raise GaqlError("INVALID_LIMIT_CLAUSE", message, _FAMILY)
    bounds = [_bounds(condition) for condition in query.conditions if condition.field == TIME]
    starts = [start for start, _ in bounds if start is not None]
    ends = [end for _, end in bounds if end is not None]
    if not starts or not ends:
        message = "The change_event search request must specify a finite range filter on change_date_time."
        raise GaqlError("CHANGE_DATE_RANGE_INFINITE", message, _FAMILY)
    if max(starts) > min(ends):
        message = "The change event search request has specified invalid date time filters that can never logically"
        raise GaqlError("CHANGE_DATE_RANGE_NEGATIVE", f"{message} produce any valid results.", _FAMILY)
    first, last = (date.fromisoformat(moment[:10]) for moment in (max(starts), min(ends)))
    if first < today - timedelta(days=KEPT_DAYS):
        message = "The requested start date is too old. It cannot be older than 30 days."
        raise GaqlError("START_DATE_TOO_OLD", message, _FAMILY)
    return DateRange(first, last)


def _bounds(condition: Condition) -> tuple[str | None, str | None]:
    for value in condition.values:
        if not _MOMENT.fullmatch(value):
            raise GaqlError("INVALID_DATE_FORMAT", f"Invalid date literal supplied for '{TIME}': '{value}'.")
    first, last = condition.values[0], condition.values[-1]
    match condition.operator:
        case ">" | ">=":
            return first, None
        case "<" | "<=":
            return None, first
        case "=" | "BETWEEN":
            return first, last
    raise GaqlError("OPERATOR_FIELD_MISMATCH", f"Operator {condition.operator} cannot be used with '{TIME}'.")


def change_records(
    market: AdMarket, account: MarketAccount, dates: DateRange, now: datetime, others: Collection[datetime] = ()
) -> list[Record]:
    """Change events on ``dates`` that the market makes by itself, oldest first: not those of the moments ``others``."""
    campaigns = {c.campaign_id: c for c in market.campaigns(account.account_id, now)}
    changes = [c for c in market.changes(account.account_id, dates, now) if c.changed_at not in others]
    seen: Counter[datetime] = Counter()
    records = []
    for change in changes:
        # Changes made together differ by microseconds, and always by the same.
        records.append(_record(account, campaigns[change.campaign_id], change, seen[change.changed_at]))
        seen[change.changed_at] += 1
    return records


def _record(account: MarketAccount, campaign: MarketCampaign, change: MarketChange, number: int) -> Record:
    customer = f"customers/{account.account_id}"
    moment = change.changed_at + timedelta(microseconds=number)
    kind, resource, path, old, new = _resources(campaign, change, customer)
    micros = int(moment.timestamp() * MICROS)
    return {
        **customer_record(account),
        "change_event.resource_name": f"{customer}/changeEvents/{micros}~{number}~0",
        TIME: f"{moment.astimezone(ZoneInfo(account.timezone)):%Y-%m-%d %H:%M:%S.%f}",
        "change_event.change_resource_type": kind,
        "change_event.change_resource_name": resource,
        "change_event.client_type": "GOOGLE_ADS_WEB_CLIENT",
        "change_event.user_email": "buyer@example.com",
        "change_event.resource_change_operation": "UPDATE",
        "change_event.changed_fields": path,
        "change_event.old_resource": old,
        "change_event.new_resource": new,
        "change_event.campaign": f"{customer}/campaigns/{campaign.campaign_id}",
        "change_event.ad_group": f"{customer}/adGroups/{change.ad_group_id}" if change.ad_group_id else None,
    }


_Resource = Mapping[str, object]


def _resources(
    campaign: MarketCampaign, change: MarketChange, customer: str
) -> tuple[str, str, str, _Resource, _Resource]:
    """Type and name of the changed resource, the path of the changed field, and the resource before and after."""
    if isinstance(change.before, Decimal) or isinstance(change.after, Decimal):
        before, after = (str(int(Decimal(value) * MICROS)) for value in (change.before, change.after))
        name = f"{customer}/campaignBudgets/{budget_id(campaign)}"
        return "CAMPAIGN_BUDGET", name, "amountMicros", *_pair("campaignBudget", "amountMicros", before, after)
    old, new = (STATUS_WORDS[CampaignStatus(value)] for value in (change.before, change.after))
    if change.ad_group_id:
        name = f"{customer}/adGroups/{change.ad_group_id}"
        return "AD_GROUP", name, "status", *_pair("adGroup", "status", old, new)
    name = f"{customer}/campaigns/{campaign.campaign_id}"
    return "CAMPAIGN", name, "status", *_pair("campaign", "status", old, new)


def _pair(resource: str, field: str, before: str, after: str) -> tuple[_Resource, _Resource]:
    return {resource: {field: before}}, {resource: {field: after}}
