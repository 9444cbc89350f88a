"""Sums of a period: the overview, comparisons by dimension, and the days of a campaign.

Each ``…_document`` makes the JSON of an answer from a snapshot and the parameters; the dashboard calls them too.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.cards import cards, currency_cards, reporting_cards
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, responses
from adops_pipeline.api.quick_answers import QuickRoute
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.queries.campaign_list import CampaignList
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.scope import Dimension, Scope
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot
from adops_pipeline.warehouse.queries.trend import is_campaign, trend

router = APIRouter(prefix="/api/analytics", tags=["analytics"])
_USUAL_DAYS = 30
_LONGEST = timedelta(days=1100)
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has the newest answer."}}
_Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
_Ids = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]


class Period(BaseModel):
    """Days, both included, and filters; without days the last thirty that are complete in every account."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: _Day | None = Field(None, alias="from", description="First day, inclusive.")
    last: _Day | None = Field(None, alias="to", description="Last day, inclusive.")
    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    account_id: _Ids = Field([], alias="accountId", description="Only these accounts.")
    currency: _Ids = Field([], description="Only accounts with these currencies.")
    project_id: str | None = Field(
        None, alias="projectId", max_length=200, description="Only this project's campaigns."
    )

    @model_validator(mode="after")
    def _is_a_period(self) -> "Period":
        if self.first is not None and self.last is not None and not timedelta(0) <= self.last - self.first <= _LONGEST:
            raise ValueError(f"to must be on or after from, and at most {_LONGEST.days} days later")
        return self

    def scope(self, newest: date | None, campaign_ids: Sequence[str] = ()) -> Scope:
        """What to read. ``newest`` is the last complete day; None before there is one."""
        last = self.last or newest or self.first
        if last is None:
            raise ApiError(404, "no-data", "there is no complete day yet; give from and to, or run a sync")
        first = self.first or last - timedelta(days=_USUAL_DAYS - 1)
        if first > last:
            raise ApiError(422, "invalid-request", f"from: {first} is after the last complete day, {last}")
        if last - first > _LONGEST:
            raise ApiError(422, "invalid-request", f"from: must be at most {_LONGEST.days} days before {last}")
        return Scope(
            first, last, [platform.value for platform in self.platform], self.account_id, self.currency,
            self.project_id, campaign_ids, self.compared,
        )  # fmt: skip

    @property
    def compared(self) -> tuple[date, date] | None:
        """The chosen period to compare with."""
        return None


class PeriodAgainst(Period):
    """A period, and the one to compare it with: by default as many days before it."""

    compare_first: _Day | None = Field(
        None, alias="compareFrom", description="First day, inclusive, of the period to compare with."
    )
    compare_last: _Day | None = Field(None, alias="compareTo", description="Last day, inclusive, of that period.")

    @model_validator(mode="after")
    def _is_against_a_period(self) -> "PeriodAgainst":
        first, last = self.compare_first, self.compare_last
        if (first is None) != (last is None):
            raise ValueError("give compareFrom and compareTo, or neither")
        if first is not None and last is not None and not timedelta(0) <= last - first <= _LONGEST:
            raise ValueError(f"compareTo must be on or after compareFrom, and at most {_LONGEST.days} days later")
        return self

    @property
    def compared(self) -> tuple[date, date] | None:
        """The chosen period to compare with."""
        return (
            None if self.compare_first is None or self.compare_last is None else (self.compare_first, self.compare_last)
        )


class ComparedPeriod(PeriodAgainst):
    """Two periods, the campaigns and the dimension to compare by."""

    by: Dimension | Literal["campaign"] = Field(
        "platform", description="Dimension of the rows; `campaign` needs `campaignId`."
    )
    campaign_id: _Ids = Field(
        [], alias="campaignId", description="Only these campaigns, as `platform:campaign_id`. Repeat it for several."
    )

    @model_validator(mode="after")
    def _names_its_campaigns(self) -> "ComparedPeriod":
        if self.by == "campaign" and not self.campaign_id:
            raise ValueError("by=campaign needs campaignId: the campaigns to compare")
        return self


class Card(ApiModel):
    """A metric of the period; amounts in the currency of its row."""

    value: float | None = Field(description="As reported so far.")
    nowcast: float | None = Field(description="Expected final value: young days lack conversions.")
    previous: float | None = Field(description="The same for the period before.")
    change: float | None = Field(description="Nowcast over previous, less one; null where nothing was before.")


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


