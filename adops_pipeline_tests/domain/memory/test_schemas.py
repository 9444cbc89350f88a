"""What may be remembered, and what is refused as junk."""

from typing import Any

import pytest

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.schemas import RefusedMemoryError, checked, context_of

GOOD: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None, float | None]] = {
    "campaign_outcome": (
        {"platform": "meta-ads", "campaign": "7", "season": "winter", "spendLevel": "low"},
        {"kind": "bid_down", "before": 1.2, "after": 1.0},
        {"metric": "cpa", "verdict": "helped", "effect": -0.1, "effectLow": -0.2, "effectHigh": -0.02},
        0.1,
    ),
    "optimization": ({"platform": "pinterest"}, {"kind": "pause"}, {"metric": "roas", "before": 1, "after": 2}, 0.5),
    "preference": ({"client": "Acme"}, {"prefer": "Keep weekends at half the budget"}, None, None),
    "ab_test_result": (
        {"platform": "google-ads", "campaign": "9"},
        {"variantA": "Photo", "variantB": "Video"},
        {"winner": None, "lift": None, "metric": "ctr"},
        0.0,
    ),
    "observation": ({}, {"subject": "feed", "finding": "The feed breaks on Mondays"}, None, None),
}


def _draft(kind: str, **changes: Any) -> Draft:
    context, action, outcome, score = GOOD[kind]
    parts = {"context": context, "action": action, "outcome": outcome, "score": score} | changes
    return Draft("trader", kind, **parts)  # type: ignore[arg-type]  # also wrong types are tried


@pytest.mark.parametrize("kind", GOOD)
def test_each_type_takes_what_it_is_for(kind: str) -> None:
    found = checked(_draft(kind))
    assert (found.context, found.outcome) == (GOOD[kind][0], GOOD[kind][2])


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("campaign_outcome", {"context": {"platform": "meta-ads"}}, "context.campaign"),
        ("campaign_outcome", {"context": {"platform": "tv", "campaign": "1"}}, "context.platform"),
        ("campaign_outcome", {"action": {"kind": "Bid Down!"}}, "action.kind"),
        ("campaign_outcome", {"action": {"kind": "pause", "note": "x"}}, "action.note"),
        ("campaign_outcome", {"outcome": {"metric": "cpa", "verdict": "great"}}, "outcome.verdict"),
        ("campaign_outcome", {"outcome": {"metric": "cpa", "verdict": "helped", "effect": 0.3, "effectLow": 0.4,
                                          "effectHigh": 0.5}}, "must not decrease"),
        ("campaign_outcome", {"outcome": {"metric": "cpa", "verdict": "helped", "effectLow": 0.4}}, "give both"),
        ("campaign_outcome", {"score": 1.01}, "score: must be from -1 to 1"),
        ("campaign_outcome", {"score": None}, "score: is needed"),
        ("campaign_outcome", {"outcome": None}, "score: must be empty while"),
        ("campaign_outcome", {"outcome": {"metric": "cpa", "verdict": "not-measurable"}}, "not measurable"),
        ("optimization", {"outcome": {"metric": "roas", "after": float("nan")}}, "outcome.after"),
        ("preference", {"action": {"prefer": "weekends"}}, "action.prefer"),
        ("observation", {"action": {"subject": "x", "finding": "aaaaaaaaaaaaaaa"}}, "action.finding"),
        ("ab_test_result", {"context": {"platform": "google-ads", "campaign": "9", "season": "winter"}},
         "context.season"),
        ("thought", {}, "type"),
        ("observation", {"tags": tuple(map(str, range(21)))}, "tags"),
        ("observation", {"tags": (" ",)}, "tags"),
        ("observation", {"tags": ("x" * 61,)}, "tags"),
    ],
)  # fmt: skip
def test_junk_is_refused_with_its_place(kind: str, changes: dict[str, Any], said: str) -> None:
    draft = Draft("trader", kind, {}, {}) if kind == "thought" else _draft(kind, **changes)  # type: ignore[arg-type]
    with pytest.raises(RefusedMemoryError, match=said):
        checked(draft)


def test_twenty_tags_of_sixty_characters_are_kept_once_each() -> None:
    tags = tuple(f"{n:060}" for n in range(20))
    assert checked(_draft("observation", tags=tags)).tags == tags
    assert checked(_draft("observation", tags=("a", "b", "a"))).tags == ("a", "b")


def test_without_an_outcome_a_memory_is_pending() -> None:
    context, action, *_ = GOOD["campaign_outcome"]
    found = checked(Draft("trader", "campaign_outcome", context, action))
    assert (found.outcome, found.score, found.tags, found.effect_error) == (None, None, (), None)


def test_an_outcome_that_cannot_be_measured_has_no_score() -> None:
    outcome = {"metric": "cpa", "verdict": "not-measurable", "reason": "no control campaigns"}
    assert checked(_draft("campaign_outcome", outcome=outcome, score=None)).score is None


def test_a_context_to_compare_with_is_checked_as_well() -> None:
    assert context_of({"platform": "pinterest", "trend": "flat"})["trend"] == "flat"
    with pytest.raises(RefusedMemoryError, match=r"context\.trend"):
        context_of({"trend": "sideways"})
