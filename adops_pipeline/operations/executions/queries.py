"""Queries of executions."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from adops_pipeline.domain.executions import Status
from adops_pipeline.operations.executions.model import Execution
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import workflow_executions as table

_COLUMNS = [table.c[name] for name in Execution.__dataclass_fields__]


def get(con: Connection, execution_id: str) -> Execution:
    """The execution. Raises NotFoundError if there is none."""
    return _execution(row_of(con, table, execution_id, "execution", _COLUMNS))


def find(con: Connection, *, run_id: str | None = None, execution_id: str | None = None) -> Execution | None:
    """The execution of a run, or by its own id, if there is one."""
    is_it = table.c.id == execution_id if run_id is None else table.c.run_id == run_id
    row = con.execute(select(*_COLUMNS).where(is_it)).mappings().one_or_none()
    return None if row is None else _execution(row)


def pending(con: Connection, limit: int = 100) -> list[Execution]:
    """Executions that wait for a run, oldest first."""
    query = select(*_COLUMNS).where(table.c.status == "pending")
    rows = con.execute(query.order_by(table.c.requested_at, table.c.id).limit(limit)).mappings()
    return [_execution(row) for row in rows]


def active(con: Connection) -> dict[str, Status]:
    """Ids and statuses of executions that have not ended, oldest first."""
    query = select(table.c.id, table.c.status).where(table.c.status.in_(["pending", "running"]))
    return {row.id: row.status for row in con.execute(query.order_by(table.c.requested_at, table.c.id))}


def latest(
    con: Connection, limit: int = 50, *, status: Status | None = None, workflow_id: str | None = None, offset: int = 0
) -> list[Execution]:
    """Executions, newest first; only of a status or workflow if given."""
    query = select(*_COLUMNS).order_by(table.c.requested_at.desc(), table.c.id.desc()).limit(limit).offset(offset)
    if status is not None:
        query = query.where(table.c.status == status)
    if workflow_id is not None:
        query = query.where(table.c.workflow_id == workflow_id)
    return [_execution(row) for row in con.execute(query).mappings()]


def counts(con: Connection) -> dict[Status, tuple[int, datetime]]:
    """Number of executions and time of the oldest request, by status; statuses without executions are left out."""
    query = select(table.c.status, func.count(), func.min(table.c.requested_at)).group_by(table.c.status)
    return {status: (number, oldest) for status, number, oldest in con.execute(query)}


def those(con: Connection, ids: Collection[str]) -> list[Execution]:
    """Executions with these ids, in no particular order; unknown ids are left out."""
    return [_execution(row) for row in con.execute(select(*_COLUMNS).where(table.c.id.in_(ids))).mappings()]


def overdue(con: Connection, now: datetime) -> list[Execution]:
    """Running executions that have used up their time."""
    query = select(*_COLUMNS).where(table.c.status == "running", table.c.timeout_seconds.is_not(None))
    running = (_execution(row) for row in con.execute(query).mappings())
    return [execution for execution in running if execution.time_out_reason(now)]


def _execution(row: Mapping[Any, Any]) -> Execution:
    return Execution(**row)
