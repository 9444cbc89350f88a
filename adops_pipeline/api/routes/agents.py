"""Agents: what they remember, what memories teach, and recommendations for a situation."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from adops_pipeline.api.access import ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import ApiQuery, Instant, PageQuery, Words
from adops_pipeline.domain.agents.roster import ROSTER
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.memory import Memory
from adops_pipeline.domain.memory.ranking import DEFAULT_LIMIT
from adops_pipeline.domain.memory.vocabulary import FeedbackVerdict, Level, MemoryType, Season, Trend
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.agents import result_document
from adops_pipeline.services.documents.memory import learning_document, memory_document, recommendations_document
from adops_pipeline.services.documents.models import row_model
from adops_pipeline.services.errors import NotFoundError
from adops_pipeline.wiring import Services

if TYPE_CHECKING:  # Polars, which recall needs, takes a server long to import
    from adops_pipeline.services.memory.memories import AgentSummary, Recalled

router = APIRouter(prefix="/api/agents", tags=["agents"])
_AGENTS, _LEARNINGS = "agents", "agent-learnings"
AgentId = Annotated[str, Path(max_length=100, description="Agent.", examples=["trader"])]
MemoryId = Annotated[str, Path(max_length=100, description="Id of the memory.")]
MemoryOut = row_model(TABLES["agent_memory"], TABLES["agent_memory"].columns, "AgentMemory")
LearningRow = row_model(TABLES["agent_learnings"], TABLES["agent_learnings"].columns, "AgentLearning")
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_EXAMPLE: dict[str, JsonValue] = {
    "type": "campaign_outcome",
    "context": {"platform": "meta-ads", "campaign": "120210000000314501", "condition": "weekend", "trend": "flat"},
    "action": {"kind": "bid_down", "before": 1.2, "after": 1.0, "on": "2026-11-07"},
    "outcome": {"metric": "cpa", "verdict": "helped", "effect": -0.12, "effectLow": -0.2, "effectHigh": -0.04},
    "score": 0.12,
    "tags": ["meta-ads", "cpa"],
}


class AgentOut(ApiModel):
    """An agent of the roster, or another one that remembers something."""

    id: str
    purpose: str | None = Field(description="What it is for; null for one that is not in the roster.")
    platforms: list[Platform]
    workflows: list[str]
    memories: int = Field(ge=0, description="Memories that count.")
    pending: int = Field(ge=0, description="Those whose outcome is not known yet.")
    newest_at: datetime | None = Field(description="Time of its newest memory.")


class AgentPage(ApiModel):
    """Agents by id."""

    items: list[AgentOut]
    next_cursor: str | None


class SituationQuery(ApiQuery):
    """The situation to compare with: what is not stated is left open."""

    platform: Platform | None = Field(None, description="Ad platform.")
    objective: _Text | None = Field(None, description="The platform's own objective.", examples=["OUTCOME_SALES"])
    bidding: _Text | None = Field(None, description="Bidding strategy.")
    season: Season | None = Field(None, description="Season of the northern hemisphere.")
    condition: _Text | None = Field(None, description="Condition, such as weekend.")
    spend_level: Level | None = Field(None, description="Spend, compared with the other campaigns of the account.")
    cpa_level: Level | None = Field(None, description="Cost per conversion, compared in the same way.")
    trend: Trend | None = Field(None, description="Trend of the spend.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=200, description="Memories at most.")

    def context(self) -> dict[str, Any] | None:
        """The situation; None if nothing is stated."""
        names = ("platform", "objective", "bidding", "season", "condition", "spend_level", "cpa_level", "trend")
        stated = {to_camel(name): value for name in names if (value := getattr(self, name)) is not None}
        return stated or None


class MemoryQuery(SituationQuery):
    """Which memories, and the situation that they are ranked for. Only those of ``platform`` where it is given."""

    type: list[MemoryType] = Field([], max_length=5, description="Only these types.")
    tag: Words = Field([], description="Only memories with all of these tags.")


class RecommendationQuery(SituationQuery):
    """The situation, and how sure a learning must be."""

    gate: float = Field(DEFAULT_GATE, ge=0, lt=1, description="Lower bound that a learning must reach.")


class LearningQuery(PageQuery):
    """Which learnings."""

    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    as_of: Instant | None = Field(None, description="What was believed then; now where it is not given.")
    gate: float = Field(DEFAULT_GATE, ge=0, lt=1, description="Lower bound from which a learning passes.")


class MemoryRequest(ApiModel):
    """A memory; what each type must contain is described in docs/agents.md."""

    model_config = ApiModel.model_config | {"json_schema_extra": {"examples": [_EXAMPLE]}}

    type: MemoryType = Field(description="What kind of memory it is.")
    context: dict[str, JsonValue] = Field(description="The situation.")
    action: dict[str, JsonValue] = Field(description="What was done, preferred, tested or found, by type.")
    outcome: dict[str, JsonValue] | None = Field(None, description="What came of it; null while pending.")
    score: float | None = Field(None, ge=-1, le=1, description="Score of the outcome.")
    tags: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field([], max_length=20)


class FeedbackRequest(ApiModel):
    """What a person says about a memory; of each person the last word counts."""

    verdict: FeedbackVerdict
    note: str | None = Field(None, max_length=1000, pattern=r"^[^\x00]*$", description="Why.")


class RetractionRequest(ApiModel):
    """Why a memory is retracted."""

    reason: str = Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")


class RecalledOut(ApiModel):
    """A memory with its rank."""

    memory: MemoryOut  # type: ignore[valid-type]  # a model made from the registry's columns
    rank: float = Field(description="From 0 to 1: similarity, size of the score, and age.")
    similarity: float | None = Field(description="Cosine of the two situations; null if none was stated.")
    age_days: float
    reasons: list[str] = Field(description="Why it has this rank.")


class RecalledList(ApiModel):
    """Memories, the best first."""

    items: list[RecalledOut]


class Remembered(ApiModel):
    """What became of a new memory."""

    id: str
    merged: bool = Field(description="Whether exactly the same memory existed; that one is returned.")
    replaced: str | None = Field(description="Memory of the same subject that it replaces.")
    memory: MemoryOut  # type: ignore[valid-type]  # a model made from the registry's columns


class LearningOut(LearningRow):  # type: ignore[valid-type, misc]  # a model made from the registry's columns
    """A learning, and whether it may be recommended."""

    model_config = ConfigDict(title="RecommendableLearning")

    passes: bool = Field(description="Whether it passes the gate and is no product of searching many patterns.")


class LearningPage(ApiModel):
    """Learnings, the surest first."""

    items: list[LearningOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Learnings on all pages.")


class ProvenanceOut(ApiModel):
    """A memory that a learning rests on, down to its rows."""

    memory_id: str
    agent_id: str
    supports: bool
    score: float | None
    rows: list[JsonValue] = Field(description="{table, key} of each row behind it.")
    run: str | None = Field(description="Dagster run that measured or remembered it.")
    partitions: list[str] = Field([], description="Monthly partitions of analytics_metrics that it was measured on.")


class ApplicableOut(ApiModel):
    """A learning that applies."""

    learning: LearningRow  # type: ignore[valid-type]  # a model made from the registry's columns
    provenance: list[ProvenanceOut] = Field(description="Its newest memories, those against it first.")


class RecommendationsOut(ApiModel):
    """What is known for a situation."""

    relevant_memories: list[RecalledOut]
    applicable_learnings: list[ApplicableOut]
    gate: float
    held_back: int = Field(ge=0, description="Learnings that apply but do not pass the gate.")


class AgentRun(ApiModel):
    """How an agent is run."""

    dry_run: bool = Field(False, description="Only say what it would do.", examples=[True])


class ResultOut(ApiModel):
    """A suggestion of an agent and what became of it."""

    outcome: Literal["would", "proposed", "applied", "requested", "noted", "held-back", "refused"]
    detail: str = Field(description="Id of the proposal, execution or memory, or the reason.")
    kind: str
    subject: str
    reason: str
    tool: str | None
    arguments: dict[str, JsonValue]
    evidence: list[dict[str, JsonValue]]


class RunResults(ApiModel):
    """What an agent suggested and did."""

    items: list[ResultOut]


@router.get("", operation_id="list_agents", summary="List agents", responses=responses(422, 503))
def list_agents(services: ServicesDep, query: Annotated[PageQuery, Query()]) -> AgentPage:
    """The roster, and every other agent that remembers something; ``pipeline`` has what no agent requested."""
    known = {one.agent_id: one for one in services.memories.agents()}
    shown, following = query.page(_AGENTS, sorted({*ROSTER, *known}), lambda one: (one,))
    return AgentPage(items=[_agent(one, known.get(one)) for one in shown], next_cursor=following)


@router.post(
    "/{agent_id}/run", operation_id="run_agent", summary="Run an agent", responses=responses(403, 404, 422, 503)
)
def run_agent(agent_id: AgentId, body: AgentRun, services: ServicesDep, actor: ActorDep) -> RunResults:
    """Read the published data and carry out the agent's playbooks: changes become proposals, workflows are requested.

    Findings become memories. One refusal does not stop the others.
    """
    results = services.agents.run(agent_id, by=actor.name, source="agent", dry_run=body.dry_run)
    return RunResults(items=[ResultOut(**result_document(one)) for one in results])


@router.get("/{agent_id}/memory", operation_id="recall", summary="Recall memories", responses=responses(422, 503))
def recall(agent_id: AgentId, services: ServicesDep, query: Annotated[MemoryQuery, Query()]) -> RecalledList:
    """The agent's memories that fit the situation best, with the reasons for their rank."""
    found = services.memories.recall(
        agent_id=agent_id,
        types=query.type,
        tags=query.tag,
        platform=query.platform,
        context=query.context(),
        limit=query.limit,
    )
    return RecalledList(items=[_recalled(one) for one in found])


