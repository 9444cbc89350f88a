"""Promises of the pipeline's own memories: each measurement once, and none that a person has retracted."""

import pytest

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


_OUTCOME = """
    INSERT INTO action_outcomes (change_id, proposal_id, source, metric, is_primary, platform, account_id, campaign_id,
        agent_id, action, condition, applied_at, changed_on, pre_start, pre_end, post_start, post_end, effect_ratio,
        effect_low, effect_high, effect_error, controls, verdict, reason, measured_at)
    SELECT 'p', 'p', 'proposal', metric, metric = 'cpa', 'meta-ads', '1', '7', 'trader', 'bid_down', 'weekend',
        '2026-10-10 09:00', '2026-10-10', '2026-10-01', '2026-10-09', '2026-10-11', '2026-10-24', -0.2, -0.3, -0.1, 0.1,
        5, $verdict, 'because', '2026-11-01'
    FROM (VALUES ('cpa'), ('spend')) AS metrics (metric)
"""
_CAMPAIGN = "INSERT INTO campaigns (id, platform, external_id, objective) VALUES ('m:7', 'meta-ads', '7', 'SALES')"
_DAYS = """
    INSERT INTO analytics_metrics (platform, account_id, campaign_id, date, spend, conversions)
    SELECT 'meta-ads', '1', campaign, day, spend * (1 + (day >= '2026-10-05')::INT), conversions
    FROM (VALUES ('7', 9, 3), ('8', 5, 1), ('9', 1, 1)) AS campaigns (campaign, spend, conversions),
        (SELECT unnest(generate_series(DATE '2026-09-01', DATE '2026-10-20', INTERVAL 1 DAY))::DATE AS day)
"""


def _measure(desk: Desk, verdict: str) -> None:
    with desk.services.warehouse.writing() as con:
        con.execute("DELETE FROM action_outcomes; DELETE FROM analytics_metrics; DELETE FROM campaigns")
        con.execute(_OUTCOME, {"verdict": verdict})
        con.execute(_DAYS)
        con.execute(
            "INSERT INTO campaigns (id, platform, external_id, objective) VALUES ('m:7', 'meta-ads', '7', 'SALES')"
        )


def test_a_change_is_pending_and_then_has_its_outcome_with_the_standing_of_its_campaign(desk: Desk) -> None:
    _measure(desk, "pending")
    review = desk.services.learning_review
    assert review.run().remembered == 1
    (pending,) = desk.services.memories.recall()
    assert pending.memory.outcome is None
    _measure(desk, "helped")
    assert [review.run("run-2").remembered, review.run().remembered] == [1, 0]
    (found,) = desk.services.memories.recall()
    memory = found.memory
    assert (memory.id, memory.score, memory.agent_id) == (pending.memory.id, 0.25, "trader")
    assert memory.context == {
        "platform": "meta-ads", "account": "1", "campaign": "7", "objective": "SALES", "condition": "weekend",
        "season": "autumn", "spendLevel": "high", "cpaLevel": "medium", "trend": "rising",
    }  # fmt: skip
    assert (memory.evidence["proposal"], memory.evidence["run"], memory.effect_error) == ("p", "run-2", 0.1)
    (learning,) = desk.services.learnings.believed()
    assert (learning["action"], learning["condition"], learning["objective"]) == ("bid_down", "weekend", "SALES")
    assert learning["effect_ratio"] == pytest.approx(0.25)
