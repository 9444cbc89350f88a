"""Tools of memory: remember, recall, what is recommended for a situation, and what a memory or learning rests on."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import Field, JsonValue
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.learnings.learning import DEFAULT_GATE
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.ranking import DEFAULT_LIMIT
from adops_pipeline.domain.memory.vocabulary import Level, MemoryType, Season, Trend
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.memory import (
    learning_document,
    memory_document,
    recalled_document,
    recommendations_document,
)
from adops_pipeline.services.errors import NotFoundError
from adops_pipeline.services.memory.learnings import Learnings
from adops_pipeline.services.memory.memories import Memories
from adops_pipeline.services.memory.recommendations import Recommender
from adops_pipeline.services.tools.definitions import Call, Caller, Document, ToolDefinition
from adops_pipeline.services.tools.schemas import Arguments, Paged, object_schema

_TEXT: Mapping[str, Any] = {"type": "string"}
_OBJECT: Mapping[str, Any] = {"type": "object"}
_OBJECTS: Mapping[str, Any] = {"type": "array", "items": _OBJECT}
_RECOMMENDED: Mapping[str, Mapping[str, Any]] = {
    "relevantMemories": _OBJECTS,
    "applicableLearnings": _OBJECTS,
    "gate": {"type": "number"},
    "heldBack": {"type": "integer", "description": "Learnings that apply but do not pass the gate."},
}
_REMEMBERED: Mapping[str, Mapping[str, Any]] = {
    "id": _TEXT,
    "merged": {"type": "boolean"},
    "replaced": {"type": ["string", "null"]},
    "memory": _OBJECT,
}
_REASONS: Mapping[str, Mapping[str, Any]] = {
    "kind": {"enum": ["memory", "learning"]},
    "subject": _OBJECT,
    "memories": _OBJECTS,
    "learnings": _OBJECTS,
}
_SITUATION = (
    "platform", "objective", "bidding", "season", "condition", "spend_level", "cpa_level", "trend",
)  # fmt: skip
_Word = Annotated[str, Field(min_length=1, max_length=200)]
_AGENT = "Agent; an agent that leaves it out means itself."


@dataclass(frozen=True)
class Remembering:
    """What these tools read and change."""

    memories: Callable[[], Memories]
    learnings: Callable[[], Learnings]
    recommender: Callable[[], Recommender]


class Situation(Arguments):
    """The situation to compare with; what is not stated is left open."""

    agent_id: str | None = Field(None, max_length=100, description=_AGENT)
    platform: Platform | None = Field(None, description="Ad platform.")
    objective: _Word | None = Field(None, description="The platform's own objective, such as OUTCOME_SALES.")
    bidding: _Word | None = Field(None, description="Bidding strategy.")
    season: Season | None = Field(None, description="Season of the northern hemisphere.")
    condition: _Word | None = Field(None, description="Condition, such as weekend.")
    spend_level: Level | None = Field(None, description="Spend, compared with the other campaigns of the account.")
    cpa_level: Level | None = Field(None, description="Cost per conversion, compared in the same way.")
    trend: Trend | None = Field(None, description="Trend of the spend.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=200, description="Memories at most.")

    def context(self) -> dict[str, Any]:
        """The situation by the names of memories."""
        stated = {name: getattr(self, name) for name in _SITUATION}
        return {to_camel(name): value for name, value in stated.items() if value is not None}


class RecallArguments(Situation):
    """Which memories, and the situation that they are ranked for."""

    type: list[MemoryType] = Field([], max_length=5, description="Only these types.")
    tag: list[_Word] = Field([], max_length=20, description="Only memories with all of these tags.")
    cursor: str | None = Field(None, max_length=4000, description="`nextCursor` of the answer before.")


class RecommendationArguments(Situation):
    """The situation, and how sure a learning must be."""

    gate: float = Field(DEFAULT_GATE, ge=0, lt=1, description="Lower bound that a learning must reach.")
    cursor: str | None = Field(None, max_length=4000, description="`nextCursor` of the answer before.")


class RememberArguments(Arguments):
    """A memory; docs/agents.md describes what each type must contain."""

    agent_id: str | None = Field(None, max_length=100, description=f"{_AGENT} An agent remembers for itself only.")
    type: MemoryType = Field(description="What kind of memory it is.")
    context: dict[str, JsonValue] = Field(description="The situation.")
    action: dict[str, JsonValue] = Field(description="What was done, preferred, tested or found, by type.")
    outcome: dict[str, JsonValue] | None = Field(None, description="What came of it; leave it out while pending.")
    score: float | None = Field(None, ge=-1, le=1, description="Score of the outcome.")
    tags: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field([], max_length=20, description="Tags.")


class WhyArguments(Paged):
    """Which memory or learning."""

    id: str = Field(min_length=6, max_length=200, description="Id of a memory, or id or pattern key of a learning.")


def memory_tools(sources: Remembering) -> Iterator[ToolDefinition]:
    """The tools."""
    yield ToolDefinition(
        "recall", "Recall memories", "The memories that fit a situation best, each with its rank and the reasons.",
        "memory", RecallArguments, object_schema({"memories": _OBJECTS}, is_page=True), partial(_recall, sources),
        rows="memories",
    )  # fmt: skip
    yield ToolDefinition(
        "get_recommendations", "Recommendations", "Memories that fit a situation, and learnings that apply to it and "
        "are sure enough, each with what it rests on and what speaks against it.", "memory", RecommendationArguments,
        object_schema(_RECOMMENDED, is_page=True), partial(_recommend, sources), rows="applicableLearnings",
    )  # fmt: skip
    yield ToolDefinition(
        "remember", "Remember", "Store a memory. Exactly the same one is merged; a newer one of the same subject "
        "replaces the older.", "memory", RememberArguments, object_schema(_REMEMBERED), partial(_remember, sources),
        effect="write", is_idempotent=True, role="operator",
    )  # fmt: skip
    yield ToolDefinition(
        "why", "What it rests on", "What a memory or a learning rests on, down to rows and runs, and what rests on it: "
        "of a learning its memories and earlier versions, of a memory the learnings that use it.", "memory",
        WhyArguments, object_schema(_REASONS, is_page=True), partial(_why, sources), rows="memories",
    )  # fmt: skip


async def _recall(sources: Remembering, call: Call) -> Document:
    given = call.given
    assert isinstance(given, RecallArguments)
    found = await asyncio.to_thread(
        lambda: sources.memories().recall(
            agent_id=given.agent_id or call.caller.agent,
            types=given.type,
            tags=given.tag,
            platform=given.platform,
            context=given.context() or None,
            limit=given.limit,
        )
    )
    return {"memories": [recalled_document(one) for one in found]}


async def _recommend(sources: Remembering, call: Call) -> Document:
    given = call.given
    assert isinstance(given, RecommendationArguments)
    found = await asyncio.to_thread(
        lambda: sources.recommender().recommend(
            given.context(), agent_id=given.agent_id or call.caller.agent, gate=given.gate, limit=given.limit
        )
    )
    return {to_camel(name): value for name, value in recommendations_document(found).items()}


async def _remember(sources: Remembering, call: Call) -> Document:
    given = call.given
    assert isinstance(given, RememberArguments)
    draft = Draft(
        _who(given.agent_id, call.caller), given.type, given.context, given.action, given.outcome, given.score,
        tuple(given.tags),
    )  # fmt: skip
    added = await asyncio.to_thread(lambda: sources.memories().remember(draft))
    document = {"merged": added.merged, "replaced": added.replaced, "memory": memory_document(added.memory)}
    return {"id": added.memory.id, **document}


async def _why(sources: Remembering, call: Call) -> Document:
    assert isinstance(call.given, WhyArguments)
    return await asyncio.to_thread(_reasons, sources, call.given.id)


def _who(asked: str | None, caller: Caller) -> str:
    """The agent that remembers: an agent itself, a person for whom they say, or under their own name."""
    return caller.agent or asked or caller.name


def _reasons(sources: Remembering, wanted: str) -> Document:
    """Raises NotFoundError where it is neither."""
    learnings = sources.learnings()
    try:
        newest, *earlier = learnings.history(wanted)
    except NotFoundError:
        memory = sources.memories().get(wanted)
        using = [row for row in learnings.believed() if wanted in (*row["supporting"], *row["contradicting"])]
        return _document("memory", memory_document(memory), [], [learning_document(row, DEFAULT_GATE) for row in using])
    against: Sequence[str] = newest["contradicting"]
    memories = [
        {**memory_document(one), "supports": one.id not in against}
        for one in sources.memories().several([*against, *newest["supporting"]])
    ]
    versions = [learning_document(row, DEFAULT_GATE) for row in earlier]
    return _document("learning", learning_document(newest, DEFAULT_GATE), memories, versions)


def _document(kind: str, subject: Document, memories: Sequence[Document], learnings: Sequence[Document]) -> Document:
    return {"kind": kind, "subject": subject, "memories": memories, "learnings": learnings}
