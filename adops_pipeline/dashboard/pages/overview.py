"""The first page: how the period went, and what needs a hand today."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.api.routes.activity import ActivityPage, ActivityQuery, list_activity
from adops_pipeline.api.routes.reporting import Reporting
from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.pages.common import FiltersDep, filter_bar
from adops_pipeline.dashboard.pages.overview_charts import budget_chart, spend_chart
from adops_pipeline.dashboard.parts import Part, part
from adops_pipeline.dashboard.reading import Published, reading
from adops_pipeline.dashboard.rendering import render, wants_block
from adops_pipeline.wiring import Services

router = APIRouter()
_ACTIONS = 100
_ENTRIES = 10


@router.get("/")
def overview_page(request: Request, filters: FiltersDep) -> Response:
    """The page; for htmx the list of activity alone."""
    activity = _activity(request)
    if wants_block(request, "activity"):
        return render(request, "pages/overview.html", filters=filters, activity=activity)
    with reading(request) as published:
        period = filters.period(published.newest)
        found = published.reporting(period)
        return render(
            request,
            "pages/overview.html",
            filters=filters,
            bar=filter_bar(request, filters, published),
            figures=found,
            expected={"conversions": _expected(found, "conversions"), "roas": _expected(found, "roas")},
            currencies=published.overview(period).totals,
            todo=_todo(published, filters),
            activity=activity,
            spend_chart=spend_chart(found, period),
            budget_chart=budget_chart(found, period),
            published_at=published.snapshot.published_at,
        )


def _expected(found: Reporting, metric: str) -> list[float | None]:
    """The days of a metric once all conversions are known: as reported so far, young days always fall."""
    values = [(getattr(day, metric), day.conversions_share_known) for day in found.days]
    return [None if value is None else value / (known or 1.0) for value, known in values]


def _todo(published: Published, filters: FilterQuery) -> Any:  # noqa: ANN401 - a model made from the registry
    return published.rows(
        "todo", sort="-moneyAtStakeReporting", limit=_ACTIONS, platform=filters.platform, project_id=filters.project_id,
        currency=[] if filters.currency is None else [filters.currency],
    )  # fmt: skip


def _activity(request: Request) -> Part[ActivityPage]:
    services: Services = request.app.state.services
    return part(lambda: list_activity(services, ActivityQuery(limit=_ENTRIES)), "The activity cannot be read now")