@router.post(
    "/{agent_id}/memory", status_code=201, operation_id="remember", summary="Remember", responses=responses(422, 503)
)
def remember(
    agent_id: AgentId, body: MemoryRequest, services: ServicesDep, request: Request, response: Response
) -> Remembered:
    """Store a memory. Exactly the same one is merged; a newer one of the same subject replaces the older."""
    draft = Draft(agent_id, body.type, body.context, body.action, body.outcome, body.score, tuple(body.tags))
    added = services.memories.remember(draft)
    where = request.app.url_path_for("get_memory", agent_id=added.memory.agent_id, memory_id=added.memory.id)
    response.headers["Location"] = str(where)
    return Remembered(id=added.memory.id, merged=added.merged, replaced=added.replaced, memory=_memory(added.memory))


@router.get(
    "/{agent_id}/memory/{memory_id}",
    name="get_memory",
    operation_id="get_memory",
    summary="Read a memory",
    responses=responses(404, 503),
)
def get_memory(agent_id: AgentId, memory_id: MemoryId, services: ServicesDep) -> MemoryOut:  # type: ignore[valid-type]
    """One memory, also a retracted or replaced one."""
    return _memory(_own(services, agent_id, memory_id))


@router.post(
    "/{agent_id}/memory/{memory_id}/feedback",
    operation_id="judge_memory",
    summary="Say whether a memory is useful",
    responses=responses(404, 409, 422, 503),
)
def judge_memory(
    agent_id: AgentId, memory_id: MemoryId, body: FeedbackRequest, services: ServicesDep, actor: ActorDep
) -> MemoryOut:  # type: ignore[valid-type]
    """Say that a memory is useful, wrong or outdated. Objections lower its rank and its weight as evidence."""
    _own(services, agent_id, memory_id)
    return _memory(services.memories.judge(memory_id, body.verdict, actor.name, body.note))


