"""The index of memories: ranks by the published weights, what is alike, what is asked for, what counts no longer."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.memory.features import feature_values
from adops_pipeline.domain.memory.ranking import Ranked
from adops_pipeline.warehouse.recall import CHANGED, RecallIndex, Search

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def memory(name: str, **changed: Any) -> dict[str, Any]:
    row = {"id": name, "agent_id": "trader", "memory_type": "observation", "platform": "meta-ads", "created_at": NOW,
           "score": 0.0, "is_current": True, "context": {}, "tags": [], "feedback": {}} | changed  # fmt: skip
    return row | {part: json.dumps(row[part]) for part in ("context", "tags", "feedback")}


def indexed(*rows: dict[str, Any]) -> RecallIndex:
    index = RecallIndex()
    index.update(pl.DataFrame(rows, schema=CHANGED))
    return index


def ids(found: Sequence[Ranked]) -> list[str]:
    return [one.memory_id for one in found]


def test_the_rank_is_made_of_similarity_score_and_age_times_the_trust() -> None:
    row = memory("a", score=-0.5, created_at=NOW - timedelta(days=180), context={"season": "winter"},
                 feedback={"wrong": 1})  # fmt: skip
    index = indexed(row)
    (alone,) = index.search(Search(), NOW)
    assert (alone.similarity, alone.score, alone.age_days) == (None, -0.5, 180)
    assert alone.rank == pytest.approx(0.5 * (0.2 * 0.5 + 0.2 * 0.5))
    (alike,) = index.search(Search(features=feature_values({"season": "Winter"})), NOW)
    assert alike.similarity == pytest.approx(1.0)
    assert alike.rank == pytest.approx(0.5 * (0.6 + 0.2))


def test_a_memory_from_the_future_is_new_and_an_unscored_one_has_no_share_of_it() -> None:
    (found,) = indexed(memory("a", score=None, created_at=NOW + timedelta(days=9))).search(Search(), NOW)
    assert found.rank == pytest.approx(0.2)
    assert (found.score, found.age_days) == (None, 0)


@pytest.mark.parametrize(
    ("level", "similar"),
    [("high", [1.0, 0.5**0.5, 0.0]), ("medium", [0.5**0.5, 1.0, 0.5**0.5]), ("low", [0.0, 0.5**0.5, 1.0])],
)
def test_of_ordered_values_neighbours_are_alike(level: str, similar: list[float]) -> None:
    index = indexed(*(memory(name, context={"spendLevel": name}) for name in ("high", "medium", "low")))
    found = {one.memory_id: one.similarity for one in index.search(Search(features=feature_values(
        {"spendLevel": level})), NOW)}  # fmt: skip
    assert [found[name] for name in ("high", "medium", "low")] == pytest.approx(similar)


def test_what_only_one_states_counts_as_different() -> None:
    index = indexed(memory("both", context={"season": "winter", "platform": "meta-ads"}), memory("none"))
    found = {one.memory_id: one.similarity for one in index.search(Search(features=feature_values(
        {"season": "winter"})), NOW)}  # fmt: skip
    assert found == {"both": pytest.approx(0.8 / (0.8**2 + 1.5**2) ** 0.5), "none": 0.0}


def test_the_best_come_first_of_equals_the_younger_then_by_id_and_no_more_than_asked_for() -> None:
    rows = [memory("b"), memory("a"), memory("best", score=1.0), memory("new", created_at=NOW + timedelta(days=1))]
    index = indexed(*rows)
    assert ids(index.search(Search(), NOW)) == ["best", "new", "a", "b"]
    assert ids(index.search(Search(limit=2), NOW)) == ["best", "new"]


def test_only_what_is_asked_for_is_found() -> None:
    index = indexed(
        memory("a", tags=["x", "y"]), memory("b", agent_id="analyst"), memory("c", memory_type="preference"),
        memory("d", platform="pinterest", tags=["x"]),
    )  # fmt: skip
    for search, expected in (
        (Search(agent_id="analyst"), ["b"]),
        (Search(memory_types=("preference",)), ["c"]),
        (Search(memory_types=("preference", "observation"), platform="pinterest"), ["d"]),
        (Search(tags=("x",)), ["a", "d"]),
        (Search(tags=("y", "x")), ["a"]),
        (Search(agent_id="analyst", tags=("x",)), []),
    ):
        assert ids(index.search(search, NOW)) == expected


def test_a_changed_memory_replaces_itself_and_one_that_counts_no_longer_goes() -> None:
    index = indexed(memory("a"), memory("b"))
    index.update(pl.DataFrame([memory("a", score=0.7), memory("b", is_current=False)], schema=CHANGED))
    assert [(one.memory_id, one.score) for one in index.search(Search(), NOW)] == [("a", 0.7)]
