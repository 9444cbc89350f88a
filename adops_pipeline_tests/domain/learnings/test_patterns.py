"""What evidence teaches: the arithmetic of confidence, fading, contradictions, the gate, and one lucky success."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.learnings.history import is_restated, pattern_key, restate
from adops_pipeline.domain.learnings.learning import DEFAULT_GATE, Learning, Pattern, is_applicable
from adops_pipeline.domain.learnings.patterns import EVIDENCE, learn
from adops_pipeline.domain.learnings.situation import fits

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _rows(supports: list[float], **changes: Any) -> pl.DataFrame:
    row = {
        "agent_id": "trader", "campaign": "7", "platform": "meta-ads", "objective": "any", "action": "bid_down",
        "condition": "weekend", "effect": None, "effect_error": None, "trust": 1.0, "at": NOW,
    } | changes  # fmt: skip
    name = f"{row['platform']}{row['action']}{row['at']:%j}"
    rows = [
        row | {"id": f"{name}{n:04}", "subject_key": f"{name}{n}", "support": support}
        for n, support in enumerate(supports)
    ]
    return pl.DataFrame(rows, schema=EVIDENCE)


def _one(*frames: pl.DataFrame, now: datetime = NOW) -> Learning:
    (found,) = learn(pl.concat(frames), now)
    return found


@pytest.mark.parametrize(
    ("supporting", "contradicting", "lower", "passes"),
    [(1, 0, 0.2236, False), (80, 20, 0.7254, True)],
)
def test_the_lower_bound_decides_and_one_lucky_success_does_not_pass(
    supporting: int, contradicting: int, lower: float, passes: bool
) -> None:
    found = _one(_rows([1.0] * supporting + [0.0] * contradicting))
    assert found.lower_bound == pytest.approx(lower, abs=5e-5)
    assert found.passes() is passes


@pytest.mark.parametrize(
    ("direction", "lower", "adjusted_p", "expected"),
    [
        ("helps", 0.6, 0.05, True),
        ("hurts", 0.6, 0.05, True),
        ("helps", 0.5999, 0.05, False),
        ("helps", 0.6, 0.0501, False),
        ("helps", 0.6, None, False),
        ("unknown", 0.6, 0.05, False),
    ],
)
def test_a_learning_is_recommended_at_the_gate_if_it_is_no_chance_and_says_something(
    direction: str, lower: float, adjusted_p: float | None, expected: bool
) -> None:
    assert is_applicable(direction, lower, adjusted_p, DEFAULT_GATE) is expected


def test_one_great_measured_success_does_not_pass_even_a_low_gate() -> None:
    found = _one(_rows([1.0], effect=0.7, effect_error=0.001))
    assert found.confidence == pytest.approx(2 / 3)
    assert found.effect == pytest.approx(1.0138, abs=1e-4)
    assert not found.passes(0.2)


def test_evidence_fades_by_its_half_life() -> None:
    found = _one(_rows([1.0] * 8 + [0.0] * 2), now=NOW + timedelta(days=180))
    assert found.confidence == pytest.approx(0.7143, abs=5e-5)
    assert found.lower_bound == pytest.approx(0.4182, abs=5e-5)
    assert found.evidence_count == 10


def test_nothing_and_only_unclear_outcomes_leave_the_confidence_at_one_half() -> None:
    assert learn(_rows([]), NOW) == []
    found = _one(_rows([0.5] * 6))
    assert (found.confidence, found.direction, found.unclear_count) == (0.5, "unknown", 6)


def test_contradictions_lower_the_same_learning_and_are_named() -> None:
    before = _one(_rows([1.0] * 9))
    after = _one(_rows([1.0] * 9), _rows([0.0], at=NOW - timedelta(days=1), effect=-0.1, effect_error=None))
    assert after.confidence < before.confidence
    assert after.pattern == before.pattern
    assert after.contradicting[0] in after.counter_evidence
    assert "1 of 10 outcomes contradicts it" in after.counter_evidence
    assert before.counter_evidence == "No outcome contradicts it."


def test_harm_is_learned_as_harm() -> None:
    found = _one(_rows([0.0] * 30, effect=-0.2, effect_error=0.1))
    assert found.direction == "hurts"
    assert found.passes()
    assert "hurts: -18.1 %" in found.insight
    assert len(found.supporting) == 30


def test_patterns_are_apart_by_platform_objective_action_and_condition() -> None:
    others = ({"platform": "pinterest"}, {"objective": "SALES"}, {"action": "pause"}, {"condition": "any"})
    frames = [_rows([1.0]).with_columns(pl.lit(n).cast(pl.String).alias("subject_key"),
                                        **{name: pl.lit(value) for name, value in change.items()})
              for n, change in enumerate(others)]  # fmt: skip
    found = learn(pl.concat([_rows([1.0]), *frames]), NOW)
    assert len(found) == 5
    assert Pattern("meta-ads", "any", "bid_down", "weekend") in [one.pattern for one in found]


def test_of_two_memories_of_one_subject_the_newer_counts() -> None:
    older = _rows([1.0], at=NOW - timedelta(days=9)).with_columns(subject_key=pl.lit("same"))
    newer = _rows([0.0]).with_columns(subject_key=pl.lit("same"))
    found = _one(older, newer)
    assert (found.evidence_count, found.direction) == (1, "hurts")


def test_distrusted_memories_count_less_and_later_ones_not_yet() -> None:
    assert _one(_rows([1.0], trust=0.5)).confidence == pytest.approx(1.5 / 2.5)
    assert learn(_rows([1.0]), NOW - timedelta(days=1)) == []


def test_searching_many_patterns_needs_stronger_evidence() -> None:
    own = _rows([1.0] * 7)
    many = [_rows([0.5], action=f"idle_{n}") for n in range(40)]
    assert _one(own).passes()
    found = next(one for one in learn(pl.concat([own, *many]), NOW) if one.pattern.action == "bid_down")
    assert not found.passes()
    assert "has no proven effect" in found.insight


@pytest.mark.parametrize(
    ("context", "is_about"),
    [
        ({}, True),
        ({"platform": "Meta-Ads", "condition": "WEEKEND"}, True),
        ({"objective": "SALES"}, True),
        ({"platform": "pinterest"}, False),
        ({"platform": "meta-ads", "condition": "winter"}, False),
    ],
)
def test_a_pattern_is_about_what_it_does_not_contradict(context: dict[str, str], is_about: bool) -> None:
    assert fits(Pattern("meta-ads", "any", "bid_down", "weekend"), context) is is_about


def test_learnings_are_superseded_confirmed_withdrawn_or_new_pattern_by_pattern() -> None:
    actions = ("pause", "bid_up", "bid_down")
    same, other, gone = (_one(_rows([1.0] * 4, action=action)) for action in actions)
    changed, new = (_one(_rows([1.0] * 9, action=action)) for action in ("bid_up", "create"))
    rows = [
        {"id": f"{one.pattern.action}.1", "pattern_key": pattern_key(one.pattern), "evidence_count": one.evidence_count,
         "supporting": one.supporting, "contradicting": one.contradicting, "direction": one.direction,
         "confidence": one.confidence, "lower_bound": one.lower_bound, "adjusted_p": one.adjusted_p}
        for one in (same, other, gone)
    ]  # fmt: skip
    found = restate(rows, [same, changed, new])
    assert (found.confirmed, found.superseded, found.withdrawn) == (("pause.1",), ("bid_up.1",), ("bid_down.1",))
    assert found.stated == ((pattern_key(changed.pattern), changed), (pattern_key(new.pattern), new))
    for name in ("confidence", "lower_bound", "adjusted_p"):
        known = rows[0][name]
        for apart, is_new in ((0.004, False), (0.006, True)):
            assert is_restated(rows[0] | {name: known - apart}, same) is is_new, name  # type: ignore[operator]


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = pl.concat([_rows([1.0, 0.0, 0.5] * 9, effect=0.1, effect_error=0.2), _rows([1.0] * 4, action="pause")])
    assert learn(rows, NOW) == learn(rows.sample(fraction=1.0, shuffle=True, seed=3), NOW)
