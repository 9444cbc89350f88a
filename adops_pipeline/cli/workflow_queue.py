"""The queue from the command line: asking for an execution, and following one that somebody else runs."""

import time
from collections.abc import Callable

from adops_pipeline.cli.workflow_input import Order
from adops_pipeline.cli.workflow_progress import StageLines
from adops_pipeline.domain.workflows import to_document
from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.services.executions import stages_of
from adops_pipeline.wiring import Services

_LOOK_EVERY_SECONDS = 0.5
_PATIENCE_SECONDS = 15.0


def enqueue(services: Services, order: Order) -> Execution:
    """Put a workflow into the queue; the daemon of `adops up` starts it."""
    workflow = order.workflow
    with services.store.writing() as con:
        return executions.enqueue(
            con,
            workflow_id=workflow.id,
            parameters=to_document(order.parameters),
            requested_by="cli",
            at=services.clock(),
            stages=() if workflow.is_sync else stages_of(workflow),
            template_id=order.template.id if order.template else None,
            timeout_seconds=workflow.timeout_seconds,
        )


def follow(
    services: Services,
    execution_id: str,
    lines: StageLines,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Execution:
    """Show an execution's stages until it has ended; says so when nobody seems to start it."""
    began, has_hinted = monotonic(), False
    while True:
        with services.store.reading() as con:
            execution = executions.get(con, execution_id)
        lines.show(execution.stages)
        if execution.has_ended:
            return execution
        if execution.status == "pending":
            lines.under_way("waiting to be started")
            if not has_hinted and monotonic() - began > _PATIENCE_SECONDS:
                has_hinted = True
                lines.note("still waiting: `adops up` starts what is in the queue; is it running?")
        sleep(_LOOK_EVERY_SECONDS)
