"""The first page: how the period went, and what needs a hand today."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.dashboard.pages.common import FiltersDep, filter_bar
from adops_pipeline.dashboard.reading import reading
from adops_pipeline.dashboard.rendering import render

router = APIRouter()


@router.get("/")
def overview_page(request: Request, filters: FiltersDep) -> Response:
    """The page."""
    with reading(request) as published:
        bar = filter_bar(request, filters, published)
        found = published.overview(filters.period(published.newest))
    return render(request, "pages/overview.html", filters=filters, bar=bar, overview=found)
