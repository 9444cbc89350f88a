"""Sums of a period: the overview, comparisons by dimension, and the days of a campaign and of a budget."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.problems import responses
from adops_pipeline.api.quick_answers import QuickRoute
from adops_pipeline.services.documents.overview import (
    Comparison,
    Overview,
    Trend,
    comparison_document,
    overview_document,
    trend_document,
)
from adops_pipeline.services.documents.pacing_days import PacingDays, pacing_days_document
from adops_pipeline.services.documents.periods import ComparedPeriod, Period, PeriodAgainst
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

router = APIRouter(prefix="/api/analytics", tags=["analytics"])
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has the newest answer."}}


@router.get(
    "/overview", operation_id="overview", response_model=Overview, responses=responses(401, 404, 503) | NOT_MODIFIED
)
async def get_overview(request: Request, period: Annotated[PeriodAgainst, Query()]) -> Response:
    """Totals of a period against the one before it, and its days. Immature days say which share is known."""
    reporting = request.app.state.services.settings.reporting_currency

    def make(snapshot: Snapshot) -> bytes:
        return overview_document(snapshot, period, reporting)

    return await _answers(request).answer(request, make, DailySums)


@router.get(
    "/compare", operation_id="compare", response_model=Comparison, responses=responses(401, 404, 503) | NOT_MODIFIED
)
async def get_comparison(request: Request, period: Annotated[ComparedPeriod, Query()]) -> Response:
    """A period against another one, by platform, account, project, currency or campaign."""

    def make(snapshot: Snapshot) -> bytes:
        return comparison_document(snapshot, period)

    return await _answers(request).answer(request, make, None if period.campaign_id else DailySums)


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


@router.get(
    "/pacing/{budget_id}/days",
    operation_id="pacing_days",
    response_model=PacingDays,
    responses=responses(401, 404, 503) | NOT_MODIFIED,
)
async def get_pacing_days(
    request: Request,
    budget_id: Annotated[str, Path(max_length=200, description="`platform:campaign_id`, or a shared budget's id.")],
) -> Response:
    """The days of a budget's period: spent, expected by then, and the likely way to its end with the 80 % interval."""

    def make(snapshot: Snapshot) -> bytes:
        return pacing_days_document(snapshot, budget_id)

    return await _answers(request).answer(request, make)


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


def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers
