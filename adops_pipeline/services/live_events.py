"""Events as programs receive them, by live streams and outgoing webhooks: the stored event with its payload.

A payload is complete in itself: a client need not ask for the execution that an event is about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic.alias_generators import to_camel

from adops_pipeline.operations import activity, events, executions
from adops_pipeline.operations.activity import Entry, Place
from adops_pipeline.operations.activity import Kind as ActivityKind
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.documents.names import camel_names

__all__ = ["EVENT_TYPES", "ActivityKind", "Entry", "LiveEvent", "LiveEvents", "Place"]

EVENT_TYPES = (*activity.TYPES, "workflow.stage", "workflow.cancelling", events.METRIC_UPDATE, "snapshot.published")
"""Every type of event that programs receive."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event with its payload. ``seq`` increases; a reader continues after the last one that it has seen."""

    seq: int
    id: str
    type: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class LiveEvents:
    """The events of one installation."""

    store: Callable[[], Store]

    def since(self, seq: int, limit: int = 500) -> Sequence[LiveEvent]:
        """Events after ``seq``, oldest first."""
        with self.store().reading() as con:
            return with_payloads(con, events.since(con, seq, limit))

    def newest(self, limit: int) -> Sequence[LiveEvent]:
        """The newest events, oldest first."""
        with self.store().reading() as con:
            return with_payloads(con, events.tail(con, limit))

    def last_seq(self) -> int:
        """The number of the newest event; 0 before the first."""
        with self.store().reading() as con:
            return events.last_seq(con)

    def feed(
        self,
        limit: int,
        before: Place | None = None,
        *,
        kinds: Sequence[ActivityKind] = (),
        since: datetime | None = None,
    ) -> Sequence[Entry]:
        """The activity feed, newest first; ``before`` is the place of the last entry of the page before."""
        with self.store().reading() as con:
            return activity.feed(con, limit, before, kinds=kinds, since=since)


def with_payloads(con: Connection, found: Sequence[Event]) -> list[LiveEvent]:
    """The events with their payloads; the executions that they are about are read at once."""
    about = {event.subject for event in found if event.type.startswith("workflow.") and event.subject}
    known = {execution.id: execution for execution in executions.those(con, about)} if about else {}
    return [
        LiveEvent(event.seq, event.id, event.type, event.at, _payload(event, known.get(event.subject or "")))
        for event in found
    ]


def _payload(event: Event, execution: Execution | None) -> dict[str, Any]:
    """The event's data, and what the documentation of the API promises of its type."""
    payload: dict[str, Any] = {"subject": event.subject, "platform": event.platform, "projectId": event.project_id}
    payload |= {to_camel(name): value for name, value in event.data.items()}
    shown = activity.describe(event.type, event.subject, event.data)
    if shown is not None:
        kind, title, detail = shown
        payload["message"] = title if detail is None else f"{title}: {detail}"
        if event.type == "activity.new":
            payload["type"] = kind
    if event.type.startswith("workflow."):
        payload |= {"executionId": event.subject, "workflowId": event.data.get("workflow")}
        payload |= _of_workflow(event, execution)
    return payload


def _of_workflow(event: Event, execution: Execution | None) -> dict[str, Any]:
    match event.type:
        case "workflow.started":
            return {"stages": [] if execution is None else [stage["name"] for stage in execution.stages]}
        case "workflow.stage":
            return {"stageId": event.data.get("stage"), "result": _stage_result(event.data)}
        case "workflow.completed":
            return {"result": execution and camel_names(execution.result), "duration": event.data.get("seconds")}
        case "workflow.failed":
            return {"failedStage": None if execution is None else _failed_stage(execution)}
    return {}


def _stage_result(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of a stage that has ended: its duration and, if it failed, the error."""
    if data.get("status") in {None, "pending", "running"}:
        return None
    return {"seconds": data.get("seconds"), "error": data.get("error")}


def _failed_stage(execution: Execution) -> str | None:
    return next((stage["name"] for stage in execution.stages if stage.get("status") == "failed"), None)
