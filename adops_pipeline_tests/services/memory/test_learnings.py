"""Promises of learnings: versions with validity, recomputation, recommendations above the gate with provenance."""

from datetime import timedelta

import pytest

from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.services.memory.learnings import Refreshed
from adops_pipeline_tests.services.memory.conftest import NOW, Desk

SITUATION = {"platform": "meta-ads", "condition": "weekend"}


def test_contradicting_evidence_makes_a_new_version_and_the_old_one_can_be_read_as_of_then(desk: Desk) -> None:
    desk.remember_outcomes([1] * 9)
    learnings = desk.services.learnings
    assert learnings.refresh() == Refreshed(1, 0, 0)
    desk.later(days=1)
    desk.remember(context={"platform": "meta-ads", "campaign": "x", "condition": "weekend"}, score=-0.5,
                  outcome={"metric": "cpa", "verdict": "hurt"})  # fmt: skip
    learnings.refresh()
    now, before = learnings.believed(), learnings.believed(NOW + timedelta(hours=1))
    assert [row["evidence_count"] for row in (*now, *before)] == [10, 9]
    assert now[0]["confidence"] < before[0]["confidence"]
    assert (before[0]["status"], before[0]["ends_at"], now[0]["starts_at"]) == ("superseded", desk.now, desk.now)
    assert learnings.believed(NOW - timedelta(hours=1)) == []
    assert [row["version"] for row in learnings.history(now[0]["pattern_key"][:6])] == [2, 1]


def test_the_same_evidence_confirms_and_ageing_restates_in_time(desk: Desk) -> None:
    desk.remember_outcomes([1] * 9)
    learnings = desk.services.learnings
    learnings.refresh()
    desk.later(hours=1)
    assert learnings.refresh() == Refreshed(0, 1, 0)
    assert learnings.believed()[0]["last_validated_at"] == desk.now
    desk.later(days=180)
    assert learnings.refresh() == Refreshed(1, 0, 0)
    assert learnings.believed()[0]["confidence"] == pytest.approx(5.5 / 6.5, abs=1e-3)


def test_only_the_same_pattern_is_superseded(desk: Desk) -> None:
    desk.remember_outcomes([1, 1])
    desk.services.learnings.refresh()
    desk.later(days=1)
    desk.remember_outcomes([-1, -1], platform="pinterest")
    assert desk.services.learnings.refresh() == Refreshed(1, 1, 0)


def test_retracting_a_memory_recomputes_what_rested_on_it(desk: Desk) -> None:
    ids = desk.remember_outcomes([1, 1])
    desk.services.learnings.refresh()
    desk.later(days=1)
    desk.services.memories.retract(ids[0], "kim", "wrong campaign")
    (row,) = desk.services.learnings.believed()
    assert (row["evidence_count"], row["supporting"]) == (1, [ids[1]])
    desk.later(days=1)
    desk.services.memories.retract(ids[1], "kim", "wrong campaign")
    assert desk.services.learnings.believed() == []
    assert [row["status"] for row in desk.services.learnings.history(row["pattern_key"])] == ["withdrawn", "superseded"]


def test_what_people_find_wrong_counts_less(desk: Desk) -> None:
    ids = desk.remember_outcomes([1, 1])
    desk.services.learnings.refresh()
    desk.services.memories.judge(ids[0], "wrong", "kim")
    assert desk.services.learnings.believed()[0]["confidence"] == pytest.approx(2.5 / 3.5)


def test_recommendations_have_memories_and_the_learnings_that_pass_the_gate(desk: Desk) -> None:
    desk.remember_outcomes([1] * 19 + [-1])
    desk.remember_outcomes([1], platform="pinterest")
    desk.services.learnings.refresh()
    found = desk.services.recommender.recommend(SITUATION, agent_id="trader")
    assert len(found.relevant_memories) == 10
    (applicable,) = found.applicable_learnings
    assert applicable.learning["lower_bound"] > 0.6
    against = applicable.provenance[0]
    assert (against["supports"], against["memory_id"]) == (False, applicable.learning["contradicting"][0])
    assert against["memory_id"] in applicable.learning["counter_evidence"]
    assert len(applicable.provenance) == 20
    strict = desk.services.recommender.recommend(SITUATION, gate=0.95)
    assert (strict.applicable_learnings, strict.held_back) == ([], 1)
    elsewhere = desk.services.recommender.recommend({"platform": "pinterest"})
    assert (elsewhere.applicable_learnings, elsewhere.held_back) == ([], 1)
    weekdays = desk.services.recommender.recommend(SITUATION | {"condition": "weekday"})
    assert (weekdays.applicable_learnings, weekdays.held_back) == ([], 0)
    with pytest.raises(InvalidError, match="gate"):
        desk.services.recommender.recommend({}, gate=1.0)


def test_an_unknown_learning_has_no_history(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.services.learnings.history("abc")
