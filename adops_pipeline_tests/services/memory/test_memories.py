"""Promises of memory: one row for one thing, ranked recall with reasons, feedback, retraction."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

from adops_pipeline.domain.memory.features import FEATURES, feature_values
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline_tests.services.memory.conftest import CHANGE, Desk


def test_exact_duplicates_are_merged_and_counted(desk: Desk) -> None:
    first, again, other = desk.remember(), desk.remember(tags=("x",)), desk.remember(agent_id="analyst")
    assert again.merged
    assert (again.memory.id, again.memory.repeats) == (first.memory.id, 1)
    assert not other.merged
    assert len(desk.services.memories.recall()) == 2


def test_a_pending_memory_gets_its_outcome_and_keeps_its_id(desk: Desk) -> None:
    pending = desk.remember(outcome=None, score=None).memory
    assert (pending.outcome, pending.score, pending.measured_at, pending.support) == (None, None, None, None)
    assert desk.services.memories.agents()[0].pending == 1
    desk.later(days=14)
    done = desk.remember().memory
    assert (done.id, done.score, done.support, done.measured_at) == (pending.id, 0.2, 1.0, desk.now)
    assert done.created_at < desk.now
    assert desk.services.memories.agents()[0].pending == 0


def test_a_newer_memory_of_the_same_thing_replaces_the_older_which_stays_on_record(desk: Desk) -> None:
    first = desk.remember().memory
    second = desk.remember(outcome={"metric": "cpa", "verdict": "hurt"}, score=-0.1)
    assert second.replaced == first.id
    assert desk.services.memories.get(first.id).replaced_by == second.memory.id
    assert [found.memory.id for found in desk.services.memories.recall()] == [second.memory.id]


def test_junk_is_refused_and_nothing_is_stored(desk: Desk) -> None:
    with pytest.raises(InvalidError, match=r"context\.campaign"):
        desk.remember(context={"platform": "meta-ads"})
    assert desk.services.memories.recall() == []


def test_recall_asks_by_agent_type_tags_and_platform(desk: Desk) -> None:
    desk.remember()
    desk.remember(agent_id="analyst", context={"platform": "pinterest", "campaign": "7"}, tags=("roas", "x"))
    memories = desk.services.memories

    def agents(**wanted: Any) -> list[str]:
        return sorted(found.memory.agent_id for found in memories.recall(**wanted))

    assert agents() == ["analyst", "trader"]
    assert agents(agent_id="analyst") == agents(tags=("x", "roas")) == agents(platform="pinterest") == ["analyst"]
    assert agents(tags=("x", "cpa")) == agents(types=("preference",)) == []
    assert agents(types=("preference", "campaign_outcome")) == ["analyst", "trader"]


def test_a_memory_of_another_process_is_recalled_at_once(desk: Desk) -> None:
    assert desk.services.memories.recall() == []
    Desk(desk.folder).remember()
    assert len(desk.services.memories.recall()) == 1
    Desk(desk.folder).services.memories.retract(desk.services.memories.recall()[0].memory.id, "kim", "typo")
    assert desk.services.memories.recall() == []


_PLACE = dict(CHANGE.context)
CONTEXTS: tuple[dict[str, Any], ...] = (
    {"objective": "sales", "season": "winter", "spendLevel": "high", "trend": "flat"},
    {"objective": "SALES", "season": "winter", "spendLevel": "medium", "cpaLevel": "low", "trend": "rising"},
    {"objective": "reach", "bidding": "manual", "spendLevel": "low"},
    {},
)


def _vector(context: dict[str, Any]) -> list[float]:
    """The context as a dense vector: the definition that the index must agree with."""
    angles = (0.0, np.pi / 4, np.pi / 2)
    vector: list[float] = []
    words = ("meta-ads", "sales", "reach", "manual", "winter")
    for feature, value in zip(FEATURES, feature_values(context), strict=True):
        if feature.scale:
            angle = angles[feature.scale.index(value)] if value else 0
            vector += [feature.weight * np.cos(angle) * (value is not None), feature.weight * np.sin(angle)]
        else:
            vector += [feature.weight * (value == word) for word in words]
    return vector


def test_similarity_is_the_cosine_of_the_structured_features(desk: Desk) -> None:
    own = {"platform": "meta-ads", "objective": "Sales", "season": "winter", "spendLevel": "high", "trend": "rising"}
    for n, context in enumerate(CONTEXTS):
        desk.remember(context={"platform": "meta-ads", "campaign": str(n)} | context)
    found = {r.memory.context["campaign"]: r.ranked.similarity for r in desk.services.memories.recall(context=own)}
    for n, context in enumerate(CONTEXTS):
        a, b = np.array(_vector(own)), np.array(_vector({"platform": "meta-ads"} | context))
        assert found[str(n)] == pytest.approx(a @ b / sqrt(float(a @ a) * float(b @ b)))


@pytest.mark.parametrize("word", ["SALES", "Écoles d'İstanbul", 'a "quote", a \\ and a $.path', "日本"])
def test_values_are_alike_whatever_their_case_and_their_characters(desk: Desk, word: str) -> None:
    for n, objective in enumerate((word, word.lower(), "other")):
        desk.remember(context={"platform": "meta-ads", "campaign": str(n), "objective": objective})
    found = desk.services.memories.recall(context={"objective": word})
    similar = {one.memory.context["campaign"]: one.ranked.similarity for one in found}
    share = 1.2 / sqrt(1.2**2 + 1.5**2)
    assert similar == {"0": pytest.approx(share), "1": pytest.approx(share), "2": 0.0}


def test_one_recall_takes_in_what_was_added_changed_and_retracted_since_the_last(desk: Desk) -> None:
    kept, judged, gone = desk.remember_outcomes([1.0, 1.0, 1.0])
    desk.services.memories.recall()
    desk.services.memories.judge(judged, "wrong", "Ada")
    desk.services.memories.retract(gone, "Ada", "The tracking was broken.")
    later = desk.remember(context={"platform": "pinterest", "campaign": "later"}).memory.id
    found = {one.memory.id: one.ranked.rank for one in desk.services.memories.recall()}
    assert found.keys() == {kept, judged, later}
    assert found[judged] == pytest.approx(found[kept] / 2)


def test_similar_clear_and_young_memories_come_first_with_the_reasons(desk: Desk) -> None:
    own = {"platform": "meta-ads", "condition": "weekend"}
    desk.remember(context={"platform": "pinterest", "campaign": "far"})
    desk.remember(context=_PLACE | {"campaign": "old"})
    desk.later(days=90)
    desk.remember(context=_PLACE | {"campaign": "young"})
    hurt = {"metric": "cpa", "verdict": "hurt"}
    desk.remember(context=_PLACE | {"campaign": "clear"}, outcome=hurt, score=-0.9)
    found = desk.services.memories.recall(context=own)
    assert [one.memory.context["campaign"] for one in found] == ["clear", "young", "old", "far"]
    assert found[2].reasons == ["similarity 1.00", "same platform, condition", "score +0.20", "90 days old"]
    assert found == desk.services.memories.recall(context=own)


def test_at_most_ten_come_back_unless_more_are_asked_for(desk: Desk) -> None:
    desk.remember_outcomes([1.0] * 12)
    memories = desk.services.memories
    assert (len(memories.recall()), len(memories.recall(limit=12))) == (10, 12)
    assert len(memories.recall(limit=1)) == 1
    with pytest.raises(InvalidError, match="limit"):
        memories.recall(limit=0)


def test_of_each_person_the_last_word_counts_and_objections_lower_the_rank(desk: Desk) -> None:
    first, second = desk.remember_outcomes([1.0, 1.0])
    memories = desk.services.memories
    best = memories.recall()[0].memory.id
    memories.judge(best, "useful", "kim")
    assert memories.judge(best, "wrong", "kim", "was a holiday").feedback == {"useful": 0, "wrong": 1, "outdated": 0}
    assert memories.recall()[0].memory.id == ({first, second} - {best}).pop()
    assert "1 person said wrong" in memories.recall()[1].reasons
    with pytest.raises(NotFoundError):
        memories.judge("none", "useful", "kim")


def test_a_retracted_memory_is_kept_with_who_and_why_and_is_never_remembered_again(desk: Desk) -> None:
    memory = desk.remember().memory
    memories = desk.services.memories
    with pytest.raises(InvalidError, match="reason"):
        memories.retract(memory.id, "kim", " ")
    gone = memories.retract(memory.id, "kim", "wrong campaign")
    assert (gone.retracted_by, gone.retraction_reason, gone.is_current) == ("kim", "wrong campaign", False)
    assert desk.remember().merged
    assert memories.recall() == []
    with pytest.raises(RefusedError, match="already"):
        memories.retract(memory.id, "kim", "again")
