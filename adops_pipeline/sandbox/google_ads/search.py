"""Executes a query over the market: selects, joins, filters, sorts, and writes rows in Google's JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.google_ads import ads, change_events, records, written_events
from adops_pipeline.sandbox.google_ads.fields import FIELDS, Kind, field_mask, json_path, resource_of
from adops_pipeline.sandbox.google_ads.gaql import GaqlError, Query, parse
from adops_pipeline.sandbox.google_ads.records import Record, Totals, Value
from adops_pipeline.sandbox.google_ads.semantics import (
    DATE,
    check_fields,
    comparable,
    date_window,
    is_measured,
    predicate,
)
from adops_pipeline.sandbox.market import MarketAccount, MarketDay
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObject

Json = int | float | str | bool | Mapping[str, object] | Sequence[object]
Row = dict[str, dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a response, in order, and the field mask."""

    rows: list[Row]
    field_mask: str


def search(market: WrittenMarket, account: MarketAccount, text: str, now: datetime) -> Found:
    """Execute the GAQL query ``text`` for one account. Raises GaqlError for an invalid query."""
    query = parse(text)
    check_fields(query)
    if account.is_manager and is_measured(query):
        message = (
            "Metrics cannot be requested for a manager account. To retrieve metrics, issue separate requests against"
            " each client account under the manager account."
        )
        raise GaqlError("REQUESTED_METRICS_FOR_MANAGER", message)
    found = AccountRecords(market, account, now).records(query)
    kept = _limited(query, _sorted(query, _filtered(query, found)))
    write = _writer(query)
    return Found([write(record) for record in kept], field_mask(query.fields))


class AccountRecords:
    """One account's records at one moment."""

    def __init__(self, market: WrittenMarket, account: MarketAccount, now: datetime) -> None:
        self._market = market
        self._account = account
        self._now = now
        self._today = now.astimezone(ZoneInfo(account.timezone)).date()
        self._customer = records.customer_record(account)

    def records(self, query: Query) -> list[Record]:
        """All records of the query's resource, before filters on fields."""
        if query.resource == "change_event":
            dates = change_events.check_query(query, self._today)
            written, account, now = self._market.written, self._account, self._now
            others = written_events.write_moments(written, account, now)
            found = change_events.change_records(self._market, account, dates, now, others)
            found += written_events.written_records(written, account, dates, now, self._entities_at)
            return sorted(found, key=lambda record: str(record[change_events.TIME]))
        entities = self.entities(query.resource)
        return self._measured(query, entities) if is_measured(query) else list(entities.values())

    def _entities_at(self, moment: datetime, resource: str) -> Mapping[str, Record]:
        return AccountRecords(self._market, self._account, moment).entities(resource)

    def entities(self, resource: str) -> Mapping[str, Record]:
        """Records by the key that ``_key`` finds for a day."""
        match resource:
            case "customer":
                return {"": self._customer}
            case "customer_client":
                return {client.account_id: records.client_record(self._account, client) for client in self._clients()}
            case "ad_group":
                return self._ad_groups()
            case "ad_group_ad":
                created = [key for key, one in self._written("ad_group").items() if one.is_created]
                return ads.ad_records(self._ad_groups(), created, self._written("ad"))
            case "campaign_budget":
                return self._budgets()
        return self._campaigns()

    def _campaigns(self) -> dict[str, dict[str, Value]]:
        campaigns = self._market.campaigns(self._account.account_id, self._now)
        written, budgets = self._written("campaign"), self._written("budget")
        sharing = records.sharing_counts(campaigns)
        found: dict[str, dict[str, Value]] = {}
        for campaign in campaigns:
            identity = records.budget_id(campaign)
            record = records.campaign_record(campaign, self._today)
            budget = records.budget_record(campaign, sharing[identity])
            if campaign.campaign_id in written:
                record = records.with_body(record, "campaign", written[campaign.campaign_id].body)
            if str(identity) in budgets:
                budget = records.with_body(budget, "campaign_budget", budgets[str(identity)].body)
            found[campaign.campaign_id] = self._customer | record | budget
        return found

    def _ad_groups(self) -> dict[str, dict[str, Value]]:
        campaigns, written = self._campaigns(), self._written("ad_group")
        found: dict[str, dict[str, Value]] = {}
        for group in self._market.ad_groups(self._account.account_id, self._now):
            campaign = campaigns[group.campaign_id]
            record = records.ad_group_record(group, campaign)
            if group.ad_group_id in written:
                record = records.with_body(record, "ad_group", written[group.ad_group_id].body)
            found[group.ad_group_id] = campaign | record
        return found

    def _budgets(self) -> dict[str, Record]:
        used: dict[str, Record] = {str(r["campaign_budget.id"]): r for r in self._campaigns().values()}
        account_id = self._account.account_id
        unused = {
            identity: self._customer | records.written_budget_record(account_id, identity, one.body)
            for identity, one in self._written("budget").items()
            if identity not in used and one.is_created
        }
        return dict(sorted({**used, **unused}.items(), key=lambda item: int(item[0])))

    def _written(self, kind: str) -> dict[str, WrittenObject]:
        found = self._market.written.objects(Platform.GOOGLE_ADS, self._account.account_id, kind, self._now)
        return {one.object_id: one for one in found}

    def _clients(self) -> list[MarketAccount]:
        """The account and, for a manager, those it manages: all others."""
        if not self._account.is_manager:
            return [self._account]
        return [self._account, *(a for a in self._market.accounts(Platform.GOOGLE_ADS) if not a.is_manager)]

    def _measured(self, query: Query, entities: Mapping[str, Record]) -> list[Record]:
        """Entities with their metrics: by day where the date is selected, else over the whole window."""
        is_by_day = DATE in query.fields
        key_of = self._key(query.resource)
        sums: dict[tuple[date | None, str], Totals] = {}
        if not is_by_day:
            sums = {(None, key): Totals() for key in entities}
        for day in self._days(query):
            sums.setdefault((day.date if is_by_day else None, key_of(day)), Totals()).add(day)
        measured: list[Record] = [
            {**entities[key], **records.metrics_record(total), DATE: day.isoformat() if day else None}
            for (day, key), total in sums.items()
        ]
        return _with_results(query, measured) if is_by_day else measured

    def _days(self, query: Query) -> list[MarketDay]:
        window = date_window(query, self._today).within(self._account.created_at.date(), self._today)
        if window is None:
            return []
        is_fine = query.resource == "ad_group"
        ask = self._market.ad_group_days if is_fine else self._market.campaign_days
        return ask(self._account.account_id, *window, self._now)

    def _key(self, resource: str) -> Callable[[MarketDay], str]:
        match resource:
            case "customer":
                return lambda _: ""
            case "ad_group":
                return lambda day: day.ad_group_id
            case "campaign_budget":
                budgets = {
                    campaign.campaign_id: str(records.budget_id(campaign))
                    for campaign in self._market.campaigns(self._account.account_id, self._now)
                }
                return lambda day: budgets[day.campaign_id]
        return lambda day: day.campaign_id


