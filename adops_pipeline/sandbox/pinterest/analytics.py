"""Report rows out of the market: which days, which entities, which columns. Shared by the sync and async reports.

Limits and checks per Pinterest's OpenAPI description: the sync endpoints reach 90 days back and span 90 days, the async
report 914 and 186; dates are UTC. Rows in which nothing happened are left out. The sandbox's market keeps no hours and
one attribution window: windows are checked, and do not change the numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from starlette.datastructures import QueryParams

from adops_pipeline.sandbox.market import AdMarket, MarketAccount
from adops_pipeline.sandbox.pinterest import wire
from adops_pipeline.sandbox.pinterest.columns import (
    ASYNC_ONLY_METRICS,
    ATTRIBUTES,
    METRICS,
    SYNC_COLUMNS,
    Entity,
    Totals,
    Value,
)

Level = Literal["ACCOUNT", "CAMPAIGN", "AD_GROUP"]
Row = dict[str, Value]

SYNC_DAYS_BACK = 90
SYNC_LONGEST_SPAN = 90
WINDOWS = (0, 1, 7, 14, 30, 60)
GRANULARITIES = ("TOTAL", "DAY", "WEEK", "MONTH")
REPORT_TIMES = ("TIME_OF_AD_ACTION", "TIME_OF_CONVERSION")
ID_COLUMN: Mapping[Level, str] = {"ACCOUNT": "AD_ACCOUNT_ID", "CAMPAIGN": "CAMPAIGN_ID", "AD_GROUP": "AD_GROUP_ID"}

_SENTENCE: Mapping[Level, str] = {
    "ACCOUNT": "Invalid ad account analytics parameters.",
    "CAMPAIGN": "Invalid ad account campaign analytics parameters.",
    "AD_GROUP": "Invalid ad account group analytics parameters.",
}
_IDS: Mapping[Level, str] = {"ACCOUNT": "", "CAMPAIGN": "campaign_ids", "AD_GROUP": "ad_group_ids"}


@dataclass(frozen=True, slots=True)
class Query:
    """A checked report request; ``ids`` None means every entity of the level."""

    level: Level
    start: date
    end: date
    granularity: str
    columns: tuple[str, ...]
    ids: frozenset[str] | None = None


def sync_query(level: Level, params: QueryParams, now: datetime) -> Query:
    """Check the parameters of a sync analytics call; refuse as Pinterest does."""
    sentence = _SENTENCE[level]
    start = wire.day(params.get("start_date"), "start_date", sentence)
    end = wire.day(params.get("end_date"), "end_date", sentence)
    check_dates(start, end, now, SYNC_DAYS_BACK, SYNC_LONGEST_SPAN, sentence)
    columns = tuple(dict.fromkeys(wire.listed(params, "columns")))
    check_columns(columns, SYNC_COLUMNS, sentence)
    granularity = wire.choice(params.get("granularity", ""), "granularity", GRANULARITIES, sentence)
    check_windows({name: params.get(name) for name in WINDOW_NAMES}, sentence)
    wire.choice(params.get("conversion_report_time", REPORT_TIMES[0]), "conversion_report_time", REPORT_TIMES, sentence)
    for beta in ("aggregate_report_rows", "reporting_timezone"):
        if params.get(beta, "false") not in {"false", "PINTEREST_TIME_ZONE"}:
            raise wire.refused(sentence, f"'{beta}' is in closed beta and not open to this app.")
    ids = wire.ids(params, _IDS[level], sentence, required=True) if _IDS[level] else None
    return Query(level, start, end, granularity, columns, None if ids is None else frozenset(ids))


WINDOW_NAMES = ("click_window_days", "engagement_window_days", "view_window_days")


def check_windows(given: Mapping[str, object], sentence: str) -> None:
    """Attribution windows are 0, 1, 7, 14, 30 or 60 days."""
    for name, value in given.items():
        if value is not None:
            wire.choice(str(value), name, tuple(str(w) for w in WINDOWS), sentence)


def check_columns(columns: tuple[str, ...], known: frozenset[str], sentence: str) -> None:
    """At least one column, all of them known."""
    if not columns:
        raise wire.refused(sentence, "Parameter 'columns' is required.")
    for column in columns:
        wire.choice(column, "columns", known, sentence)


def check_dates(start: date, end: date, now: datetime, days_back: int, span: int, sentence: str) -> None:
    """Refuse what Pinterest no longer keeps or does not answer at once."""
    today = now.astimezone(UTC).date()
    if end < start:
        raise wire.refused(sentence, "'end_date' is before 'start_date'.")
    if (today - start).days > days_back:
        raise wire.refused(sentence, f"'start_date' cannot be more than {days_back} days back from today.")
    if (end - start).days > span:
        raise wire.refused(sentence, f"'end_date' cannot be more than {span} days past start_date.")


def rows(market: AdMarket, account: MarketAccount, query: Query, now: datetime) -> dict[str, list[Row]]:
    """Rows with delivery by entity id, entities in id order, days in date order; the id stands in every row."""
    entities = _entities(market, account, query, now)
    totals: dict[tuple[str, str], Totals] = {}
    ask = market.ad_group_days if query.level == "AD_GROUP" else market.campaign_days
    for day in ask(account.account_id, query.start, query.end, now):
        key = {"ACCOUNT": account.account_id, "CAMPAIGN": day.campaign_id, "AD_GROUP": day.ad_group_id}[query.level]
        if key in entities:
            totals.setdefault((key, bucket(day.date, query)), Totals()).add(day)
    return _built(query, entities, totals, now)


def _built(
    query: Query, entities: Mapping[str, Entity], totals: Mapping[tuple[str, str], Totals], now: datetime
) -> dict[str, list[Row]]:
    today = now.astimezone(UTC).date()
    metrics = [(c, (METRICS.get(c) or ASYNC_ONLY_METRICS[c])) for c in query.columns if c not in ATTRIBUTES]
    attributes = [c for c in query.columns if c in ATTRIBUTES]
    heads: dict[str, Row] = {}
    result: dict[str, list[Row]] = {}
    for (key, bucket), sums in sorted(totals.items(), key=lambda item: (int(item[0][0]), item[0][1])):
        values = {column: metric(sums) for column, metric in metrics}
        if metrics and not any(values.values()):
            continue
        if key not in heads:
            named = {c: ATTRIBUTES[c](entities[key], today) for c in attributes}
            heads[key] = {ID_COLUMN[query.level]: key, **{c: v for c, v in named.items() if v is not None}}
        dated: Row = {} if query.granularity == "TOTAL" else {"DATE": bucket}
        result.setdefault(key, []).append({**heads[key], **dated, **values})
    return result


def bucket(day: date, query: Query) -> str:
    """The first day of the row a market day belongs to."""
    match query.granularity:
        case "DAY":
            return day.isoformat()
        case "WEEK":
            return max(query.start, day - timedelta(days=day.weekday())).isoformat()
        case "MONTH":
            return max(query.start, day.replace(day=1)).isoformat()
        case _:
            return query.start.isoformat()


def _entities(market: AdMarket, account: MarketAccount, query: Query, now: datetime) -> dict[str, Entity]:
    """What may have rows, by id; ids that are not this account's have none."""
    if query.level == "ACCOUNT":
        return {account.account_id: Entity(account)}
    campaigns = {c.campaign_id: c for c in market.campaigns(account.account_id, now)}
    if query.level == "CAMPAIGN":
        return _asked({key: Entity(account, c) for key, c in campaigns.items()}, query.ids)
    groups = market.ad_groups(account.account_id, now)
    return _asked({g.ad_group_id: Entity(account, campaigns[g.campaign_id], g) for g in groups}, query.ids)


def _asked(entities: dict[str, Entity], ids: Iterable[str] | None) -> dict[str, Entity]:
    return entities if ids is None else {key: entities[key] for key in ids if key in entities}
