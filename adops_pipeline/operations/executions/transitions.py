"""Status transitions of an execution: pending → running → completed, failed or cancelled.

Each is one guarded UPDATE with its event in the same transaction: of two concurrent attempts one succeeds, a repeated
transition changes nothing (False), an impossible one is refused with the reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from adops_pipeline.domain.executions import (
    StageProgress,
    Stages,
    Status,
    StepEvent,
    StepReport,
    TransitionError,
    apply_step_event,
    check_transition,
    close,
    is_final,
    read_stage,
    stage_document,
)
from adops_pipeline.operations.documents import document
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.executions.queries import get
from adops_pipeline.operations.executions.stage_events import tell
from adops_pipeline.operations.schema import workflow_executions as table


def mark_started(
    con: Connection, execution_id: str, run_id: str, at: datetime, stages: Stages | None = None
) -> bool:  # fmt: skip
    """Pending → running in ``run_id``. True also if that run has started it before, False for any other run.

    ``stages``, if given, replace those of the request, because the steps of the run are known now. Raises RefusedError
    for an execution that has ended: its run must do nothing.
    """
    values: dict[str, Any] = {"status": "running", "run_id": run_id, "started_at": at}
    if stages is not None:
        values["stages"] = [stage_document(stage) for stage in stages]
    moved = _move(con, execution_id, {"pending"}, values)
    execution = get(con, execution_id)
    if moved:
        tell(con, execution, "started", at, {"run_id": run_id})
    elif is_final(execution.status):
        raise RefusedError(f"execution {execution_id} is {execution.status}: it cannot start")
    return execution.run_id == run_id


def step_event(
    con: Connection, execution_id: str, step_key: str, event: StepEvent, at: datetime, error: str | None = None
) -> bool:
    """Record what happened to a step of a running execution; whether anything changed."""
    return step_events(con, execution_id, [StepReport(step_key, event, at, error)])


def step_events(con: Connection, execution_id: str, reports: Iterable[StepReport]) -> bool:
    """Record what happened to steps of a running execution, in this order; whether anything changed.

    ``workflow.stage`` is recorded once for each status a stage reaches. A late or repeated event changes nothing.
    """
    execution = get(con, execution_id)
    before = after = _stages(execution.stages)
    reached: list[tuple[StageProgress, datetime]] = []
    for report in reports:
        known = after
        after = apply_step_event(known, report.step, report.event, report.at, report.error)
        reached += [(new, report.at) for old, new in zip(known, after, strict=True) if old.status != new.status]
    if execution.status != "running" or after == before:
        return False
    if not _move(con, execution_id, {"running"}, {"stages": [stage_document(stage) for stage in after]}):
        return False
    for stage, at in reached:
        data = {"stage": stage.name, "title": stage.title, "status": stage.status, "seconds": stage.seconds}
        said = {"error": stage.error} if stage.error else {}
        tell(con, execution, "stage", at, data | said, once=f"stage:{stage.name}:{stage.status}")
    return True


def complete(
    con: Connection, execution_id: str, result: Mapping[str, Any], at: datetime, run_id: str | None = None
) -> bool:
    """Running → completed with its result; whether this call did it."""
    values = {"result": document("result", result)}
    summary = {"summary": result["summary"]} if isinstance(result.get("summary"), str) else {}
    return _end(con, execution_id, "completed", at, values, summary, run_id)


def fail(con: Connection, execution_id: str, error: str, at: datetime, run_id: str | None = None) -> bool:
    """Running, or pending and impossible to start, → failed; whether this call did it."""
    return _end(con, execution_id, "failed", at, {"error": error}, {"error": error}, run_id)


def cancel(con: Connection, execution_id: str, at: datetime, by: str) -> Status:
    """Cancel a pending execution at once, or ask a running one to stop (then `mark_cancelled`). The new status.

    A second request changes nothing; a completed or failed execution cannot be cancelled.
    """
    execution = get(con, execution_id)
    if execution.status == "pending":
        reason = f"cancelled by {by}"
        _end(con, execution_id, "cancelled", at, {"error": reason}, {"error": reason}, None)
        return "cancelled"
    if execution.status in {"completed", "failed"}:
        raise RefusedError(f"execution {execution_id} is {execution.status}: it cannot be cancelled")
    if execution.status == "running" and execution.cancel_requested_at is None:
        _move(con, execution_id, {"running"}, {"cancel_requested_at": at})
        tell(con, execution, "cancelling", at, {"by": by})
    return execution.status


def mark_cancelled(con: Connection, execution_id: str, reason: str, at: datetime, run_id: str | None = None) -> bool:
    """Running → cancelled, because its run has stopped; whether this call did it."""
    return _end(con, execution_id, "cancelled", at, {"error": reason}, {"error": reason}, run_id)


def time_out(con: Connection, execution_id: str, at: datetime) -> bool:
    """Running beyond its time limit → failed; False if it has ended or has time left."""
    execution = get(con, execution_id)
    reason = execution.time_out_reason(at)
    return reason is not None and fail(con, execution_id, reason, at)


def _end(
    con: Connection,
    execution_id: str,
    status: Status,
    at: datetime,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    run_id: str | None,
) -> bool:
    """Move to a final status. Only the execution's own run may end it."""
    execution = get(con, execution_id)
    if run_id is not None and execution.run_id not in {None, run_id}:
        raise RefusedError(f"execution {execution_id} belongs to run {execution.run_id}, not to {run_id}")
    if execution.status == status:
        return False
    try:
        check_transition(execution.status, status)
    except TransitionError as error:
        raise RefusedError(f"{execution_id}: {error}") from None
    stages = close(_stages(execution.stages), status, at, values.get("error"))
    documents = [stage_document(stage) for stage in stages]
    ended = {**values, "status": status, "finished_at": at, "stages": documents}
    if not _move(con, execution_id, {execution.status}, ended):
        raise RefusedError(f"execution {execution_id} was changed by another process at the same time")
    execution = get(con, execution_id)
    tell(con, execution, status, at, {"seconds": execution.seconds, **data})
    return True


def _stages(documents: Sequence[Mapping[str, Any]]) -> Stages:
    return tuple(read_stage(document) for document in documents)


def _move(con: Connection, execution_id: str, start: Collection[Status], values: Mapping[str, Any]) -> bool:
    """The guarded update: only from one of the given statuses."""
    query = update(table).where(table.c.id == execution_id, table.c.status.in_(start)).values(**values)
    return con.execute(query).rowcount == 1
