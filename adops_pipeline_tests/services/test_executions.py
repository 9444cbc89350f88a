"""Promises of a run about its execution: one row whoever started it, stages as they happen, an end with its reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline.clock import Clock
from adops_pipeline.domain.workflows import WORKFLOWS, find_workflow
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.operations import events, executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline.services.errors import RefusedError
from adops_pipeline.services.executions import (
    EXECUTION_TAG,
    SOURCE_TAG,
    Executions,
    RunIdentity,
    WorkflowRun,
    stages_of,
)

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
PACING = find_workflow("pacing-check")


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{data_dir}/operations.db") as opened:
        yield opened


def _run(store: Store, execution_id: str | None = None, run_id: str = "run-1") -> WorkflowRun:
    ticks = (NOW + timedelta(seconds=second) for second in range(100))
    return Executions(lambda: store, lambda: next(ticks)).run(PACING, RunIdentity(run_id, execution_id, "cli"))


def _execution(store: Store, execution_id: str) -> Execution:
    with store.reading() as con:
        return executions.get(con, execution_id)


def _requested(store: Store) -> str:
    return _executions(store).request(resolve_request(PACING.id), requested_by="api").id


def _executions(store: Store) -> Executions:
    return Executions(lambda: store, lambda: NOW)


@pytest.mark.parametrize(
    ("tags", "execution_id", "source"),
    [
        ({}, None, "dagster-ui"),
        ({SOURCE_TAG: "cli"}, None, "cli"),
        ({"dagster/schedule_name": "weekly_report_schedule"}, None, "schedule"),
        ({EXECUTION_TAG: "e1"}, "e1", "dagster-ui"),
    ],
)
def test_a_runs_tags_say_whose_it_is(tags: dict[str, str], execution_id: str | None, source: str) -> None:
    assert RunIdentity.of("run-1", tags) == RunIdentity("run-1", execution_id, source)  # type: ignore[arg-type]


def test_every_workflow_begins_with_its_stages_pending() -> None:
    for workflow in WORKFLOWS.values():
        stages = stages_of(workflow)
        assert [stage.name for stage in stages] == [stage.name for stage in workflow.stages]
        assert {stage.status for stage in stages} == {"pending"}


def test_a_run_that_nobody_enqueued_gets_a_row_under_its_own_id(store: Store) -> None:
    run = _run(store)
    run.start({"lookbackDays": 7})
    found = _execution(store, "run-1")
    assert (found.status, found.run_id, found.requested_by) == ("running", "run-1", "cli")
    assert (found.parameters, found.timeout_seconds) == ({"lookbackDays": 7}, PACING.timeout_seconds)


def test_of_two_runs_of_one_execution_the_second_must_do_nothing(store: Store) -> None:
    asked = _requested(store)
    _run(store, asked, "run-1").start({})
    _run(store, asked, "run-1").start({})  # the same run may say so again
    with pytest.raises(RefusedError, match="belongs to another run"):
        _run(store, asked, "run-2").start({})
    assert _execution(store, asked).run_id == "run-1"


def test_stages_are_told_as_they_begin_and_end(store: Store) -> None:
    run = _run(store)
    run.start({})
    first, *others = (stage.name for stage in PACING.stages)
    with run.stage(first):
        assert _execution(store, "run-1").stages[0]["status"] == "running"
    found = _execution(store, "run-1")
    assert found.stages[0]["status"] == "succeeded"
    assert found.stages[0]["seconds"] == 1.0
    assert {stage["status"] for stage in found.stages[1:]} == ({"pending"} if others else set())
    with store.reading() as con:
        told = [(e.data["stage"], e.data["status"]) for e in events.about(con, "run-1") if e.type == "workflow.stage"]
    assert told == [(first, "running"), (first, "succeeded")]


def test_a_stage_that_fails_ends_the_execution_with_its_reason_in_one_line_and_goes_on(store: Store) -> None:
    run = _run(store)
    run.start({})
    with pytest.raises(ValueError, match="no budgets"), run.stage(PACING.stages[0].name):
        raise ValueError("no budgets\n  to pace")
    found = _execution(store, "run-1")
    assert (found.status, found.error) == ("failed", "no budgets to pace")
    assert (found.stages[0]["status"], found.stages[0]["error"]) == ("failed", "no budgets to pace")


def test_an_error_without_words_is_named_by_its_kind(store: Store) -> None:
    run = _run(store)
    run.start({})
    with pytest.raises(KeyError), run.stage(PACING.stages[0].name):
        raise KeyError
    assert _execution(store, "run-1").error == "KeyError"


def _clock_at(moment: datetime) -> Clock:
    return lambda: moment


def test_an_execution_beyond_its_time_is_failed_once_with_the_reason(store: Store) -> None:
    _run(store).start({})
    in_time, too_late = (
        Executions(lambda: store, _clock_at(NOW + timedelta(seconds=seconds)))
        for seconds in (PACING.timeout_seconds, 3 * PACING.timeout_seconds)
    )
    assert not in_time.time_out()
    assert [one.id for one in too_late.time_out()] == ["run-1"]
    found = _execution(store, "run-1")
    assert (found.status, str(found.error)[:10]) == ("failed", "timed out:")
    assert not too_late.time_out()


def test_a_request_waits_with_its_parameters_stages_template_and_time_limit(store: Store) -> None:
    request = resolve_request("month-end-close", {"lookbackDays": 3})
    found = _executions(store).request(request, requested_by="agent")
    assert (found.status, found.workflow_id, found.template_id) == ("pending", PACING.id, "month-end-close")
    assert (found.requested_by, found.timeout_seconds) == ("agent", PACING.timeout_seconds)
    assert found.parameters["lookbackDays"] == 3
    assert [stage["name"] for stage in found.stages] == [stage.name for stage in PACING.stages]
    assert _execution(store, found.id) == found


def test_the_stages_of_a_sync_are_unknown_until_its_run_has_steps(store: Store) -> None:
    assert _executions(store).request(resolve_request("sync-platforms"), requested_by="api").stages == []


def test_the_same_key_from_the_same_source_is_one_execution(store: Store) -> None:
    service, request = _executions(store), resolve_request(PACING.id)
    first = service.request(request, requested_by="api", key="order-66")
    assert service.request(request, requested_by="api", key="order-66") == first
    others = [
        service.request(request, requested_by="api", key="order-67"),
        service.request(request, requested_by="webhook", key="order-66"),
        service.request(request, requested_by="api"),
        service.request(request, requested_by="api"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 5


def test_a_key_that_was_used_for_other_parameters_is_refused(store: Store) -> None:
    service = _executions(store)
    service.request(resolve_request(PACING.id), requested_by="api", key="order-66")
    with pytest.raises(RefusedError, match="requests something else"):
        service.request(resolve_request(PACING.id, {"lookbackDays": 3}), requested_by="api", key="order-66")


def test_cancelling_ends_what_waits_and_asks_what_runs_to_stop(store: Store) -> None:
    service = _executions(store)
    waiting, running = _requested(store), _requested(store)
    _run(store, running).start({})
    assert service.cancel(waiting, by="ana").status == "cancelled"
    stopping = service.cancel(running, by="ana")
    assert (stopping.status, stopping.cancel_requested_at) == ("running", NOW)
    assert service.mark_cancelled(running, "stopped by ana").status == "cancelled"
    again = service.retry(running, requested_by="api")
    assert (again.status, again.retry_of, again.attempt) == ("pending", running, 2)
    assert [one.id for one in service.newest(status="cancelled")] == sorted([waiting, running], reverse=True)
