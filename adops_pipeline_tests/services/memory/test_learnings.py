"""Promises of learnings: versions with validity, recomputation, recommendations above the gate with provenance."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.learnings.learning import Learning
from adops_pipeline.domain.learnings.patterns import learn
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline.services.memory.learnings import Refreshed
from adops_pipeline.services.memory.recommendations import Recommender
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
    for key in (now[0]["pattern_key"][:6], now[0]["id"], before[0]["id"]):
        assert [row["version"] for row in learnings.history(key)] == [2, 1]


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
    assert [desk.services.memories.get(one).is_current for one in ids] == [False, True]
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
    assert (len(applicable.provenance), found.held_back) == (20, 0)
    strict = desk.services.recommender.recommend(SITUATION, gate=0.95)
    assert (strict.applicable_learnings, strict.held_back) == ([], 1)
    elsewhere = desk.services.recommender.recommend({"platform": "pinterest"})
    assert (elsewhere.applicable_learnings, elsewhere.held_back) == ([], 1)
    weekdays = desk.services.recommender.recommend(SITUATION | {"condition": "weekday"})
    assert (weekdays.applicable_learnings, weekdays.held_back) == ([], 0)
    with pytest.raises(InvalidError, match="gate"):
        desk.services.recommender.recommend({}, gate=1.0)


class Known:
    """Memories by id, and one learning that thirty of them support and twelve contradict."""

    def recall(self, **_: object) -> list[object]:
        return []

    def several(self, ids: Sequence[str]) -> list[SimpleNamespace]:
        return [SimpleNamespace(id=one, agent_id="a", score=1.0, evidence={}) for one in ids]

    def believed(self) -> list[dict[str, object]]:
        row = {"platform": "meta-ads", "objective": "any", "action": "pause", "condition": "any", "direction": "helps",
               "lower_bound": 0.7, "adjusted_p": 0.01}  # fmt: skip
        return [row | {"supporting": [f"s{n}" for n in range(30)], "contradicting": [f"c{n}" for n in range(12)]}]


def test_of_many_memories_the_newest_ten_against_and_the_newest_for_it_are_traced() -> None:
    recommender = Recommender(Known(), Known())  # type: ignore[arg-type]  # what is asked of them
    (found,) = recommender.recommend({"platform": "meta-ads"}).applicable_learnings
    ids = [one["memory_id"] for one in found.provenance]
    assert ids == [*(f"c{n}" for n in range(2, 12)), *(f"s{n}" for n in range(10, 20))]
    assert [one["supports"] for one in found.provenance] == [False] * 10 + [True] * 10
    assert found.provenance[0] == {"memory_id": "c2", "agent_id": "a", "supports": False, "score": 1.0, "rows": [],
                                   "run": None, "partitions": []}  # fmt: skip


@pytest.mark.parametrize("changes", [1, 4, 5])
def test_a_memory_that_comes_while_others_are_weighed_is_weighed_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    desk.remember_outcomes([1, 1])
    weighed: list[int] = []

    def meanwhile(evidence: pl.DataFrame, *rest: Any) -> list[Learning]:
        weighed.append(evidence.height)
        if len(weighed) <= changes:
            desk.remember(context={"platform": "meta-ads", "campaign": f"x{len(weighed)}", "condition": "weekend"})
        return learn(evidence, *rest)

    monkeypatch.setattr("adops_pipeline.services.memory.learnings.learn", meanwhile)
    if changes < 5:
        desk.services.learnings.refresh()
        assert [row["evidence_count"] for row in desk.services.learnings.believed()] == [2 + changes]
    else:
        with pytest.raises(RefusedError, match="memories change faster"):
            desk.services.learnings.refresh()
    assert weighed == [2 + n for n in range(min(changes + 1, 5))]


def test_an_unknown_learning_has_no_history(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.services.learnings.history("abc")
