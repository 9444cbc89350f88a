"""Promises of the pipeline's own memories: each measurement once, and none that a person has retracted."""

from adops_pipeline_tests.services.memory.conftest import Desk

_TEST = """
    INSERT INTO ab_tests (id, platform, campaign_id, name, variant_a, variant_b, metric, status, winner, started_at,
        completed_at, agreement)
    VALUES ('t', 'meta-ads', '7', 'T', '{"name": "Photo"}', '{"name": "Video"}', 'ctr', $status, $winner, '2026-10-01',
        '2026-10-20', '{"alpha": 0.1}')
"""
_RESULTS = """
    INSERT INTO ab_test_results (test_id, evaluated_at, lift, ci_low, ci_high)
    VALUES ('t', '2026-10-19', 0.5, 0.1, 0.9), ('t', '2026-10-20', 0.2, 0.1, 0.3)
"""


def _finish(desk: Desk, status: str = "completed", winner: str | None = "B") -> None:
    with desk.services.warehouse.writing() as con:
        con.execute("DELETE FROM ab_tests; DELETE FROM ab_test_results")
        con.execute(_TEST, {"status": status, "winner": winner})
        con.execute(_RESULTS)


def test_a_finished_test_becomes_a_memory_once_with_its_deciding_evaluation(desk: Desk) -> None:
    _finish(desk, "running", None)
    review = desk.services.learning_review
    assert review.run().remembered == 0
    _finish(desk)
    assert [review.run("run-1").remembered, review.run("run-2").remembered] == [1, 0]
    (found,) = desk.services.memories.recall()
    memory = found.memory
    assert (memory.outcome, memory.score) == ({"winner": "B", "lift": 20.0, "metric": "ctr"}, 0.2)
    assert (memory.evidence["run"], memory.repeats, memory.agent_id) == ("run-1", 0, "pipeline")
    assert memory.evidence["rows"][1] == {
        "table": "ab_test_results", "key": {"test_id": "t", "evaluated_at": "2026-10-20"},
    }  # fmt: skip
    assert memory.effect_error is not None
    (learning,) = desk.services.learnings.believed()
    assert (learning["action"], learning["direction"]) == ("Photo instead of Video", "hurts")


def test_what_a_person_has_retracted_stays_retracted_when_its_figures_change(desk: Desk) -> None:
    _finish(desk)
    desk.services.learning_review.run()
    desk.services.memories.retract(desk.services.memories.recall()[0].memory.id, "kim", "the split was broken")
    _finish(desk, "inconclusive", None)
    assert desk.services.learning_review.run().remembered == 0
    assert desk.services.memories.recall() == []
