"""Sums of a period as documents: the overview, comparisons by dimension, and the days of a campaign.

Each ``…_document`` makes the JSON of an answer from a snapshot and parameters, for the API, the dashboard and tools.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec
from pydantic import Field

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.cards import cards, currency_cards, reporting_cards
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.documents.models import ApiModel
from adops_pipeline.services.documents.periods import ComparedPeriod, Period, newest_day, spans
from adops_pipeline.warehouse.queries.campaign_list import CampaignList
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.scope import KnownDays, Scope
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot
from adops_pipeline.warehouse.queries.trend import is_campaign, trend


class Card(ApiModel):
    """A metric of the period; amounts in the currency of its row."""

    value: float | None = Field(description="As reported so far.")
    nowcast: float | None = Field(description="Expected final value: young days lack conversions.")
    previous: float | None = Field(
        description="The same for the period before; null where that was not pulled as a whole."
    )
    change: float | None = Field(description="Nowcast over previous, less one; null where nothing is known of before.")


class Cards(ApiModel):
    """Every metric. Ratios are ratios of sums."""

    impressions: Card
    clicks: Card
    spend: Card
    conversions: Card
    revenue: Card
    ctr: Card
    cpc: Card
    cpa: Card
    roas: Card


class CurrencyTotals(Cards):
    """Totals of the accounts with one currency."""

    currency: str


class ReportingTotals(ApiModel):
    """Totals in the reporting currency; null where a rate is missing for part of them."""

    currency: str
    spend: Card
    revenue: Card
    roas: Card
    without_rate: list[str] = Field(description="Currencies for which a rate is missing.")


class Day(ApiModel):
    """Sums of one day; amounts in its currency."""

    date: date
    currency: str
    impressions: int
    clicks: int
    spend: float
    conversions: float
    revenue: float
    conversions_share_known: float | None = Field(
        description="Share of the day's conversions that is expected to be known; below 1 the day is immature."
    )


class SeriesDay(Day):
    """One day of one platform and currency."""

    platform: Platform


class TrendDay(Day):
    """One day of a campaign."""

    ctr: float | None
    cpc: float | None
    cpa: float | None
    roas: float | None
    conversions_nowcast: float = Field(description="Conversions expected once all of them are known.")
    is_immature: bool = Field(description="Whether conversions of the day are still expected.")
    restatements: int = Field(description="How often its values changed after they were first pulled.", ge=0)


class Span(ApiModel):
    """A period, both days included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class Overview(ApiModel):
    """A period against the one before."""

    period: Span
    previous: Span
    totals: list[CurrencyTotals] = Field(description="By currency: amounts of different currencies are not added up.")
    reporting: ReportingTotals
    series: list[SeriesDay]


class Trend(ApiModel):
    """The days of a campaign."""

    campaign_id: str
    period: Span
    days: list[TrendDay]


class Group(CurrencyTotals):
    """One value of the dimension, in one currency."""

    key: str | None


class Comparison(ApiModel):
    """A period against the one before, by dimension."""

    by: Literal["platform", "account", "project", "currency", "campaign"]
    period: Span
    previous: Span
    groups: list[Group]


def overview_document(snapshot: Snapshot, period: Period, reporting: str, campaign_ids: Sequence[str] = ()) -> bytes:
    """The JSON of an overview in the ``reporting`` currency, of these campaigns alone where they are given."""
    scope = period.scope(newest_day(snapshot, period), campaign_ids)
    sums = _sums(snapshot, scope)
    found, is_comparable = sums.grouped(scope, "currency"), snapshot.get(KnownDays).is_comparable(scope)
    totals = {currency: (found.now[:, at], found.before[:, at]) for at, (_, currency) in enumerate(found.keys)}
    document = spans(scope) | {
        "totals": currency_cards(totals, is_comparable=is_comparable),
        "reporting": {"currency": reporting} | reporting_cards(totals, is_comparable=is_comparable),
        "series": msgspec.Raw(sums.series(scope)),
    }
    return msgspec.json.encode(document)


def comparison_document(snapshot: Snapshot, period: ComparedPeriod) -> bytes:
    """The JSON of a comparison."""
    scope = period.scope(newest_day(snapshot, period), period.campaign_id)
    if period.by == "campaign":
        found = snapshot.get(CampaignList).grouped(scope)
    else:
        found = _sums(snapshot, scope).grouped(scope, period.by)
    is_comparable = snapshot.get(KnownDays).is_comparable(scope)
    rows = zip(found.keys, cards(found.now, found.before, is_comparable=is_comparable), strict=True)
    groups = [{"key": key, "currency": currency} | row for (key, currency), row in rows]
    return msgspec.json.encode({"by": period.by, **spans(scope), "groups": groups})


def trend_document(snapshot: Snapshot, campaign_id: str, period: Period) -> bytes:
    """The JSON of a campaign's days. Raises DocumentError where there is no such campaign."""
    if not is_campaign(snapshot.con, campaign_id):
        raise DocumentError("not-found", f"there is no campaign {campaign_id!r}; ids are platform:campaign_id")
    scope = period.scope(newest_day(snapshot, period))
    days = trend(snapshot.con, campaign_id, scope)
    span = json.dumps({"from": str(scope.first), "to": str(scope.last)}, separators=(",", ":"))
    return f'{{"campaignId":{json.dumps(campaign_id)},"period":{span},"days":{days}}}'.encode()


def _sums(snapshot: Snapshot, scope: Scope) -> DailySums:
    """The sums to read: those of all campaigns are kept, those of some are read."""
    return DailySums(snapshot.con, scope) if scope.campaign_ids else snapshot.get(DailySums)
