"""Events as live streams deliver them: the stored event, and its payload in the words of the API.

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
from adops_pipeline.operations.store import Store

__all__ = ["ActivityKind", "Entry", "LiveEvent", "LiveEvents", "Place"]


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
            found = events.since(con, seq, limit)
            about = {event.subject for event in found if event.type.startswith("workflow.") and event.subject}
            known = {execution.id: execution for execution in executions.those(con, about)} if about else {}
        return [_live(event, known.get(event.subject or "")) for event in found]

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


def _live(event: Event, execution: Execution | None) -> LiveEvent:
    return LiveEvent(event.seq, event.id, event.type, event.at, _payload(event, execution))


def _payload(event: Event, execution: Execution | None) -> dict[str, Any]:
    """The event's data; for a workflow's event also what the API's documentation promises of its type."""
    payload: dict[str, Any] = {"subject": event.subject, "platform": event.platform, "projectId": event.project_id}
    payload |= {to_camel(name): value for name, value in event.data.items()}
    if not event.type.startswith("workflow."):
        return payload
    payload |= {"executionId": event.subject, "workflowId": event.data.get("workflow")}
    match event.type:
        case "workflow.started":
            payload["stages"] = [] if execution is None else [stage["name"] for stage in execution.stages]
        case "workflow.stage":
            payload |= {"stageId": event.data.get("stage"), "result": None}
        case "workflow.completed":
            payload |= {"result": execution and execution.result, "duration": event.data.get("seconds")}
        case "workflow.failed":
            payload["failedStage"] = None if execution is None else _failed_stage(execution)
    return payload


def _failed_stage(execution: Execution) -> str | None:
    return next((stage["name"] for stage in execution.stages if stage.get("status") == "failed"), None)