@router.get(
    "/overview", operation_id="overview", response_model=Overview, responses=responses(401, 404, 503) | NOT_MODIFIED
)
async def get_overview(request: Request, period: Annotated[PeriodAgainst, Query()]) -> Response:
    """Totals of a period against the one before it, and its days. Immature days say which share is known."""
    reporting = request.app.state.services.settings.reporting_currency

    def make(snapshot: Snapshot) -> bytes:
        return overview_document(snapshot, period, reporting)

    return await _answers(request).answer(request, make, DailySums)


def overview_document(snapshot: Snapshot, period: Period, reporting: str, campaign_ids: Sequence[str] = ()) -> bytes:
    """The JSON of an overview in the ``reporting`` currency, of these campaigns alone where they are given."""
    scope = period.scope(_newest(snapshot, period), campaign_ids)
    sums = _sums(snapshot, scope)
    found = sums.grouped(scope, "currency")
    totals = {currency: (found.now[:, at], found.before[:, at]) for at, (_, currency) in enumerate(found.keys)}
    document = spans(scope) | {
        "totals": currency_cards(totals),
        "reporting": {"currency": reporting} | reporting_cards(totals),
        "series": msgspec.Raw(sums.series(scope)),
    }
    return msgspec.json.encode(document)


@router.get(
    "/compare", operation_id="compare", response_model=Comparison, responses=responses(401, 404, 503) | NOT_MODIFIED
)
async def get_comparison(request: Request, period: Annotated[ComparedPeriod, Query()]) -> Response:
    """A period against another one, by platform, account, project, currency or campaign."""

    def make(snapshot: Snapshot) -> bytes:
        return comparison_document(snapshot, period)

    return await _answers(request).answer(request, make, None if period.campaign_id else DailySums)


def comparison_document(snapshot: Snapshot, period: ComparedPeriod) -> bytes:
    """The JSON of a comparison."""
    scope = period.scope(_newest(snapshot, period), period.campaign_id)
    if period.by == "campaign":
        found = snapshot.get(CampaignList).grouped(scope)
    else:
        found = _sums(snapshot, scope).grouped(scope, period.by)
    rows = zip(found.keys, cards(found.now, found.before), strict=True)
    groups = [{"key": key, "currency": currency} | row for (key, currency), row in rows]
    return msgspec.json.encode({"by": period.by, **spans(scope), "groups": groups})


@router.get(
    "/campaigns/{campaign_id}/trend",
    operation_id="campaign_trend",
    response_model=Trend,
    responses=responses(401, 404, 503) | NOT_MODIFIED,
)
async def get_trend(
    request: Request,
    campaign_id: Annotated[str, Path(max_length=200, description="`platform:campaign_id`.")],
    period: Annotated[Period, Query()],
) -> Response:
    """The days of one campaign."""

    def make(snapshot: Snapshot) -> bytes:
        return trend_document(snapshot, campaign_id, period)

    return await _answers(request).answer(request, make)


def trend_document(snapshot: Snapshot, campaign_id: str, period: Period) -> bytes:
    """The JSON of a campaign's days. Raises ApiError where there is no such campaign."""
    if not is_campaign(snapshot.con, campaign_id):
        raise ApiError(404, "not-found", f"there is no campaign {campaign_id!r}; ids are platform:campaign_id")
    scope = period.scope(_newest(snapshot, period))
    days = trend(snapshot.con, campaign_id, scope)
    span = json.dumps({"from": str(scope.first), "to": str(scope.last)}, separators=(",", ":"))
    return f'{{"campaignId":{json.dumps(campaign_id)},"period":{span},"days":{days}}}'.encode()


def quick_routes(reporting: str) -> Iterable[QuickRoute]:
    """The routes that are answered from prepared sums."""
    yield QuickRoute(
        "/api/analytics/overview",
        PeriodAgainst,
        lambda snapshot, query: overview_document(snapshot, query, reporting),
        DailySums,
    )
    yield QuickRoute(
        "/api/analytics/compare", ComparedPeriod, comparison_document, DailySums, lambda query: not query.campaign_id
    )


def spans(scope: Scope) -> dict[str, Any]:
    """The period and the one that it is compared with."""
    return {
        "period": {"from": scope.first, "to": scope.last},
        "previous": {"from": scope.before, "to": scope.before_last},
    }


def _sums(snapshot: Snapshot, scope: Scope) -> DailySums:
    """The sums to read: those of all campaigns are kept, those of some are read."""
    return DailySums(snapshot.con, scope) if scope.campaign_ids else snapshot.get(DailySums)


def period_scope(snapshot: Snapshot, period: Period) -> Scope:
    """What a period means on this snapshot."""
    return period.scope(_newest(snapshot, period))


def _newest(snapshot: Snapshot, period: Period) -> date | None:
    """The last complete day; not looked up where the period says its last day."""
    return None if period.last is not None else snapshot.get(DailySums).newest


def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers
