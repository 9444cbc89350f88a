"""A learning: what an action does under a condition, how sure that is, and what speaks for and against it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from adops_pipeline.domain.learnings.vocabulary import Direction

DEFAULT_GATE = 0.6
"""The lower bound that a learning must reach before it is recommended."""
FALSE_DISCOVERIES = 0.05
"""Share of wrong learnings among those found that the correction for many patterns allows."""


class Pattern(NamedTuple):
    """What a learning is about. A learning replaces older ones of the same pattern only."""

    platform: str
    objective: str
    action: str
    condition: str


@dataclass(frozen=True, slots=True)
class LearningRules:
    """Settings of learning: the half-life of evidence, and the level of intervals."""

    half_life_days: float = 180.0
    level: float = 0.8


@dataclass(frozen=True, slots=True)
class Learning:
    """What the evidence says about a pattern. Effects are ratios (0.12 is 12 % better), None where not measured.

    ``confidence`` is the posterior mean that an outcome supports ``direction``, ``lower_bound`` its 5 % quantile.
    ``supporting`` and ``contradicting`` are ids of memories; unclear outcomes are in neither.
    """

    pattern: Pattern
    direction: Direction
    evidence_count: int
    unclear_count: int
    campaign_count: int
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    between: float | None
    p_value: float | None
    adjusted_p: float | None
    confidence: float
    lower_bound: float
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    agents: tuple[str, ...]
    first_evidence_at: datetime
    newest_evidence_at: datetime
    insight: str
    counter_evidence: str

    def passes(self, gate: float = DEFAULT_GATE) -> bool:
        """Whether it may be recommended: sure enough, and no product of searching many patterns."""
        return is_applicable(self.direction, self.lower_bound, self.adjusted_p, gate)


def is_applicable(direction: str, lower_bound: float, adjusted_p: float | None, gate: float) -> bool:
    """Whether a learning may be recommended at ``gate``."""
    is_found = adjusted_p is not None and adjusted_p <= FALSE_DISCOVERIES
    return direction != "unknown" and lower_bound >= gate and is_found
