"""JSON documents of memories, learnings and recommendations, under the names of their tables' columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from adops_pipeline.domain.learnings.learning import is_applicable
from adops_pipeline.domain.memory.memory import Memory

if TYPE_CHECKING:  # their modules compute with SciPy, which takes a server longer to import than all routes
    from adops_pipeline.services.memory.memories import Recalled
    from adops_pipeline.services.memory.recommendations import Recommendations

_NAMES = tuple(field.name for field in fields(Memory))


def memory_document(memory: Memory) -> dict[str, Any]:
    """A memory."""
    return {name: getattr(memory, name) for name in _NAMES} | {"tags": list(memory.tags)}


def recalled_document(recalled: Recalled) -> dict[str, Any]:
    """A memory with its rank and the reasons for it."""
    ranked = recalled.ranked
    return {
        "memory": memory_document(recalled.memory), "rank": ranked.rank, "similarity": ranked.similarity,
        "age_days": ranked.age_days, "reasons": list(recalled.reasons),
    }  # fmt: skip


def recommendations_document(found: Recommendations) -> dict[str, Any]:
    """Memories and learnings for a situation."""
    return {
        "relevant_memories": [recalled_document(one) for one in found.relevant_memories],
        "applicable_learnings": [
            {"learning": dict(one.learning), "provenance": [dict(row) for row in one.provenance]}
            for one in found.applicable_learnings
        ],
        "gate": found.gate,
        "held_back": found.held_back,
    }


def learning_document(row: Mapping[str, Any], gate: float) -> dict[str, Any]:
    """A learning, and whether it passes ``gate``."""
    passes = is_applicable(row["direction"], row["lower_bound"], row["adjusted_p"], gate)
    return dict(row) | {"passes": passes}
