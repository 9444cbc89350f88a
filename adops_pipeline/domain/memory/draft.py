"""A memory before it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adops_pipeline.domain.memory.vocabulary import MemoryType


@dataclass(frozen=True, slots=True)
class Draft:
    """A memory before it is stored. ``outcome`` is None while pending.

    ``effect`` is the measured effect of a test's B over its A as a log ratio, above 0 where it is an improvement; other
    types state theirs in the outcome. ``effect_error`` is its standard error. ``evidence`` links to what it rests on:
    rows, run, partition.
    """

    agent_id: str
    type: MemoryType
    context: Mapping[str, Any]
    action: Mapping[str, Any]
    outcome: Mapping[str, Any] | None = None
    score: float | None = None
    tags: tuple[str, ...] = ()
    effect: float | None = None
    effect_error: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
