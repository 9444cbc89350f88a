"""What a memory is evidence of: a pattern, whether it speaks for or against it, and its measured effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log1p
from statistics import NormalDist
from typing import Any

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.vocabulary import ANY, LOWER_IS_BETTER

FOR, UNCLEAR, AGAINST = 1.0, 0.5, 0.0
OUTCOME_LEVEL = 0.8
"""Level of the intervals of measured changes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One memory as evidence of "``action`` improves results". An unclear outcome counts half for and half against."""

    platform: str
    objective: str
    action: str
    condition: str
    support: float
    effect: float | None
    effect_error: float | None


def evidence_of(draft: Draft) -> Evidence | None:
    """The memory as evidence; None for pending ones, and for preferences and observations, which nobody measured."""
    if draft.score is None or draft.outcome is None or draft.type in ("preference", "observation"):
        return None
    platform, objective = str(draft.context["platform"]), str(draft.context.get("objective", ANY)).upper()
    if draft.type == "ab_test_result":
        return _of_test(draft, draft.outcome, platform)
    condition = str(draft.context.get("condition", ANY)).lower()
    shown = None if objective == ANY.upper() else objective
    effect, error = _measured(draft.outcome)
    return Evidence(platform, shown or ANY, str(draft.action["kind"]), condition, _support(draft.score), effect, error)


def _measured(outcome: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The effect that a campaign_outcome states with its 80 % interval."""
    is_cost = outcome["metric"] in LOWER_IS_BETTER
    ends = (outcome.get("effect"), outcome.get("effectLow"), outcome.get("effectHigh"))
    return log_effect(*ends, OUTCOME_LEVEL, is_lower_better=is_cost)


def _of_test(draft: Draft, outcome: Mapping[str, Any], platform: str) -> Evidence:
    """The variants in alphabetical order, so that tests of the same two are evidence about one pattern."""
    a, b = draft.action["variantA"], draft.action["variantB"]
    first, second = sorted((a, b))
    winner = {"A": a, "B": b}.get(outcome["winner"])
    support = UNCLEAR if winner is None else FOR if winner == first else AGAINST
    effect = draft.effect if draft.effect is None or first == b else -draft.effect
    return Evidence(
        platform, ANY, f"{first} instead of {second}", str(outcome["metric"]), support, effect, draft.effect_error
    )


def _support(score: float) -> float:
    return UNCLEAR if score == 0 else FOR if score > 0 else AGAINST


def log_effect(
    effect: float | None, low: float | None, high: float | None, level: float, *, is_lower_better: bool
) -> tuple[float | None, float | None]:
    """A relative effect and its interval at ``level`` as a log ratio and its standard error; better is above 0."""
    if effect is None or effect <= -1:
        return None, None
    centre = -log1p(effect) if is_lower_better else log1p(effect)
    if low is None or high is None or low <= -1 or high <= low:
        return centre, None
    return centre, (log1p(high) - log1p(low)) / (2 * NormalDist().inv_cdf(0.5 + level / 2))
