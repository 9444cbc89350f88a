"""The state machine of an execution."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.executions import (
    TRANSITIONS,
    Stages,
    Status,
    StepEvent,
    TransitionError,
    apply_step_event,
    begin,
    check_transition,
    close,
    is_final,
    read_stage,
    refuse_retry,
    stage_document,
    timed_out,
)

_START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
_STEPS = {"read": "gather", "judge": "judge", "pull_google": "pull", "pull_meta": "pull"}


def _stages() -> Stages:
    return begin([("gather", "Gather"), ("judge", "Judge"), ("pull", "Pull")], _STEPS)


def _at(seconds: float) -> datetime:
    return _START + timedelta(seconds=seconds)


@pytest.mark.parametrize("before", TRANSITIONS)
@pytest.mark.parametrize("after", TRANSITIONS)
def test_only_the_transitions_of_the_table_are_allowed(before: Status, after: Status) -> None:
    if after in TRANSITIONS[before]:
        check_transition(before, after)
    else:
        with pytest.raises(TransitionError):
            check_transition(before, after)


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
def test_what_runs_can_end_in_each_way(end: Status) -> None:
    check_transition("pending", "running")
    check_transition("running", end)


def test_the_ends_are_final_and_the_beginnings_are_not() -> None:
    assert [status for status in TRANSITIONS if is_final(status)] == ["completed", "failed", "cancelled"]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("running", "running", "the execution is running already"),
        (
            "completed",
            "cancelled",
            "the execution is completed, which is final: it cannot become cancelled; retry it instead",
        ),
        ("pending", "completed", "a pending execution cannot become completed, only cancelled, failed, running"),
    ],
)
def test_an_impossible_transition_says_why(before: Status, after: Status, why: str) -> None:
    with pytest.raises(TransitionError) as caught:
        check_transition(before, after)
    assert str(caught.value) == why


def test_a_stage_of_one_step_follows_it_with_its_duration() -> None:
    stages = apply_step_event(_stages(), "read", "started", _at(0))
    assert (stages[0].status, stages[0].started_at, stages[0].seconds) == ("running", _at(0), None)
    stages = apply_step_event(stages, "read", "succeeded", _at(2.5))
    assert (stages[0].status, stages[0].finished_at, stages[0].seconds) == ("succeeded", _at(2.5), 2.5)
    assert [stage.status for stage in stages[1:]] == ["pending", "pending"]


def test_a_stage_of_several_steps_ends_when_the_last_of_them_ends() -> None:
    stages = apply_step_event(_stages(), "pull_google", "started", _at(0))
    stages = apply_step_event(stages, "pull_google", "succeeded", _at(1))
    assert (stages[2].status, stages[2].seconds) == ("running", None)
    stages = apply_step_event(stages, "pull_meta", "skipped", _at(3))
    assert (stages[2].status, stages[2].seconds) == ("succeeded", 3.0)


def test_a_failed_step_fails_its_stage_with_the_first_error() -> None:
    stages = apply_step_event(_stages(), "pull_meta", "failed", _at(4), "token expired")
    stages = apply_step_event(stages, "pull_google", "failed", _at(2), "quota used up")
    assert (stages[2].status, stages[2].error) == ("failed", "quota used up")


def test_a_step_that_failed_and_succeeded_when_tried_again_has_succeeded() -> None:
    stages = apply_step_event(_stages(), "read", "failed", _at(1), "busy")
    stages = apply_step_event(stages, "read", "started", _at(2))
    stages = apply_step_event(stages, "read", "succeeded", _at(3))
    assert (stages[0].status, stages[0].error) == ("succeeded", None)


def test_a_stage_whose_steps_were_all_skipped_is_skipped() -> None:
    stages = apply_step_event(_stages(), "judge", "skipped", _at(1))
    assert stages[1].status == "skipped"


def test_steps_that_no_stage_covers_change_nothing() -> None:
    assert apply_step_event(_stages(), "publish", "started", _at(0)) == _stages()


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="must know its zone"):
        apply_step_event(_stages(), "read", "started", datetime(2026, 11, 24))  # noqa: DTZ001 - the point


def test_a_step_of_an_unknown_stage_and_a_stage_without_a_step_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no stage judge"):
        begin([("gather", "Gather")], {"read": "gather", "judge": "judge"})
    with pytest.raises(ValueError, match="no step belongs to judge"):
        begin([("gather", "Gather"), ("judge", "Judge")], {"read": "gather"})


def test_a_run_that_ended_leaves_no_stage_open() -> None:
    stages = apply_step_event(_stages(), "read", "started", _at(0))
    failed = close(stages, "cancelled", _at(9), "cancelled by the team")
    assert [stage.status for stage in failed] == ["failed", "skipped", "skipped"]
    assert failed[0].error == "cancelled by the team"
    done = close(stages, "completed", _at(9))
    assert [stage.status for stage in done] == ["succeeded", "skipped", "skipped"]


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from([*_STEPS, "stray"]),
        st.sampled_from(["started", "succeeded", "failed", "skipped"]),
        st.integers(0, 5),
        st.sampled_from([None, "a", "b"]),
    ),
    max_size=5,
)


@given(_EVENTS)
def test_late_and_repeated_events_give_the_same_progress_in_any_order(
    events: list[tuple[str, StepEvent, int, str | None]],
) -> None:
    def played(order: list[tuple[str, StepEvent, int, str | None]]) -> Stages:
        stages = _stages()
        for step, event, second, error in order:
            stages = apply_step_event(stages, step, event, _at(second), error)
        return stages

    expected = played(events)
    for order in permutations(events):
        assert played([*order, *order[:2]]) == expected


@given(_EVENTS)
def test_progress_survives_the_way_through_json(events: list[tuple[str, StepEvent, int, str | None]]) -> None:
    stages = _stages()
    for step, event, second, error in events:
        stages = apply_step_event(stages, step, event, _at(second), error)
    document = json.loads(json.dumps([stage_document(stage) for stage in stages]))
    assert tuple(map(read_stage, document)) == stages
    assert [stage["status"] for stage in document] == [stage.status for stage in stages]


def test_a_running_execution_times_out_after_its_time_and_not_before() -> None:
    assert timed_out(_START, 900, _at(900)) is None
    assert timed_out(_START, 900, _at(1801)) == "timed out: it ran for 1,801 s and may take 900 s"


def test_only_what_failed_or_was_cancelled_can_be_retried() -> None:
    assert refuse_retry("failed") is None
    assert refuse_retry("cancelled") is None
    assert refuse_retry("running") == "only a failed or cancelled execution can be retried; this one is running"
