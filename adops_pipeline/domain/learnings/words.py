"""Learnings in sentences: the insight, and what speaks against it."""

from math import expm1

import polars as pl

from adops_pipeline.domain.figures import pct, plural
from adops_pipeline.domain.learnings.learning import Pattern
from adops_pipeline.domain.learnings.vocabulary import Direction
from adops_pipeline.domain.memory.vocabulary import ANY

_UNPROVEN = "has no proven effect"
_CLAIMS: dict[Direction, str] = {"helps": "helps", "hurts": "hurts", "unknown": _UNPROVEN}
_LISTED = 3


def insight(
    pattern: Pattern, direction: Direction, counts: tuple[int, int, int], *, is_found: bool,
    effect: float | None, effect_low: float | None, effect_high: float | None,
) -> str:  # fmt: skip
    """What the action does, where, and on how much evidence: one sentence.

    ``counts`` are all outcomes, those for and those against it; ``is_found`` whether it is more than chance.
    """
    every, supporting, contradicting = counts
    place = pattern.platform if pattern.objective == ANY else f"{pattern.platform} ({pattern.objective})"
    when = "" if pattern.condition == ANY else f", condition {pattern.condition}"
    size = ""
    if effect is not None:
        size = f": {pct(100 * effect)}"
        if effect_low is not None and effect_high is not None:
            size += f" (80 % interval {pct(100 * effect_low)} to {pct(100 * effect_high)})"
    claim = _CLAIMS[direction] if is_found else _UNPROVEN
    evidence = f"{supporting:,} of {plural(every, 'outcome')} for it, {contradicting:,} against"
    action = pattern.action.replace("_", " ")
    return f"{action[:1].upper()}{action[1:]} on {place}{when} {claim}{size}; {evidence}."


def counter_evidence(contradicting: pl.DataFrame, count: int) -> str:
    """How many outcomes contradict the learning, and which are the newest."""
    if contradicting.is_empty():
        return "No outcome contradicts it."
    newest = contradicting.sort("at", "id", descending=True).head(_LISTED)
    named = ", ".join(_named(row) for row in newest.iter_rows(named=True))
    verb = "contradicts" if contradicting.height == 1 else "contradict"
    return f"{contradicting.height:,} of {plural(count, 'outcome')} {verb} it, newest first: {named}."


def _named(row: dict[str, object]) -> str:
    effect = row["effect"]
    size = f" {pct(100 * expm1(effect))}" if isinstance(effect, float) else ""
    return f"memory {row['id']} (campaign {row['campaign']}{size})"
