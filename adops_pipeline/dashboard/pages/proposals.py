"""Proposals: changes on the platforms that wait for a decision, and what became of earlier ones."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.routes.proposals import ProposalQuery, list_proposals
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.proposals.status import IN_FLIGHT, WAITING, Status

router = APIRouter()
_SHOWN = 100
_STATES: dict[str, list[Status]] = {
    "waiting": [*WAITING, *IN_FLIGHT, "uncertain"], "applied": ["applied", "undoing"], "all": [],
}  # fmt: skip


@router.get("/proposals")
def proposals_page(
    request: Request,
    services: ServicesDep,
    filters: FiltersDep,
    state: Annotated[str, Query(max_length=20)] = "waiting",
) -> Response:
    """Proposals that wait, or all of them, with the buttons to decide."""
    query = ProposalQuery.model_validate(
        {"status": _STATES.get(state, []), "platform": filters.platform, "limit": _SHOWN}
    )
    return render(
        request,
        "pages/proposals.html",
        filters=filters,
        state=state,
        proposals=part(lambda: list_proposals(services, query), "The proposals cannot be read"),
    )
