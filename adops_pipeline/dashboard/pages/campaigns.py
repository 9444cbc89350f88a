"""Campaigns: the list, and one campaign."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.api.routes.campaigns import CampaignPeriod
from adops_pipeline.dashboard.pages.common import FiltersDep, filter_bar
from adops_pipeline.dashboard.reading import reading
from adops_pipeline.dashboard.rendering import render

router = APIRouter()


@router.get("/campaigns")
def campaigns_page(request: Request, filters: FiltersDep) -> Response:
    """The list."""
    with reading(request) as published:
        bar = filter_bar(request, filters, published)
        period = filters.period(published.newest)
        found = published.campaigns(CampaignPeriod.model_validate(period.model_dump()))
    return render(request, "pages/campaigns.html", filters=filters, bar=bar, page=found)
