"""Finished tests and measured outcomes as memories: the mapping is exact."""

from dataclasses import replace
from datetime import date
from math import log
from statistics import NormalDist
from typing import Any

import pytest

from adops_pipeline.domain.memory.evidence import evidence_of
from adops_pipeline.domain.memory.identity import subject_key
from adops_pipeline.domain.memory.schemas import checked
from adops_pipeline.domain.memory.sources import memory_of_outcome, memory_of_test

_TEST = {
    "id": "t", "platform": "google-ads", "campaign_id": "9", "agent_id": None, "metric": "ctr", "status": "completed",
    "winner": "B", "variant_a": {"name": "Photo"}, "variant_b": {"name": "Video"}, "agreement": {"alpha": 0.05},
}  # fmt: skip
_RESULT = {"test_id": "t", "evaluated_at": date(2026, 3, 9), "lift": 0.125, "ci_low": 0.05, "ci_high": 0.2}
_OUTCOME: dict[str, Any] = {
    "change_id": "p", "proposal_id": "p", "metric": "cpa", "changed_on": date(2026, 3, 1), "effect_error": 0.1,
    "platform": "meta-ads", "account_id": "1", "campaign_id": "7",
    "agent_id": "trader", "action": "bid_down", "condition": "weekend", "run_id": "run-1", "partitions": "2026-02-01",
    "effect_ratio": -0.2, "effect_low": -0.3, "effect_high": -0.1, "verdict": "helped", "reason": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("lift", "winner", "metric", "shown", "score"),
    [
        (0.125, "B", "ctr", 12.5, 0.125),
        (2.5, "B", "ctr", 250.0, 1.0),
        (-0.2, "A", "ctr", 25.0, 0.25),
        (-0.2, "B", "cpa", 25.0, 0.25),
        (0.03, None, "ctr", 3.0, 0.0),
    ],
)
def test_the_memory_of_a_test_has_the_winners_lift_and_its_score(
    lift: float, winner: str | None, metric: str, shown: float, score: float
) -> None:
    status = "completed" if winner else "inconclusive"
    test = _TEST | {"winner": winner, "metric": metric, "status": status}
    result = _RESULT | {"lift": lift, "ci_low": lift - 0.05, "ci_high": lift + 0.05}
    draft = memory_of_test(test, result)
    assert draft is not None
    found = checked(draft)
    assert (found.type, found.context) == ("ab_test_result", {"campaign": "9", "platform": "google-ads"})
    assert found.action == {"variantA": "Photo", "variantB": "Video"}
    assert found.outcome == {"winner": winner, "lift": pytest.approx(shown), "metric": metric}
    assert found.score == pytest.approx(score)
    assert found.tags == ("google-ads", metric, "ab_test")
    assert [row["table"] for row in found.evidence["rows"]] == ["ab_tests", "ab_test_results"]


def test_a_test_that_runs_is_no_memory_and_one_without_a_day_of_data_has_no_lift() -> None:
    assert memory_of_test(_TEST | {"status": "running"}, _RESULT) is None
    draft = memory_of_test(_TEST | {"status": "inconclusive", "winner": None}, None)
    assert draft is not None
    assert checked(draft).outcome == {"winner": None, "lift": None, "metric": "ctr"}


def test_tests_of_the_same_variants_are_evidence_about_one_pattern_whichever_is_called_a() -> None:
    first = memory_of_test(_TEST, _RESULT)
    swapped = _TEST | {"variant_a": {"name": "Video"}, "variant_b": {"name": "Photo"}, "winner": "A"}
    second = memory_of_test(swapped, _RESULT | {"lift": 1 / 1.125 - 1})
    assert first is not None
    assert second is not None
    one, two = evidence_of(first), evidence_of(second)
    assert one is not None
    assert two is not None
    assert (one.action, one.condition) == ("Photo instead of Video", "ctr")
    assert one.support < 0.01
    assert two.action == one.action
    assert two.effect == pytest.approx(one.effect)
    assert one.effect == pytest.approx(-log(1.125))


@pytest.mark.parametrize(("verdict", "score"), [("helped", 0.25), ("hurt", -0.25), ("unclear", 0.0)])
def test_a_measured_change_is_scored_by_its_verdict(verdict: str, score: float) -> None:
    found = checked(memory_of_outcome(_OUTCOME | {"verdict": verdict}, {"objective": "sales", "trend": None}))
    evidence = evidence_of(found)
    assert evidence is not None
    assert found.score == pytest.approx(score)
    assert (evidence.platform, evidence.objective, evidence.action, evidence.condition) == (
        "meta-ads", "SALES", "bid_down", "weekend",
    )  # fmt: skip
    assert evidence.effect == pytest.approx(-log(0.8))  # lower costs are better
    assert evidence.effect_error == 0.1
    assert evidence.support == pytest.approx(NormalDist().cdf(-log(0.8) / 0.1))
    assert [row["table"] for row in found.evidence["rows"]] == ["action_outcomes", "proposals"]
    assert (found.evidence["run"], found.evidence["partitions"]) == ("run-1", ["2026-02-01"])


def test_what_a_context_leaves_out_is_evidence_about_any() -> None:
    evidence = evidence_of(checked(memory_of_outcome(_OUTCOME | {"condition": None}, {})))
    assert evidence is not None
    assert (evidence.objective, evidence.condition) == ("any", "any")


def test_an_outcome_that_somebody_states_has_the_error_of_its_interval_and_else_the_sign_of_its_score() -> None:
    stated = checked(memory_of_outcome(_OUTCOME | {"effect_error": None}, {}))
    evidence = evidence_of(stated)
    assert evidence is not None
    assert evidence.effect_error == pytest.approx((log(0.9) - log(0.7)) / (2 * 1.2815515655))
    bare = replace(stated, outcome={"metric": "cpa", "verdict": "hurt"}, score=-0.1)
    assert [one.support for score in (-0.1, 0.0, 0.1) if (one := evidence_of(replace(bare, score=score)))] == [
        0,
        0.5,
        1,
    ]


def test_a_change_from_a_platforms_log_is_pending_until_it_is_measured() -> None:
    row = _OUTCOME | {"verdict": "pending", "proposal_id": None, "change_id": "c", "agent_id": None}
    row |= {"run_id": None, "partitions": None}
    found = checked(memory_of_outcome(row, {}))
    assert (found.outcome, found.score, found.agent_id) == (None, None, "pipeline")
    assert found.action == {"kind": "bid_down", "change": "c", "on": "2026-03-01"}
    assert subject_key(found) == subject_key(memory_of_outcome(_OUTCOME | {"change_id": "c", "proposal_id": None}, {}))
    assert found.evidence == {"rows": [{"table": "action_outcomes", "key": {"change_id": "c", "metric": "cpa"}}]}


def test_what_cannot_be_measured_is_remembered_with_its_reason_and_is_no_evidence() -> None:
    row = _OUTCOME | {"verdict": "not-measurable", "reason": "overlapping changes", "effect_ratio": None,
                      "effect_low": None, "effect_high": None, "agent_id": None, "condition": None}  # fmt: skip
    found = checked(memory_of_outcome(row, {}))
    assert (found.agent_id, found.score, found.outcome) == (
        "pipeline", None, {"metric": "cpa", "verdict": "not-measurable", "reason": "overlapping changes"},
    )  # fmt: skip
    assert evidence_of(found) is None
