"""Workflow executions: `model` describes one, `queries` find, `queue` adds, `transitions` change their status."""

from adops_pipeline.operations.executions.model import Execution
from adops_pipeline.operations.executions.queries import active, counts, find, get, latest, overdue, pending, those
from adops_pipeline.operations.executions.queue import enqueue, record_foreign, retry
from adops_pipeline.operations.executions.transitions import (
    cancel,
    complete,
    fail,
    mark_cancelled,
    mark_started,
    step_event,
    step_events,
    time_out,
)

__all__ = [
    "Execution",
    "active",
    "cancel",
    "complete",
    "counts",
    "enqueue",
    "fail",
    "find",
    "get",
    "latest",
    "mark_cancelled",
    "mark_started",
    "overdue",
    "pending",
    "record_foreign",
    "retry",
    "step_event",
    "step_events",
    "those",
    "time_out",
]