def _with_results(query: Query, days: list[Record]) -> list[Record]:
    """The days that are reported: Google drops the rows in which every selected metric is zero."""
    metrics = [field for field in query.fields if resource_of(field) == "metrics"]
    return [record for record in days if any(record[field] for field in metrics)] if metrics else days


def _filtered(query: Query, found: Iterable[Record]) -> list[Record]:
    tests = [(c.field, predicate(c)) for c in query.conditions if c.field != DATE]
    return [record for record in found if all(holds(record.get(field)) for field, holds in tests)]


def _sorted(query: Query, found: list[Record]) -> list[Record]:
    for ordering in reversed(query.orderings):
        present = [record for record in found if record.get(ordering.field) is not None]
        absent = [record for record in found if record.get(ordering.field) is None]
        present.sort(key=lambda record: comparable(record[ordering.field]), reverse=ordering.is_descending)
        found = [*present, *absent] if ordering.is_descending else [*absent, *present]
    return found


def _limited(query: Query, found: list[Record]) -> list[Record]:
    return found if query.limit is None else found[: query.limit]


def _writer(query: Query) -> Callable[[Record], Row]:
    """Writes a record's selected fields, and the resource names that always come along."""
    fields = [*_resource_names(query), *query.fields]
    plan = [(field, *_steps(field), FIELDS[field].kind) for field in dict.fromkeys(fields)]

    def write(record: Record) -> Row:
        row: Row = {}
        for field, messages, name, kind in plan:
            value = record.get(field)
            if value is not None:
                place: dict[str, Any] = row
                for message in messages:
                    place = place.setdefault(message, {})
                place[name] = _json(kind, value)
        return row

    return write


def _steps(field: str) -> tuple[tuple[str, ...], str]:
    *messages, name = json_path(field)
    return tuple(messages), name


def _resource_names(query: Query) -> Sequence[str]:
    resources = dict.fromkeys([query.resource, *(resource_of(field) for field in query.fields)])
    return [f"{resource}.resource_name" for resource in resources if f"{resource}.resource_name" in FIELDS]


def _json(kind: Kind, value: str | bool | Decimal | float | Mapping[str, object] | Sequence[object]) -> Json:
    """64-bit integers are text; a double without a fraction is written without one."""
    if kind is Kind.INT64:
        return str(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
