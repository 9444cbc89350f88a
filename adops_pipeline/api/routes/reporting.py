"""The period in the reporting currency: totals, platforms and days across all currencies; budgets in force."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.routes.overview import NOT_MODIFIED
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.overview import Card, Cards, Span
from adops_pipeline.services.documents.periods import Period, PeriodAgainst, period_scope
from adops_pipeline.warehouse.queries import reporting as queries
from adops_pipeline.warehouse.queries.reporting import Row
from adops_pipeline.warehouse.queries.scope import KnownDays
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

router = APIRouter(prefix="/api/analytics", tags=["analytics"])
_RATIOS = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
           "roas": ("revenue", "spend")}  # fmt: skip
_NOWCAST = {"conversions": "conversions_nowcast", "revenue": "revenue_nowcast"}
_NOTHING: Row = dict.fromkeys(("impressions", "clicks", "conversions", "conversions_nowcast", "spend", "revenue",
                               "revenue_nowcast"), 0)  # fmt: skip
_UNKNOWN: Row = dict.fromkeys(_NOTHING)


class PlatformCards(Cards):
    """One platform."""

    platform: Platform


class ReportedDay(ApiModel):
    """Sums of one day."""

    date: date
    impressions: int
    clicks: int
    spend: float | None
    conversions: float
    revenue: float | None
    roas: float | None
    conversions_share_known: float | None = Field(
        description="Share of the day's conversions that is expected to be known; below 1 the day is immature."
    )


class PlatformDay(ReportedDay):
    """One day of one platform."""

    platform: Platform


class BudgetShare(ApiModel):
    """Budgets of a platform that are in force now: of the month, or of a flight."""

    platform: Platform
    budgets: int = Field(ge=0, description="How many.")
    budget: float | None
    spent: float | None = Field(description="Spend of their periods so far.")
    projected: float | None = Field(description="Projected spend at the end of their periods.")


class Reporting(ApiModel):
    """A period against the one before, across currencies. Amounts are null where a rate is missing for part of them."""

    period: Span
    previous: Span
    currency: str = Field(description="The reporting currency.")
    without_rate: list[str] = Field(description="Currencies for which a rate is missing.")
    totals: Cards
    platforms: list[PlatformCards]
    days: list[ReportedDay] = Field(description="Days of the period.")
    previous_days: list[ReportedDay] = Field(description="Days of the period before.")
    platform_days: list[PlatformDay] = Field(description="Days of the period by platform.")
    budgets: list[BudgetShare] = Field(description="Budgets in force on the newest day, whatever the period.")


@router.get(
    "/reporting",
    operation_id="reporting",
    response_model=Reporting,
    responses=responses(401, 404, 503) | NOT_MODIFIED,
)
async def get_reporting(request: Request, period: Annotated[PeriodAgainst, Query()]) -> Response:
    """Totals, platforms and days in the reporting currency, and the budgets in force."""
    currency = request.app.state.services.settings.reporting_currency

    def make(snapshot: Snapshot) -> bytes:
        return reporting_figures(snapshot, period, currency).model_dump_json(by_alias=True).encode()

    answers: Answers = request.app.state.answers
    return await answers.answer(request, make)


def reporting_figures(snapshot: Snapshot, period: Period, currency: str) -> Reporting:
    """The answer in the reporting ``currency``."""
    scope = period_scope(snapshot, period)
    sums, is_comparable = queries.period_sums(snapshot.con, scope), snapshot.get(KnownDays).is_comparable(scope)
    days = queries.day_sums(snapshot.con, scope)
    return Reporting(
        period=Span(first=scope.first, last=scope.last),
        previous=Span(first=scope.before, last=scope.before_last),
        currency=currency,
        without_rate=sorted({str(one) for row in sums for one in _listed(row["without_rate"])}),
        totals=Cards(**_cards(sums, None, is_comparable=is_comparable)),
        platforms=[
            PlatformCards(platform=one, **_cards(sums, one, is_comparable=is_comparable)) for one in _platforms(sums)
        ],
        days=[ReportedDay(**_day(row)) for row in days if row["is_now"] and row["platform"] is None],
        previous_days=[ReportedDay(**_day(row)) for row in days if not row["is_now"] and row["platform"] is None],
        platform_days=[
            PlatformDay(platform=Platform(str(row["platform"])), **_day(row))
            for row in days
            if row["is_now"] and row["platform"] is not None
        ],
        budgets=[BudgetShare.model_validate(row) for row in queries.budget_shares(snapshot.con, scope)],
    )


def _platforms(sums: Sequence[Row]) -> list[Platform]:
    return sorted({Platform(str(row["platform"])) for row in sums if row["platform"] is not None})


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _cards(sums: Sequence[Row], platform: Platform | None, *, is_comparable: bool) -> dict[str, Card]:
    now, before = (
        next((row for row in sums if row["platform"] == platform and row["is_now"] is side), _NOTHING)
        for side in (True, False)
    )
    return {name: _card(name, now, before if is_comparable else _UNKNOWN) for name in Cards.model_fields}


def _card(name: str, now: Row, before: Row) -> Card:
    final, previous = _metric(name, now, is_final=True), _metric(name, before, is_final=True)
    return Card(
        value=_metric(name, now, is_final=False),
        nowcast=final,
        previous=previous,
        change=None if final is None or not previous else final / previous - 1,
    )


def _metric(name: str, row: Row, *, is_final: bool) -> float | None:
    if name in _RATIOS:
        above, below = (_metric(part, row, is_final=is_final) for part in _RATIOS[name])
        return None if above is None or not below else above / below
    value: Any = row[_NOWCAST.get(name, name) if is_final else name]
    return None if value is None else float(value)


def _day(row: Row) -> dict[str, Any]:
    names = ("date", "impressions", "clicks", "spend", "conversions", "revenue", "conversions_share_known")
    return {name: row[name] for name in names} | {"roas": _metric("roas", row, is_final=False)}
