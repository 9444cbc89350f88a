"""Campaigns with their sums of a period: the list, and one campaign."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.problems import responses
from adops_pipeline.api.quick_answers import QuickRoute
from adops_pipeline.api.routes.overview import NOT_MODIFIED
from adops_pipeline.services.documents.campaigns import (
    CampaignDetail,
    CampaignPage,
    CampaignPeriod,
    campaign_document,
    campaigns_document,
)
from adops_pipeline.services.documents.periods import PeriodAgainst
from adops_pipeline.warehouse.queries.campaign_list import CampaignList
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

router = APIRouter(prefix="/api/analytics", tags=["analytics"])


@router.get(
    "/campaigns",
    operation_id="list_campaigns",
    response_model=CampaignPage,
    responses=responses(401, 404, 422, 503) | NOT_MODIFIED,
)
async def list_campaigns(request: Request, query: Annotated[CampaignPeriod, Query()]) -> Response:
    """Campaigns with their sums of a period, changes against the period before, and sparklines."""
    reporting = request.app.state.services.settings.reporting_currency

    def make(snapshot: Snapshot) -> bytes:
        return campaigns_document(snapshot, query, reporting)

    answers: Answers = request.app.state.answers
    return await answers.answer(request, make, CampaignList)


@router.get(
    "/campaigns/{campaign_id}",
    operation_id="get_campaign",
    response_model=CampaignDetail,
    responses=responses(401, 404, 422, 503) | NOT_MODIFIED,
)
async def get_campaign(
    request: Request,
    campaign_id: Annotated[str, Path(max_length=200, description="`platform:campaign_id`.")],
    query: Annotated[PeriodAgainst, Query()],
) -> Response:
    """One campaign with its sums of a period and changes against the period before."""

    def make(snapshot: Snapshot) -> bytes:
        return campaign_document(snapshot, campaign_id, query)

    answers: Answers = request.app.state.answers
    return await answers.answer(request, make, CampaignList)


def quick_routes(reporting: str) -> Iterable[QuickRoute]:
    """The routes that are answered from prepared sums."""
    yield QuickRoute(
        "/api/analytics/campaigns", CampaignPeriod,
        lambda snapshot, query: campaigns_document(snapshot, query, reporting), CampaignList,
    )  # fmt: skip
