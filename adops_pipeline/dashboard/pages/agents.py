"""Agents: who remembers what, and what their memories teach, with how sure it is."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.requests import PageQuery
from adops_pipeline.api.routes.agents import list_agents
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE
from adops_pipeline.services.documents.memory import learning_document, recalled_document

router = APIRouter()
_SHOWN = 50


@router.get("/agents")
def agents_page(request: Request, services: ServicesDep) -> Response:
    """Learnings, the surest first, agents with their number of memories, and the memories of the best rank."""
    return render(
        request,
        "pages/agents.html",
        gate=DEFAULT_GATE,
        agents=part(lambda: list_agents(services, PageQuery(limit=_SHOWN)), "The agents cannot be read"),
        learnings=part(
            lambda: [learning_document(row, DEFAULT_GATE) for row in services.learnings.believed()[:_SHOWN]],
            "The learnings cannot be read",
        ),
        memories=part(
            lambda: [recalled_document(one) for one in services.memories.recall(limit=_SHOWN)],
            "The memories cannot be read",
        ),
    )
