"""Events of executions, in the format that consumers expect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from adops_pipeline.operations import events
from adops_pipeline.operations.executions.model import Execution


def tell(
    con: Connection,
    execution: Execution,
    what: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    once: str | None = None,
) -> None:
    """Append ``workflow.<what>``; ``once`` distinguishes events that may happen several times (stages)."""
    events.append(
        con,
        f"workflow.{what}",
        at=at,
        subject=execution.id,
        project_id=execution.project_id,
        data={"workflow": execution.workflow_id, "attempt": execution.attempt, **(data or {})},
        event_id=f"{execution.id}:{once or what}",
    )
