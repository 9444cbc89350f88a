"""Creates executions: requests, retries, and runs that nobody requested. Each row comes with its first event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from adops_pipeline.domain.executions import (
    SOURCES,
    Source,
    StageProgress,
    StepProgress,
    read_stage,
    refuse_retry,
    stage_document,
)
from adops_pipeline.operations.documents import as_stored, document
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.operations.executions.model import Execution
from adops_pipeline.operations.executions.queries import find, get
from adops_pipeline.operations.executions.stage_events import tell
from adops_pipeline.operations.schema import workflow_executions as table
from adops_pipeline.operations.statements import NewId, insert_or_ignore, random_id


def enqueue(
    con: Connection,
    *,
    workflow_id: str,
    parameters: Mapping[str, Any],
    requested_by: Source,
    at: datetime,
    stages: Sequence[StageProgress] = (),
    template_id: str | None = None,
    timeout_seconds: int | None = None,
    new_id: NewId = random_id,
) -> Execution:
    """Put an execution into the queue; ``parameters`` are validated already.

    If ``new_id`` gives a known id, the same request returns the existing execution, so that a caller without an answer
    can repeat it; a different request is refused.
    """
    execution_id = new_id()
    row = {
        **_first(workflow_id, parameters, requested_by, at, stages, timeout_seconds),
        "id": execution_id,
        "template_id": template_id,
    }
    inserted = insert_or_ignore(con, table, row)
    execution = get(con, execution_id)
    if inserted:
        tell(con, execution, "requested", at, {"requested_by": requested_by})
    elif (execution.workflow_id, execution.parameters) != (workflow_id, as_stored(row["parameters"])):
        raise RefusedError(f"execution {execution_id} exists already and requests something else")
    return execution


def record_foreign(
    con: Connection,
    *,
    run_id: str,
    workflow_id: str,
    parameters: Mapping[str, Any],
    requested_by: Source,
    at: datetime,
    stages: Sequence[StageProgress] = (),
    timeout_seconds: int | None = None,
) -> Execution:
    """Record a run that nobody requested (Dagster's web UI, a schedule) as running, under the run's own id.

    A run that is recorded already, also for a requested execution, is returned unchanged.
    """
    row = {
        **_first(workflow_id, parameters, requested_by, at, stages, timeout_seconds),
        "id": run_id, "run_id": run_id, "status": "running", "started_at": at,
    }  # fmt: skip
    inserted = insert_or_ignore(con, table, row)
    execution = find(con, run_id=run_id)
    if execution is None:
        raise RefusedError(f"run {run_id} has the id of another execution")
    if inserted:
        tell(con, execution, "started", at, {"run_id": run_id, "requested_by": requested_by})
    return execution


def retry(
    con: Connection, execution_id: str, *, requested_by: Source, at: datetime, new_id: NewId = random_id
) -> Execution:
    """Request a failed or cancelled execution again with the same parameters; each can be retried once."""
    failed = get(con, execution_id)
    reason = refuse_retry(failed.status)
    if reason is not None:
        raise RefusedError(f"{execution_id}: {reason}")
    stages = [_afresh(read_stage(document)) for document in failed.stages]
    row = {
        **_first(failed.workflow_id, failed.parameters, requested_by, at, stages, failed.timeout_seconds),
        "id": new_id(), "template_id": failed.template_id, "attempt": failed.attempt + 1, "retry_of": failed.id,
    }  # fmt: skip
    if not insert_or_ignore(con, table, row):
        again = con.execute(select(table.c.id).where(table.c.retry_of == failed.id)).scalar()
        if again is None:
            raise RefusedError(f"the id {row['id']} is taken")
        raise RefusedError(f"execution {execution_id} was retried already, as {again}")
    execution = get(con, row["id"])
    tell(con, execution, "requested", at, {"requested_by": requested_by, "retry_of": failed.id})
    return execution


def _afresh(stage: StageProgress) -> StageProgress:
    """The stage before its start."""
    return StageProgress(stage.name, stage.title, {key: StepProgress() for key in stage.steps})


def _first(
    workflow_id: str,
    parameters: Mapping[str, Any],
    requested_by: str,
    at: datetime,
    stages: Sequence[StageProgress],
    timeout_seconds: int | None,
) -> dict[str, Any]:
    """Columns of every new row."""
    if requested_by not in SOURCES:
        raise InvalidError("requested_by", f"must be one of {', '.join(SOURCES)}, got {requested_by!r}")
    if timeout_seconds is not None and timeout_seconds <= 0:
        raise InvalidError("timeout_seconds", f"must be positive, got {timeout_seconds}")
    return {
        "workflow_id": workflow_id, "parameters": document("parameters", parameters), "status": "pending", "attempt": 1,
        "requested_by": requested_by, "requested_at": at, "timeout_seconds": timeout_seconds,
        "stages": [stage_document(stage) for stage in stages],
    }  # fmt: skip
