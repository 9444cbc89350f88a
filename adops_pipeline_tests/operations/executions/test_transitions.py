"""Promises of an execution's moves: each once, each with its event, the impossible refused with a reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from adops_pipeline.domain.executions import StepReport, begin
from adops_pipeline.operations import events, executions
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.interleaving import before_next_update
from adops_pipeline_tests.profiles import examples

LATER = NOW + timedelta(seconds=90)
_STAGES = begin(
    [("read", "Read spend"), ("judge", "Judge pace"), ("tell", "Tell people")],
    {"read_google": "read", "read_meta": "read", "judge_all": "judge", "tell_all": "tell"},
)


def _enqueued(con: Connection, name: str = "e1", timeout_seconds: int | None = 60) -> Execution:
    return executions.enqueue(
        con, workflow_id="pacing-check", parameters={"projectId": "p1"}, requested_by="api", at=NOW, stages=_STAGES,
        timeout_seconds=timeout_seconds, new_id=lambda: name,
    )  # fmt: skip


def _types(con: Connection) -> list[str]:
    return [event.type for event in events.since(con, 0)]


def test_an_execution_goes_its_way_with_an_event_for_each_move(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        assert executions.mark_started(con, "e1", "run-1", NOW)
        assert executions.step_event(con, "e1", "read_google", "started", NOW)
        for step in ("read_google", "read_meta"):
            assert executions.step_event(con, "e1", step, "succeeded", NOW + timedelta(seconds=2))
        assert executions.complete(con, "e1", {"summary": "3 campaigns checked"}, LATER, "run-1")
    with store.reading() as con:
        done = executions.get(con, "e1")
        assert (done.status, done.run_id, done.started_at, done.finished_at) == ("completed", "run-1", NOW, LATER)
        assert (done.result, done.seconds) == ({"summary": "3 campaigns checked"}, 90.0)
        assert [(s["name"], s["status"]) for s in done.stages] == [
            ("read", "succeeded"), ("judge", "skipped"), ("tell", "skipped"),
        ]  # fmt: skip
        assert done.stages[0]["seconds"] == 2.0
        told = events.about(con, "e1")
    assert [event.type for event in told] == [
        "workflow.requested", "workflow.started", "workflow.stage", "workflow.stage", "workflow.completed",
    ]  # fmt: skip
    assert {event.project_id for event in told} == {"p1"}
    assert told[-1].data == {
        "workflow": "pacing-check", "attempt": 1, "seconds": 90.0, "summary": "3 campaigns checked",
    }  # fmt: skip


def test_the_same_run_may_say_everything_twice(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        assert _enqueued(con).id == "e1"
        assert [executions.mark_started(con, "e1", "run-1", NOW) for _ in range(2)] == [True, True]
        assert [executions.step_event(con, "e1", "read_google", "failed", NOW, "boom") for _ in range(2)] == [
            True,
            False,
        ]
        assert [executions.fail(con, "e1", "boom", NOW, "run-1") for _ in range(2)] == [True, False]
        assert _types(con) == ["workflow.requested", "workflow.started", "workflow.stage", "workflow.failed"]


def test_a_second_run_does_not_get_an_execution(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        assert executions.mark_started(con, "e1", "run-1", NOW)
        assert not executions.mark_started(con, "e1", "run-2", NOW)
        assert executions.get(con, "e1").run_id == "run-1"
        with pytest.raises(RefusedError, match="e1 belongs to run run-1, not to run-2"):
            executions.complete(con, "e1", {}, NOW, "run-2")


def test_what_has_ended_does_not_move_again(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        with pytest.raises(RefusedError, match="e1: a pending execution cannot become completed"):
            executions.complete(con, "e1", {}, NOW)
        executions.mark_started(con, "e1", "run-1", NOW)
        executions.complete(con, "e1", {}, NOW)
        with pytest.raises(
            RefusedError, match="e1: the execution is completed, which is final: it cannot become failed"
        ):
            executions.fail(con, "e1", "late", LATER)
        with pytest.raises(RefusedError, match="e1 is completed: it cannot be cancelled"):
            executions.cancel(con, "e1", LATER, "api")
        with pytest.raises(RefusedError, match="e1 is completed: it cannot start"):
            executions.mark_started(con, "e1", "run-2", LATER)
        assert not executions.step_event(con, "e1", "judge_all", "started", LATER)
        with pytest.raises(NotFoundError, match="there is no execution 'e9'"):
            executions.mark_started(con, "e9", "run-1", NOW)


def test_what_waits_is_cancelled_at_once_and_what_runs_is_asked(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con, "waits")
        assert [executions.cancel(con, "waits", NOW, "api") for _ in range(2)] == ["cancelled"] * 2
        with pytest.raises(RefusedError, match="waits is cancelled: it cannot start"):
            executions.mark_started(con, "waits", "run-0", LATER)
        _enqueued(con, "runs")
        executions.mark_started(con, "runs", "run-1", NOW)
        executions.step_event(con, "runs", "read_google", "started", NOW)
        assert [executions.cancel(con, "runs", at, "api") for at in (NOW, LATER)] == ["running"] * 2
        assert executions.get(con, "runs").cancel_requested_at == NOW
        assert executions.mark_cancelled(con, "runs", "cancelled by api", LATER, "run-1")
        stopped = executions.get(con, "runs")
        assert (stopped.status, [s["status"] for s in stopped.stages]) == (
            "cancelled", ["failed", "skipped", "skipped"],
        )  # fmt: skip
        assert [e.type for e in events.about(con, "runs")][2:] == [
            "workflow.stage", "workflow.cancelling", "workflow.cancelled",
        ]  # fmt: skip


def test_time_runs_out_only_for_what_runs(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con, "waits")
        _enqueued(con, "runs")
        _enqueued(con, "endless", timeout_seconds=None)
        for name in ("runs", "endless"):
            executions.mark_started(con, name, f"run-{name}", NOW)
        assert executions.overdue(con, NOW + timedelta(seconds=60)) == []
        assert [e.id for e in executions.overdue(con, NOW + timedelta(seconds=61))] == ["runs"]
        assert not executions.time_out(con, "runs", NOW + timedelta(seconds=60))
        assert [executions.time_out(con, "runs", LATER) for _ in range(2)] == [True, False]
        assert executions.get(con, "runs").error == "timed out: it ran for 90 s and may take 60 s"
        assert not executions.time_out(con, "waits", LATER)


def test_a_stage_is_told_of_once_for_each_status_whatever_its_steps_say(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        executions.mark_started(con, "e1", "run-1", NOW)
        for step, happened in (
            ("read_google", "succeeded"), ("read_google", "started"), ("read_meta", "started"),
            ("read_meta", "succeeded"), ("read_meta", "succeeded"),
        ):  # fmt: skip
            executions.step_event(con, "e1", step, happened, LATER)  # type: ignore[arg-type]
        assert not executions.step_event(con, "e1", "unheard_of", "started", NOW)
        told = [(e.data["stage"], e.data["status"]) for e in events.since(con, 0, types=["workflow.stage"])]
    assert told == [("read", "running"), ("read", "succeeded")]


def test_steps_recorded_together_leave_what_they_leave_one_by_one(store: Store) -> None:
    happened = [
        StepReport("read_google", "started", NOW),
        StepReport("read_meta", "started", NOW + timedelta(seconds=1)),
        StepReport("read_google", "succeeded", NOW + timedelta(seconds=2)),
        StepReport("read_meta", "succeeded", NOW + timedelta(seconds=3)),
        StepReport("judge_all", "failed", LATER, "no budget"),
    ]
    with store.writing() as con:
        for name in ("single", "together"):
            _enqueued(con, name)
            executions.mark_started(con, name, f"run-{name}", NOW)
        for one in happened:
            executions.step_event(con, "single", one.step, one.event, one.at, one.error)
        assert executions.step_events(con, "together", happened)
        assert not executions.step_events(con, "together", happened)
        told = [[(e.type, e.at, e.data) for e in events.about(con, name)[2:]] for name in ("single", "together")]
        assert told[0] == told[1]
        assert len(told[0]) == 3
        assert executions.get(con, "single").stages == executions.get(con, "together").stages


def test_the_steps_of_a_run_may_be_known_only_when_it_starts(store: Store) -> None:
    with store.writing() as con:
        executions.enqueue(con, workflow_id="w", parameters={}, requested_by="cli", at=NOW, new_id=lambda: "e1")
        executions.mark_started(con, "e1", "run-1", NOW, _STAGES)
        assert executions.step_event(con, "e1", "judge_all", "failed", LATER, "no budget")
        assert executions.get(con, "e1").stages[1]["error"] == "no budget"


def test_a_result_that_json_cannot_say_is_refused_and_the_execution_goes_on(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        executions.mark_started(con, "e1", "run-1", NOW)
        for wrong in (float("nan"), float("inf"), NOW):
            with pytest.raises(InvalidError, match=r"^result: cannot be stored as JSON"):
                executions.complete(con, "e1", {"roas": wrong}, NOW)
        assert executions.get(con, "e1").status == "running"


_MOVES: dict[str, Callable[[Connection], object]] = {
    "start": lambda con: executions.mark_started(con, "e1", "run-1", NOW),
    "start elsewhere": lambda con: executions.mark_started(con, "e1", "run-2", NOW),
    "step": lambda con: executions.step_event(con, "e1", "read_google", "started", NOW),
    "complete": lambda con: executions.complete(con, "e1", {}, LATER),
    "fail": lambda con: executions.fail(con, "e1", "boom", LATER),
    "cancel": lambda con: executions.cancel(con, "e1", LATER, "cli"),
    "cancelled": lambda con: executions.mark_cancelled(con, "e1", "stopped", LATER),
    "time out": lambda con: executions.time_out(con, "e1", LATER),
}


@given(st.lists(st.sampled_from(sorted(_MOVES)), max_size=8))
@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_of_moves_an_execution_starts_once_and_ends_once(store: Store, moves: list[str]) -> None:
    with store.writing() as con:
        savepoint = con.begin_nested()
        _enqueued(con)
        for move in moves:
            try:
                _MOVES[move](con)
            except RefusedError:
                continue
        told = [e.type for e in events.about(con, "e1")]
        execution = executions.get(con, "e1")
        savepoint.rollback()
    assert told.count("workflow.started") == (execution.started_at is not None) <= 1
    ends = [t for t in told if t in {"workflow.completed", "workflow.failed", "workflow.cancelled"}]
    assert ends == ([f"workflow.{execution.status}"] if execution.has_ended else [])
    assert execution.has_ended == (execution.finished_at is not None)
    assert execution.run_id in ({None} if execution.started_at is None else {"run-1", "run-2"})


def test_a_run_that_is_started_between_looking_and_starting_keeps_the_execution(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        with before_next_update(con, lambda: executions.mark_started(con, "e1", "run-1", NOW)):
            assert not executions.mark_started(con, "e1", "run-2", LATER)
        execution = executions.get(con, "e1")
        assert (execution.run_id, execution.started_at) == ("run-1", NOW)
        assert _types(con).count("workflow.started") == 1


def test_an_end_that_is_reached_between_looking_and_ending_stands(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        executions.mark_started(con, "e1", "run-1", NOW)
        with (
            before_next_update(con, lambda: executions.complete(con, "e1", {}, NOW)),
            pytest.raises(RefusedError, match="e1 was changed by another process at the same time"),
        ):
            executions.fail(con, "e1", "boom", LATER)
        assert executions.get(con, "e1").status == "completed"
        assert _types(con)[-1] == "workflow.completed"


def test_what_a_step_says_after_the_end_changes_nothing_of_the_stages(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con)
        executions.mark_started(con, "e1", "run-1", NOW)
        with before_next_update(con, lambda: executions.fail(con, "e1", "boom", NOW)):
            assert not executions.step_event(con, "e1", "read_google", "started", LATER)
        assert _types(con)[-1] == "workflow.failed"
        assert {stage["status"] for stage in executions.get(con, "e1").stages} == {"skipped"}
