"""Limits of recommendations, and their vocabulary. No computation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from adops_pipeline.domain.allocation.curves import AllocationError
from adops_pipeline.domain.tables.allocation import AllocationMethod

Objective = Literal["revenue", "conversions"]
Flag = Literal[
    "too-little-data",
    "demand-bound",
    "budget-not-spent",
    "spend-never-varied",
    "spend-follows-demand",
    "no-revenue",
    "not-credible",
    "direction-unclear",
    "daily-budget-left-over",
    "pacing-asks-for-less",
    "pacing-asks-for-more",
    "at-limit",
    "outside-observed-range",
]
"""Why a budget stays (all but the last two), or what to keep in mind when it moves."""


@dataclass(frozen=True, slots=True)
class AllocationRules:
    """Limits and windows of a budget recommendation. Raises AllocationError for an invalid value.

    ``max_step_change`` is the largest relative change of a daily budget in one step (None: no cap). ``floors`` and
    ``ceilings`` are daily amounts by ``platform:campaign_id``; where they contradict the cap, the budget moves as far
    towards them as the cap allows. ``current_days`` define today's daily spend, ``history_days`` the data for the
    curves; a campaign needs ``min_days`` days with spend and ``min_outcomes`` days with an outcome among them.
    ``immature_days`` are left out at the end unless the data have a ``maturity``. ``adstock_decay`` is the share of a
    day's effect carried to the next (None: fitted by platform). A plan is kept back when its gain is not above 0 with
    the probability ``least_certainty``, a campaign's part of it when the probability that it helps is below
    ``least_credibility``. A campaign whose weekly spend varied by less than ``least_variation`` (a share) for reasons
    of its own is held: its response is not known. ``interval`` is the probability that a stated interval holds the
    gain.
    """

    method: AllocationMethod = "response-curve"
    objective: Objective = "revenue"
    max_step_change: float | None = 0.20
    floors: Mapping[str, Decimal] = field(default_factory=dict)
    ceilings: Mapping[str, Decimal] = field(default_factory=dict)
    history_days: int = 365
    current_days: int = 7
    active_days: int = 3
    immature_days: int = 7
    min_days: int = 21
    min_outcomes: int = 8
    adstock_decay: float | None = None
    draws: int = 100
    interval: float = 0.80
    least_certainty: float = 0.95
    least_credibility: float = 0.5
    least_variation: float = 0.05

    def __post_init__(self) -> None:
        if self.max_step_change is not None and not self.max_step_change >= 0:
            raise AllocationError(f"max_step_change must be at least 0, got {self.max_step_change}")
        for name in ("history_days", "current_days", "active_days", "min_days", "min_outcomes", "draws"):
            if getattr(self, name) < 1:
                raise AllocationError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.adstock_decay is not None and not 0 <= self.adstock_decay < 1:
            raise AllocationError(f"adstock_decay must be from 0 to below 1, got {self.adstock_decay}")
        if not 0 < self.least_certainty < 1:
            raise AllocationError(f"least_certainty must be a share, got {self.least_certainty}")
        if not 0 < self.interval < 1 or not 0 <= self.least_credibility <= 1:
            raise AllocationError(
                f"interval and least_credibility are shares, got {self.interval} and {self.least_credibility}"
            )
