"""Recommendations for a situation: the memories that fit it, and the learnings that apply to it and are sure enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.learnings.learning import DEFAULT_GATE, Pattern, is_applicable
from adops_pipeline.domain.learnings.situation import fits
from adops_pipeline.domain.memory.ranking import DEFAULT_LIMIT
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.learnings import LearningRow
from adops_pipeline.services.memory.learnings import Learnings
from adops_pipeline.services.memory.memories import Memories, Recalled

_TRACED = 20
"""Memories of a learning whose rows are listed; its row has the ids of all."""


@dataclass(frozen=True, slots=True)
class Applicable:
    """A learning that applies, with its provenance: for each memory that it rests on, the rows behind that."""

    learning: LearningRow
    provenance: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What is known for a situation."""

    relevant_memories: Sequence[Recalled]
    applicable_learnings: Sequence[Applicable]
    gate: float
    held_back: int
    """Learnings that apply but do not pass the gate."""


@dataclass(frozen=True)
class Recommender:
    """Recommends from memories and learnings."""

    memories: Memories
    learnings: Learnings

    def recommend(
        self, context: Mapping[str, Any], *, agent_id: str | None = None, gate: float = DEFAULT_GATE,
        limit: int = DEFAULT_LIMIT,
    ) -> Recommendations:  # fmt: skip
        """What is known for a situation: own memories of the agent, and what the memories of all agents teach.

        Raises InvalidError for a context that cannot be compared, and for a gate that is no probability.
        """
        if not 0 <= gate < 1:
            raise InvalidError("gate", "must be from 0 to below 1")
        relevant = self.memories.recall(agent_id=agent_id, context=context, limit=limit)
        fitting = [row for row in self.learnings.believed() if fits(_pattern(row), context)]
        sure = [row for row in fitting if _is_sure(row, gate)]
        applicable = [Applicable(row, self._provenance(row)) for row in sure]
        return Recommendations(relevant, applicable, gate, len(fitting) - len(sure))

    def _provenance(self, row: LearningRow) -> list[Mapping[str, Any]]:
        """The newest memories that the learning rests on, those against it first."""
        against, supporting = row["contradicting"], row["supporting"]
        ids = [*against[-_TRACED // 2 :], *supporting[-_TRACED:]][:_TRACED]
        return [
            {
                "memory_id": memory.id, "agent_id": memory.agent_id, "supports": memory.id not in against,
                "score": memory.score, "rows": memory.evidence.get("rows", []), "run": memory.evidence.get("run"),
                "partitions": memory.evidence.get("partitions", []),
            }
            for memory in self.memories.several(ids)
        ]  # fmt: skip


def _pattern(row: LearningRow) -> Pattern:
    return Pattern(row["platform"], row["objective"], row["action"], row["condition"])


def _is_sure(row: LearningRow, gate: float) -> bool:
    return is_applicable(row["direction"], row["lower_bound"], row["adjusted_p"], gate)
