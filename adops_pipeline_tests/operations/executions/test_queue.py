"""Promises of the queue: what goes in comes out once, whoever puts it in and whoever takes it."""

from collections import Counter
from datetime import timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import Connection

from adops_pipeline.domain.executions import begin
from adops_pipeline.operations import events, executions
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.patience import patience_seconds


def _enqueued(con: Connection, name: str, seconds: int = 0) -> Execution:
    return executions.enqueue(
        con, workflow_id="pacing-check", parameters={"platforms": ("google-ads",)}, requested_by="cli",
        at=NOW + timedelta(seconds=seconds), new_id=lambda: name,
        stages=begin([("read", "Read spend")], {"read_spend": "read"}),
        template_id="quick-pacing-check", timeout_seconds=600,
    )  # fmt: skip


def test_the_oldest_request_is_taken_first(store: Store) -> None:
    with store.writing() as con:
        for name, seconds in (("late", 5), ("early", 1), ("middle", 3)):
            _enqueued(con, name, seconds)
        executions.cancel(con, "middle", NOW, "cli")
    with store.reading() as con:
        assert [e.id for e in executions.pending(con)] == ["early", "late"]
        assert [e.id for e in executions.pending(con, limit=1)] == ["early"]
        assert list(executions.active(con).items()) == [("early", "pending"), ("late", "pending")]
        assert [e.id for e in executions.latest(con)] == ["late", "middle", "early"]
        assert [e.id for e in executions.latest(con, status="cancelled")] == ["middle"]
        assert executions.latest(con, workflow_id="anomaly-scan") == []


def test_a_request_that_is_repeated_is_one_execution(store: Store) -> None:
    with store.writing() as con:
        assert _enqueued(con, "same") == _enqueued(con, "same")
        with pytest.raises(RefusedError, match="same exists already and requests something else"):
            executions.enqueue(
                con, workflow_id="anomaly-scan", parameters={}, requested_by="cli", at=NOW, new_id=lambda: "same"
            )
        assert len(events.since(con, 0)) == 1


def test_what_cannot_be_is_refused_by_field(store: Store) -> None:
    with store.writing() as con:
        with pytest.raises(InvalidError, match=r"^timeout_seconds: must be positive, got 0"):
            executions.enqueue(con, workflow_id="w", parameters={}, requested_by="cli", at=NOW, timeout_seconds=0)
        with pytest.raises(InvalidError, match=r"^requested_by: must be one of api, cli"):
            executions.enqueue(con, workflow_id="w", parameters={}, requested_by="nobody", at=NOW)  # type: ignore[arg-type]


def test_a_failed_execution_is_retried_once_with_the_same_parameters(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con, "first")
        with pytest.raises(
            RefusedError, match="first: only a failed or cancelled execution can be retried; this one is pending"
        ):
            executions.retry(con, "first", requested_by="api", at=NOW)
        executions.mark_started(con, "first", "run-1", NOW)
        executions.step_event(con, "first", "read_spend", "started", NOW)
        executions.fail(con, "first", "boom", NOW)
        again = executions.retry(con, "first", requested_by="api", at=NOW, new_id=lambda: "second")
        assert (again.status, again.attempt, again.retry_of) == ("pending", 2, "first")
        assert (again.parameters, again.template_id) == ({"platforms": ["google-ads"]}, "quick-pacing-check")
        assert [s["status"] for s in again.stages] == ["pending"]
        with pytest.raises(RefusedError, match="first was retried already, as second"):
            executions.retry(con, "first", requested_by="api", at=NOW)
        executions.cancel(con, "second", NOW, "api")
        assert executions.retry(con, "second", requested_by="api", at=NOW).attempt == 3


def test_a_run_that_nobody_asked_for_gets_its_row_once(store: Store) -> None:
    with store.writing() as con:
        rows = [
            executions.record_foreign(
                con, run_id="run-7", workflow_id="sync-platforms", parameters={}, requested_by="schedule", at=NOW
            )
            for _ in range(2)
        ]
        assert rows[0] == rows[1]
        assert (rows[0].id, rows[0].status, rows[0].requested_by) == ("run-7", "running", "schedule")
        assert executions.complete(con, "run-7", {}, NOW, "run-7")
        assert [e.type for e in events.since(con, 0)] == ["workflow.started", "workflow.completed"]


def test_the_run_of_an_enqueued_execution_gets_no_second_row(store: Store) -> None:
    with store.writing() as con:
        _enqueued(con, "asked")
        executions.mark_started(con, "asked", "run-1", NOW)
        row = executions.record_foreign(
            con, run_id="run-1", workflow_id="pacing-check", parameters={}, requested_by="dagster-ui", at=NOW
        )
        assert row.id == "asked"
        assert executions.find(con, run_id="run-1") == row
        assert len(executions.latest(con)) == 1


def _enqueue_and_claim(url: str, worker: int, each: int, gate: Barrier, results: "Queue[list[str]]") -> None:
    """Enqueue ``each`` executions; when every process has, start whatever is pending until nothing is."""
    claimed = []
    with Store(url, patience_seconds()) as store:
        for n in range(each):
            with store.writing() as con:
                _enqueued(con, f"w{worker}-{n}")
        gate.wait(patience_seconds())
        while True:
            with store.reading() as con:
                waiting = executions.pending(con, limit=10)
            if not waiting:
                break
            for execution in waiting:
                with store.writing() as con:
                    if executions.mark_started(con, execution.id, f"run-{worker}-{execution.id}", NOW):
                        claimed.append(execution.id)
    results.put(claimed)


@pytest.mark.parametrize(("workers", "each"), [(4, 8), pytest.param(8, 25, marks=pytest.mark.slow)])
def test_executions_from_several_processes_are_started_once_each(
    workers: int, each: int, store: Store, url: str
) -> None:
    total = workers * each
    server = processes.context()
    gate = server.Barrier(workers)
    results: Queue[list[str]] = server.Queue()
    children = [server.Process(target=_enqueue_and_claim, args=(url, n, each, gate, results)) for n in range(workers)]
    for process in children:
        process.start()
    claims = Counter(name for _ in children for name in results.get(timeout=patience_seconds()))
    for process in children:
        process.join(patience_seconds())
    assert (len(claims), set(claims.values())) == (total, {1})
    with store.reading() as con:
        told = events.since(con, 0, limit=2 * total)
    assert Counter(e.type for e in told) == {"workflow.requested": total, "workflow.started": total}
    assert [e.seq for e in told] == sorted({e.seq for e in told})
