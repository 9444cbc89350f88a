"""Agents: what was learnt, with how sure it is; what each remembers, and what it would do now."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.requests import PageQuery
from adops_pipeline.api.routes.agents import list_agents
from adops_pipeline.dashboard.pages.remembered import Remembered, remembered
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.reading import reading
from adops_pipeline.dashboard.rendering import render, wants_block
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE
from adops_pipeline.services.documents.agents import result_document
from adops_pipeline.services.documents.memory import learning_document, recalled_document
from adops_pipeline.wiring import Services

router = APIRouter()
_SHOWN, _MOST_NAMES = 50, 200
ShownDep = Annotated[int, Query(ge=1, le=_SHOWN)]


@router.get("/agents")
def agents_page(request: Request, services: ServicesDep, shown: ShownDep = 10) -> Response:
    """Learnings, the surest first, agents with their number of memories, and the memories of the best rank."""
    memories = part(lambda: _memories(services, None, shown), "The memories cannot be read")
    return render(
        request,
        "pages/agents.html",
        gate=DEFAULT_GATE,
        agents=part(lambda: list_agents(services, PageQuery(limit=_SHOWN)), "The agents cannot be read"),
        learnings=part(
            lambda: [learning_document(row, DEFAULT_GATE) for row in services.learnings.believed()[:_SHOWN]],
            "The learnings cannot be read",
        ),
        memories=memories,
        names=_names(request, _campaigns(memories.value)),
        shown=shown,
        most=_SHOWN,
    )


@router.get("/agents/{agent_id}")
def agent_page(request: Request, agent_id: str, services: ServicesDep, shown: ShownDep = 10) -> Response:
    """One agent: what it would do now, and what it remembers."""
    agent = services.agents.find(agent_id)
    memories = part(lambda: _memories(services, agent_id, shown), "The memories cannot be read")

    def suggestions() -> Sequence[Mapping[str, Any]]:
        found = services.agents.run(agent_id, by="dashboard", source="agent", dry_run=True)
        return [result_document(one) for one in found]

    suggested = None if wants_block(request, "memory_list") else part(suggestions, "The agent cannot be run")
    subjects = [one["subject"] for one in (suggested.value or [] if suggested else [])]
    return render(
        request,
        "pages/agent.html",
        agent=agent,
        suggestions=suggested,
        memories=memories,
        names=_names(request, [*_campaigns(memories.value), *subjects]),
        shown=shown,
        most=_SHOWN,
    )


def _campaigns(memories: Sequence[Remembered] | None) -> list[str]:
    return [one.campaign_id for one in memories or [] if one.campaign_id]


def _memories(services: Services, agent_id: str | None, shown: int) -> list[Remembered]:
    return [remembered(recalled_document(one)) for one in services.memories.recall(agent_id=agent_id, limit=shown)]


def _names(request: Request, ids: Sequence[str]) -> Mapping[str, str]:
    """Names of campaigns by `platform:campaign_id`, as the pacing and the outcomes of the published data have them."""
    own = sorted({one.partition(":")[2] for one in ids} - {""})[:_MOST_NAMES]

    def read() -> Mapping[str, str]:
        with reading(request) as published:
            rows = [
                row
                for path in ("pacing", "outcomes")
                for row in published.rows(path, campaign_id=own, limit=_MOST_NAMES).items
            ]
        return {f"{row.platform}:{row.campaignId}": row.campaignName for row in rows if row.campaignName}

    return part(read, "The names cannot be read").value or {} if own else {}
