"""How an execution moves: pending → running → completed, failed or cancelled.

Every move is one guarded UPDATE with its event in the same transaction: of two that try the same move one makes it, a
move that was made already changes nothing (False), one that is impossible is refused with the reason.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.executions.reading import get
from adops_pipeline.operations.executions.record import StageEvent, Status
from adops_pipeline.operations.executions.stages import after, closed
from adops_pipeline.operations.executions.telling import tell
from adops_pipeline.operations.schema import workflow_executions as table


def mark_started(con: Connection, execution_id: str, run_id: str, at: datetime) -> bool:
    """Pending → running, in ``run_id``. True also for the run that holds it already, False for any other run.

    Refused for an execution that has ended: its run must do nothing.
    """
    moved = _move(con, execution_id, {Status.PENDING}, {"status": Status.RUNNING, "run_id": run_id, "started_at": at})
    execution = get(con, execution_id)
    if moved:
        tell(con, execution, "started", at, {"run_id": run_id})
        return True
    if execution.has_ended:
        raise RefusedError(f"execution {execution_id} is {execution.status}: it cannot start")
    return execution.run_id == run_id


def stage_event(
    con: Connection, execution_id: str, stage: str, happened: StageEvent, at: datetime, error: str | None = None
) -> bool:
    """Note what happened to a stage of a running execution; whether that was news.

    What comes late (the stage or the execution is further on) or twice changes nothing.
    """
    execution = get(con, execution_id)
    stages = after(execution.stages, stage, happened, at, error)
    if execution.status is not Status.RUNNING or stages is None:
        return False
    _move(con, execution_id, {Status.RUNNING}, {"stages": stages})
    now = next(s for s in stages if s["name"] == stage)
    data = {"stage": stage, "title": now["title"], "status": now["status"], "seconds": now["seconds"]}
    tell(con, execution, "stage", at, data | ({"error": error} if error else {}), once=f"stage:{stage}:{happened}")
    return True


def complete(
    con: Connection, execution_id: str, result: Mapping[str, Any], at: datetime, run_id: str | None = None
) -> bool:
    """Running → completed with its result; whether it was this call that did it."""
    values = {"result": dict(result)}
    summary = {"summary": result["summary"]} if isinstance(result.get("summary"), str) else {}
    return _end(con, execution_id, Status.COMPLETED, {Status.RUNNING}, at, values, summary, run_id)


def fail(con: Connection, execution_id: str, error: str, at: datetime, run_id: str | None = None) -> bool:
    """Running, or pending and impossible to start, → failed; whether it was this call that did it."""
    start = {Status.RUNNING, Status.PENDING}
    return _end(con, execution_id, Status.FAILED, start, at, {"error": error}, {"error": error}, run_id)


def cancel(con: Connection, execution_id: str, at: datetime, by: str) -> Status:
    """Cancel what is pending at once; ask what is running to stop (`mark_cancelled` when it has). The status after.

    Asking twice changes nothing; what has completed or failed cannot be cancelled.
    """
    reason = f"cancelled by {by}"
    values = {"status": Status.CANCELLED, "finished_at": at, "error": reason}
    if _move(con, execution_id, {Status.PENDING}, values):
        tell(con, get(con, execution_id), "cancelled", at, {"error": reason})
        return Status.CANCELLED
    execution = get(con, execution_id)
    if execution.status in {Status.COMPLETED, Status.FAILED}:
        raise RefusedError(f"execution {execution_id} is {execution.status}: it cannot be cancelled")
    if execution.status is Status.RUNNING and execution.cancel_requested_at is None:
        _move(con, execution_id, {Status.RUNNING}, {"cancel_requested_at": at})
        tell(con, execution, "cancelling", at, {"by": by})
    return execution.status


def mark_cancelled(con: Connection, execution_id: str, reason: str, at: datetime, run_id: str | None = None) -> bool:
    """Running → cancelled, because its run has stopped; whether it was this call that did it."""
    said = {"error": reason}
    return _end(con, execution_id, Status.CANCELLED, {Status.RUNNING}, at, said, said, run_id)


def time_out(con: Connection, execution_id: str, at: datetime) -> bool:
    """Running for longer than it may → failed; False when it has ended or has time left."""
    execution = get(con, execution_id)
    if not execution.is_overdue(at):
        return False
    return fail(con, execution_id, f"timed out after {execution.timeout_seconds} s", at)


def _end(
    con: Connection,
    execution_id: str,
    status: Status,
    start: Collection[Status],
    at: datetime,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    run_id: str | None,
) -> bool:
    """Move to an end. The run that ends it must be the run that it has."""
    execution = get(con, execution_id)
    if run_id is not None and execution.run_id not in {None, run_id}:
        raise RefusedError(f"execution {execution_id} belongs to run {execution.run_id}, not to {run_id}")
    if execution.status is status:
        return False
    if execution.status not in start:
        raise RefusedError(f"execution {execution_id} is {execution.status}: it cannot become {status}")
    stages = closed(execution.stages, status, at)
    if not _move(con, execution_id, start, {**values, "status": status, "finished_at": at, "stages": stages}):
        raise RefusedError(f"execution {execution_id} has just been moved on by somebody else")
    ended = get(con, execution_id)
    tell(con, ended, status.value, at, {"seconds": ended.seconds, **data})
    return True


def _move(con: Connection, execution_id: str, start: Collection[Status], values: Mapping[str, Any]) -> bool:
    """The guarded update: only from one of the given statuses."""
    query = update(table).where(table.c.id == execution_id, table.c.status.in_(start)).values(**values)
    return con.execute(query).rowcount == 1