@router.post(
    "/{agent_id}/memory/{memory_id}/retract",
    operation_id="retract_memory",
    summary="Retract a memory",
    responses=responses(404, 409, 422, 503),
)
def retract_memory(
    agent_id: AgentId, memory_id: MemoryId, body: RetractionRequest, services: ServicesDep, actor: ActorDep
) -> MemoryOut:  # type: ignore[valid-type]
    """Take a memory back. It stays on record and no longer counts; learnings that rested on it are recomputed."""
    _own(services, agent_id, memory_id)
    return _memory(services.memories.retract(memory_id, actor.name, body.reason))


@router.get(
    "/{agent_id}/learnings", operation_id="list_learnings", summary="List learnings", responses=responses(422, 503)
)
def list_learnings(agent_id: AgentId, services: ServicesDep, query: Annotated[LearningQuery, Query()]) -> LearningPage:
    """What the agent's memories, together with those of others, teach; with `asOf` what was believed then."""
    wanted = [
        row
        for row in services.learnings.believed(query.as_of)
        if agent_id in row["agents"] and (not query.platform or row["platform"] in query.platform)
    ]
    shown, following = query.page(_LEARNINGS, wanted, lambda row: (f"{1 - row['lower_bound']:.12f}", row["id"]))
    items = [LearningOut(**_camel(learning_document(row, query.gate))) for row in shown]
    return LearningPage(items=items, next_cursor=following, total=len(wanted))


@router.get(
    "/{agent_id}/recommendations",
    operation_id="get_recommendations",
    summary="Get recommendations",
    responses=responses(422, 503),
)
def get_recommendations(
    agent_id: AgentId, services: ServicesDep, query: Annotated[RecommendationQuery, Query()]
) -> RecommendationsOut:
    """Own memories that fit a situation, and learnings of all agents that apply to it and pass the gate."""
    found = services.recommender.recommend(query.context() or {}, agent_id=agent_id, gate=query.gate, limit=query.limit)
    document = recommendations_document(found)
    applicable = [
        ApplicableOut(
            learning=LearningRow(**_camel(one["learning"])),
            provenance=[ProvenanceOut(**row) for row in one["provenance"]],
        )
        for one in document["applicable_learnings"]
    ]
    return RecommendationsOut(
        relevant_memories=[_recalled(one) for one in found.relevant_memories],
        applicable_learnings=applicable,
        gate=found.gate,
        held_back=found.held_back,
    )


def _agent(agent_id: str, known: "AgentSummary | None") -> AgentOut:
    agent = ROSTER.get(agent_id)
    return AgentOut(
        id=agent_id,
        purpose=agent.purpose if agent else None,
        platforms=list(agent.platforms) if agent else [],
        workflows=list(agent.workflows) if agent else [],
        memories=known.memories if known else 0,
        pending=known.pending if known else 0,
        newest_at=known.newest_at if known else None,
    )


def _own(services: Services, agent_id: str, memory_id: str) -> Memory:
    found = services.memories.get(memory_id)
    if found.agent_id != agent_id:
        raise NotFoundError("memory", memory_id)
    return found


def _memory(memory: Memory) -> BaseModel:
    found: BaseModel = MemoryOut(**_camel(memory_document(memory)))
    return found


def _recalled(one: "Recalled") -> RecalledOut:
    return RecalledOut(
        memory=_memory(one.memory),
        rank=one.ranked.rank,
        similarity=one.ranked.similarity,
        age_days=one.ranked.age_days,
        reasons=list(one.reasons),
    )


def _camel(row: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in row.items()}
