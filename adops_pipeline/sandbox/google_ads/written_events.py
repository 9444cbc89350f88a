"""Change events of what clients wrote through the API: one for each object and request, with the fields it set."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.sandbox.google_ads.fields import FIELDS, Kind, snake
from adops_pipeline.sandbox.google_ads.records import MICROS, Record, customer_record
from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.written import WrittenObject, WrittenObjects

Entities = Callable[[datetime, str], Mapping[str, Record]]
"""The account's records of a resource as of a moment."""

_TIME = "change_event.change_date_time"
_STEP = timedelta(microseconds=1)
_KINDS = {
    "budget": ("CAMPAIGN_BUDGET", "campaignBudgets", "campaign_budget", "campaignBudget"),
    "campaign": ("CAMPAIGN", "campaigns", "campaign", "campaign"),
    "ad_group": ("AD_GROUP", "adGroups", "ad_group", "adGroup"),
    "ad": ("AD_GROUP_AD", "adGroupAds", "ad_group_ad", "adGroupAd"),
}
"""Kind of a written object → type of the event, collection, resource, and the resource's name in JSON."""


def write_moments(written: WrittenObjects, account: MarketAccount, now: datetime) -> frozenset[datetime]:
    """When clients wrote: the market's changes of these moments are theirs."""
    return frozenset(entry.at for _, one in _objects(written, account, now) for entry in one.entries)


def written_records(
    written: WrittenObjects, account: MarketAccount, dates: DateRange, now: datetime, entities: Entities
) -> list[Record]:
    """The events on ``dates``, which are days of the account."""
    zone, seen, found = ZoneInfo(account.timezone), Counter[datetime](), list[Record]()
    for kind, one in _objects(written, account, now):
        for number, entry in enumerate(one.entries):
            if not entry.body or entry.at.astimezone(zone).date() not in dates:
                continue
            moment = entry.at + seen[entry.at] * _STEP
            seen[entry.at] += 1
            event = _event(account, kind, one, number, entities)
            stamp = f"{int(moment.timestamp() * MICROS)}~{seen[entry.at]}~1"
            event["change_event.resource_name"] = f"customers/{account.account_id}/changeEvents/{stamp}"
            event[_TIME] = f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S.%f}"
            found.append(event)
    return found


def _objects(written: WrittenObjects, account: MarketAccount, now: datetime) -> list[tuple[str, WrittenObject]]:
    return [
        (kind, one) for kind in _KINDS for one in written.objects(Platform.GOOGLE_ADS, account.account_id, kind, now)
    ]


def _event(account: MarketAccount, kind: str, one: WrittenObject, number: int, entities: Entities) -> dict[str, Any]:
    event_type, collection, resource, json_name = _KINDS[kind]
    entry = one.entries[number]
    customer = f"customers/{account.account_id}"
    is_removed = entry.body.get("status") == "REMOVED"
    action = "CREATE" if entry.is_created else "REMOVE" if is_removed else "UPDATE"
    before = {} if entry.is_created else _before(one, number, resource, entities)
    # What a removal left behind: Google gives no new resource.
    new = {} if is_removed else {json_name: entry.body}
    group_id = {"ad_group": one.object_id, "ad": one.parent_id}.get(kind)
    campaign_id = {"campaign": one.object_id, "ad_group": one.parent_id}.get(kind)
    name = f"{one.parent_id}~{one.object_id}" if kind == "ad" else one.object_id
    return {
        **customer_record(account),
        "change_event.change_resource_type": event_type,
        "change_event.change_resource_name": f"{customer}/{collection}/{name}",
        "change_event.client_type": "GOOGLE_ADS_API",
        "change_event.user_email": "api@example.com",
        "change_event.resource_change_operation": action,
        "change_event.changed_fields": ",".join(entry.body),
        "change_event.old_resource": {json_name: before} if before else {},
        "change_event.new_resource": new,
        "change_event.campaign": f"{customer}/campaigns/{campaign_id}" if campaign_id else None,
        "change_event.ad_group": f"{customer}/adGroups/{group_id}" if group_id else None,
    }


def _before(one: WrittenObject, number: int, resource: str, entities: Entities) -> dict[str, Any]:
    """The values before the write: as written earlier, else as the account had them."""
    earlier = {name: value for entry in one.entries[:number] for name, value in entry.body.items()}
    wanted = one.entries[number].body
    missing = [name for name in wanted if name not in earlier]
    record = entities(one.entries[number].at - _STEP, resource).get(one.object_id, {}) if missing else {}
    known = {name: _json(f"{resource}.{snake(name)}", record) for name in missing}
    return {name: earlier.get(name, known.get(name)) for name in wanted if name in earlier or known[name] is not None}


def _json(name: str, record: Record) -> object:
    value = record.get(name)
    return str(value) if value is not None and name in FIELDS and FIELDS[name].kind is Kind.INT64 else value
