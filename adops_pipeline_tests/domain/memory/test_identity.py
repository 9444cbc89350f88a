"""When memories are the same, and what they are about."""

from dataclasses import replace
from typing import Any

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.identity import digest, subject_key

_CHANGE = Draft(
    "trader", "campaign_outcome", {"platform": "meta-ads", "campaign": "7"}, {"kind": "pause", "on": "2026-03-01"},
    {"metric": "cpa", "verdict": "helped"}, 0.2, ("x",),
)  # fmt: skip
_TEST = Draft(
    "trader", "ab_test_result", {"platform": "meta-ads", "campaign": "7"}, {"variantA": "a", "variantB": "b"},
    {"winner": "B", "lift": 3.0, "metric": "ctr"}, 0.03,
)  # fmt: skip


def test_the_digest_is_that_of_the_content_whatever_the_order_of_keys_and_the_tags() -> None:
    same = replace(_CHANGE, context={"campaign": "7", "platform": "meta-ads"}, tags=("y",))
    assert digest(same) == digest(_CHANGE)
    others: tuple[dict[str, Any], ...] = (
        {"score": 0.3}, {"agent_id": "b"}, {"outcome": {"metric": "cpa"}}, {"action": {}}, {"context": {}},
    )  # fmt: skip
    assert len({digest(_CHANGE), *(digest(replace(_CHANGE, **other)) for other in others)}) == 6


def test_a_later_judgement_of_the_same_change_is_about_the_same_thing_for_every_agent() -> None:
    later = replace(_CHANGE, agent_id="b", outcome={"metric": "cpa", "verdict": "hurt"}, score=-0.2)
    assert subject_key(later) == subject_key(_CHANGE)
    assert subject_key(replace(_CHANGE, action={"kind": "pause", "on": "2026-03-08"})) != subject_key(_CHANGE)
    assert subject_key(replace(_CHANGE, context={"platform": "pinterest", "campaign": "7"})) != subject_key(_CHANGE)


def test_a_proposal_identifies_its_change_and_a_test_its_result() -> None:
    first = replace(_CHANGE, action={"kind": "pause", "proposal": "p"})
    moved = replace(first, context={"platform": "meta-ads", "campaign": "8"})
    assert subject_key(first) == subject_key(moved) != subject_key(_CHANGE)
    named = replace(_TEST, evidence={"test": "t1"})
    assert subject_key(named) != subject_key(replace(_TEST, evidence={"test": "t2"})) != subject_key(_TEST)


def test_what_people_prefer_and_agents_observe_is_their_own() -> None:
    wish = Draft("trader", "preference", {"client": "Acme"}, {"prefer": "No weekends please", "insteadOf": "weekends"})
    changed = replace(wish, action={"prefer": "Weekends at half budget", "insteadOf": "weekends"})
    assert subject_key(wish) == subject_key(changed) != subject_key(replace(wish, agent_id="b"))
    seen = Draft("trader", "observation", {}, {"subject": "feed", "finding": "The feed broke"})
    assert subject_key(seen) == subject_key(replace(seen, action={"subject": "feed", "finding": "The feed works"}))
