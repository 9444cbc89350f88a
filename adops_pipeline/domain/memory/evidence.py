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
    """One memory as evidence of "``action`` improves results". ``support`` is the probability that it did.

    An outcome counts for the claim with that share and against it with the rest, so an unclear one counts about half.
    """

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
    effect, error = _measured(draft)
    support = _support(draft.score, effect, error)
    return Evidence(platform, shown or ANY, str(draft.action["kind"]), condition, support, effect, error)


def _measured(draft: Draft) -> tuple[float | None, float | None]:
    """The effect that a campaign_outcome states, with the error of its measurement or else of its 80 % interval."""
    outcome = draft.outcome or {}
    is_cost = outcome["metric"] in LOWER_IS_BETTER
    ends = (outcome.get("effect"), outcome.get("effectLow"), outcome.get("effectHigh"))
    effect, error = log_effect(*ends, OUTCOME_LEVEL, is_lower_better=is_cost)
    return effect, error if draft.effect_error is None else draft.effect_error


def _of_test(draft: Draft, outcome: Mapping[str, Any], platform: str) -> Evidence:
    """The variants in alphabetical order, so that tests of the same two are evidence about one pattern."""
    a, b = draft.action["variantA"], draft.action["variantB"]
    first, second = sorted((a, b))
    winner = {"A": a, "B": b}.get(outcome["winner"])
    score = 0.0 if winner is None else 1.0 if winner == first else -1.0
    effect = draft.effect if draft.effect is None or first == b else -draft.effect
    return Evidence(
        platform, ANY, f"{first} instead of {second}", str(outcome["metric"]),
        _support(score, effect, draft.effect_error), effect, draft.effect_error,
    )  # fmt: skip


def _support(score: float, effect: float | None, error: float | None) -> float:
    """The probability that the action helped; without a measured error what the score says."""
    if effect is not None and error:
        return NormalDist().cdf(effect / error)
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
