"""Insights rows from the market's days: grouped by level and stretch of days, only the fields asked for, every metric
a text, what is unset left out, objects without delivery absent.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import overload

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.sandbox.market import MarketAccount, MarketAdGroup, MarketCampaign, MarketDay
from adops_pipeline.sandbox.meta_ads.actions import ATTRIBUTION_SETTING, Outcome
from adops_pipeline.sandbox.meta_ads.breakdowns import parts
from adops_pipeline.sandbox.meta_ads.nodes import REMOVED, Graph
from adops_pipeline.sandbox.meta_ads.query import Filter, InsightsQuery
from adops_pipeline.sandbox.written import WrittenMarket

Row = dict[str, object]

_ALWAYS = ("date_start", "date_stop")
_SUMMED = tuple(f.name for f in fields(MarketDay) if f.name not in ("date", "campaign_id", "ad_group_id"))


@dataclass(frozen=True, slots=True)
class _Entity:
    """What a row is about: the whole account, a campaign, or an ad set with its campaign.

    ``filter_words`` are the object's values of the fields that ``filtering`` may name.
    """

    campaign: MarketCampaign | None = None
    ad_group: MarketAdGroup | None = None
    objective: str = ""
    filter_words: Mapping[str, str] = field(default_factory=dict)


class RowsOnDemand(Sequence[Row]):
    """Rows that are made when they are read: a page of a long answer costs only its own."""

    def __init__(self, length: int, row: Callable[[int], Row]) -> None:
        self._indexes = range(length)
        self._row = row

    def __len__(self) -> int:
        return len(self._indexes)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        chosen = self._indexes[index]
        return self._row(chosen) if isinstance(chosen, int) else [self._row(number) for number in chosen]


class Insights:
    """The insights of one ad account, or of one campaign or ad set in it, as they stand at ``now``."""

    def __init__(
        self, market: WrittenMarket, account: MarketAccount, now: datetime, only_id: str | None = None
    ) -> None:
        self._market = market
        self._account = account
        self._now = now
        self._only_id = only_id
        accounts = Graph(market, now).accounts()
        # The second of the token's accounts still runs the pixel it was opened with.
        self._has_old_pixel = accounts.index(account) == 1

    def size(self, query: InsightsQuery) -> int:
        """The most rows the query can bring: what decides whether it is too much for one answer."""
        return len(self._entities(query)) * len(query.buckets())

    def rows(self, query: InsightsQuery) -> Sequence[Row]:
        """All rows, ordered by stretch of days, then by campaign and ad set; each is made when it is read."""
        entities = self._entities(query)
        ends = {day: bucket for bucket in query.buckets() for day in bucket}
        groups: dict[tuple[date, str], list[MarketDay]] = {}
        for day in self._days(query):
            key = self._key(query, day)
            if key in entities:
                groups.setdefault((ends[day.date].start, key), []).append(day)
        found = sorted(groups, key=lambda group: group[0])
        wanted = tuple(dict.fromkeys((*query.fields, *_ALWAYS)))

        def row(index: int) -> Row:
            start, key = found[index]
            return self._row(query, wanted, entities[key], ends[start], reduce(_sum, groups[start, key]))

        if not query.breakdowns:
            return RowsOnDemand(len(found), row)
        return [
            {**self._row(query, wanted, entities[key], ends[start], part), **values}
            for start, key in found
            for values, part in parts(reduce(_sum, groups[start, key]), query.breakdowns, self._account)
        ]

    def _days(self, query: InsightsQuery) -> Iterable[MarketDay]:
        account_id, dates = self._account.account_id, query.dates
        campaigns = {c.campaign_id for c in self._market.campaigns(account_id, self._now)}
        # An ad set may be what the call is about even when its campaign's level is asked for.
        if query.level == "adset" or self._only_id not in (None, *campaigns):
            days = self._market.ad_group_days(account_id, dates.start, dates.end, self._now)
        else:
            days = self._market.campaign_days(account_id, dates.start, dates.end, self._now)
        return [d for d in days if self._only_id in (None, d.campaign_id, d.ad_group_id)]

    @staticmethod
    def _key(query: InsightsQuery, day: MarketDay) -> str:
        return {"account": "", "campaign": day.campaign_id, "adset": day.ad_group_id}[query.level]

    def _entities(self, query: InsightsQuery) -> dict[str, _Entity]:
        """Objects that may have rows. Archived and deleted ones only where ``filtering`` speaks of statuses."""
        if query.level == "account":
            return {"": _Entity()}
        kept = {key: e for key, e in self._all(query) if _passes(e, query.filters)}
        if any(f.field.endswith("effective_status") for f in query.filters) or self._only_id is not None:
            return kept
        status = "adset.effective_status" if query.level == "adset" else "campaign.effective_status"
        return {key: e for key, e in kept.items() if e.filter_words[status] not in REMOVED}

    def _all(self, query: InsightsQuery) -> Iterator[tuple[str, _Entity]]:
        graph, account = Graph(self._market, self._now), self._account
        if query.level == "campaign":
            for campaign in graph.campaigns(account):
                words = _campaign_words(campaign, graph.campaign_status(account, campaign))
                yield campaign.campaign_id, _Entity(campaign, None, graph.objective(account, campaign), words)
        else:
            for ad_group, campaign in graph.ad_groups(account):
                words = _campaign_words(campaign, graph.campaign_status(account, campaign))
                status = graph.ad_set_statuses(account, ad_group, campaign)[1]
                words |= {"adset.id": ad_group.ad_group_id, "adset.effective_status": status}
                yield ad_group.ad_group_id, _Entity(campaign, ad_group, graph.objective(account, campaign), words)

    def _row(
        self, query: InsightsQuery, wanted: Sequence[str], entity: _Entity, bucket: DateRange, day: MarketDay
    ) -> Row:
        """The wanted fields. Others are not computed; what is unset or an empty list is left out."""
        currency = self._account.currency
        outcome = Outcome(day, currency, has_old_pixel=self._has_old_pixel)
        known: Row = {
            "account_id": self._account.account_id,
            "account_name": self._account.name,
            "account_currency": currency,
            **_describe(entity),
            "attribution_setting": ATTRIBUTION_SETTING,
            "date_start": bucket.start.isoformat(),
            "date_stop": bucket.end.isoformat(),
        }
        row: Row = {}
        for name in wanted:
            if name in known:
                row[name] = known[name]
            elif name in _METRICS and (text := _METRICS[name](day)) is not None:
                row[name] = text
            elif name in _STATS and (stats := _STATS[name](outcome, query.windows)):
                row[name] = stats
        return row


def _campaign_words(campaign: MarketCampaign, status: str) -> dict[str, str]:
    return {"campaign.id": campaign.campaign_id, "campaign.effective_status": status}


def _passes(entity: _Entity, filters: Iterable[Filter]) -> bool:
    words = entity.filter_words
    return all(f.keeps(words.get(f.field)) for f in filters)


def _sum(a: MarketDay, b: MarketDay) -> MarketDay:
    return replace(a, **{name: getattr(a, name) + getattr(b, name) for name in _SUMMED})


def _describe(entity: _Entity) -> Row:
    about: Row = {}
    if entity.campaign is not None:
        about = {
            "campaign_id": entity.campaign.campaign_id,
            "campaign_name": entity.campaign.name,
            "objective": entity.objective,
            "buying_type": "AUCTION",
        }
    if entity.ad_group is not None:
        about |= {"adset_id": entity.ad_group.ad_group_id, "adset_name": entity.ad_group.name}
    return about


def _ratio(numerator: Decimal | int, denominator: int) -> str | None:
    """A ratio as text; None without a denominator."""
    return str((Decimal(numerator) / denominator).quantize(_SIX_PLACES)) if denominator else None


def _reach(day: MarketDay) -> int:
    return max(1, day.impressions * 4 // 5) if day.impressions else 0


_SIX_PLACES = Decimal("0.000001")
_METRICS: Mapping[str, Callable[[MarketDay], str | None]] = {
    "spend": lambda day: str(day.spend),
    "impressions": lambda day: str(day.impressions),
    "clicks": lambda day: str(day.all_clicks),
    "reach": lambda day: str(_reach(day)),
    "inline_link_clicks": lambda day: str(day.clicks) if day.clicks else None,
    "cost_per_inline_link_click": lambda day: _ratio(day.spend, day.clicks),
    "cpc": lambda day: _ratio(day.spend, day.all_clicks),
    "cpm": lambda day: _ratio(day.spend * 1000, day.impressions),
    "ctr": lambda day: _ratio(day.all_clicks * 100, day.impressions),
    "inline_link_click_ctr": lambda day: _ratio(day.clicks * 100, day.impressions),
    "frequency": lambda day: _ratio(day.impressions, _reach(day)),
}
"""Counts and costs as texts. Ratios without a denominator, and link clicks where there were none, are unset."""
_STATS: Mapping[str, Callable[[Outcome, Collection[str]], object]] = {
    "outbound_clicks": lambda outcome, _: outcome.outbound_clicks(),
    "actions": Outcome.actions,
    "action_values": Outcome.action_values,
    "purchase_roas": lambda outcome, _: outcome.purchase_roas(),
}
"""What people did, as lists."""
