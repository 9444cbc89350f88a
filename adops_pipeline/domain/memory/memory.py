"""A stored memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adops_pipeline.domain.memory.vocabulary import MemoryType


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A stored memory, with the names and meanings of the columns of ``agent_memory``."""

    id: str
    agent_id: str
    memory_type: MemoryType
    context: Mapping[str, Any]
    action: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    score: float | None
    tags: tuple[str, ...]
    feedback: Mapping[str, int]
    evidence: Mapping[str, Any]
    platform: str | None
    objective: str | None
    pattern_action: str | None
    condition: str | None
    support: float | None
    effect: float | None
    effect_error: float | None
    subject_key: str
    repeats: int
    replaced_by: str | None
    retracted_at: datetime | None
    retracted_by: str | None
    retraction_reason: str | None
    execution_id: str | None
    created_at: datetime
    measured_at: datetime | None

    @property
    def is_current(self) -> bool:
        """Whether it counts: neither retracted nor replaced."""
        return self.retracted_at is None and self.replaced_by is None
