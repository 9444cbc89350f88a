"""Turns events into messages: failed and completed workflows, digests and reports for people, every event for programs.

Alerts for people are grouped elsewhere. The cursor over the events moves in the transaction that queues the messages:
no event is reported twice or lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.alert import most_severe_first
from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows import WORKFLOWS
from adops_pipeline.operations import alerts, events, executions
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.executions import Execution
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.notifier import Notifier
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.headlines import headlines

CONSUMER = "notifications"
_TYPES = ("workflow.failed", "workflow.completed")
_BATCH = 500
_MOST_BATCHES = 20
_REPORTS = {"cross-channel-report": "report.weekly"}
"""Workflows whose result is sent as a report if a schedule ran them."""
_FOOTER = "Ad Ops Command Center"
_ALERTS_IN_A_DIGEST = 10


@dataclass(frozen=True)
class Relay:
    """Queues messages about the events of one installation."""

    store: Callable[[], Store]
    clock: Clock
    warehouse: Warehouse
    notifier: Notifier

    def relay_new_events(self) -> int:
        """Queue messages about new events; the number of messages."""
        queued = 0
        for _ in range(_MOST_BATCHES):
            with self.store().writing() as con:
                start = events.cursor(con, CONSUMER)
                new = events.since(con, start, _BATCH)
                queued += self.notifier.notify_programs(con, new) if new else 0
                for event in new:
                    execution = _execution(con, event)
                    if execution is not None:
                        queued += self.notifier.notify(con, *_message(event, execution))
                if new:
                    events.advance(con, CONSUMER, start, new[-1].seq, self.clock())
            if len(new) < _BATCH:
                break
        return queued

    def digest(self, day: date) -> int:
        """Queue the digest of a day, once; the number of receivers."""
        with self.warehouse.reading() as con:
            news = headlines(con)
        with self.store().writing() as con:
            firing = sorted((record.alert for record in alerts.firing(con)), key=most_severe_first)
            critical = sum(alert.severity is Severity.CRITICAL for alert in firing)
            message = Message(
                title=f"Morning digest · {day}",
                severity=Severity.INFO,
                summary=_firing_counts(len(firing), critical),
                key=f"digest:{day}",
                at=self.clock(),
                fields=tuple(MessageField(one.concept.capitalize(), one.sentence) for one in news),
                items=tuple(
                    MessageItem(f"{alert.severity.value.capitalize()} · {alert.summary}")
                    for alert in firing[:_ALERTS_IN_A_DIGEST]
                ),
                footer=_FOOTER,
            )
            return self.notifier.notify(con, message, "digest.daily", Severity.INFO)


def _execution(con: Connection, event: Event) -> Execution | None:
    """The execution that people are notified of because of this event."""
    return executions.find(con, execution_id=str(event.subject)) if event.type in _TYPES else None


def _firing_counts(firing: int, critical: int) -> str:
    if not firing:
        return "No alert is firing."
    return f"{'1 alert is' if firing == 1 else f'{firing} alerts are'} firing, {critical} of them critical."


def _message(event: Event, execution: Execution) -> tuple[Message, str, Severity]:
    """The message about an event, the event type that receivers subscribe to, and its severity."""
    workflow = WORKFLOWS.get(execution.workflow_id)
    name = workflow.name if workflow is not None else execution.workflow_id
    result = execution.result or {}
    has_failed = event.type == "workflow.failed"
    kind = event.type
    if not has_failed and execution.requested_by == "schedule":
        kind = _REPORTS.get(execution.workflow_id, kind)
    message = Message(
        title=f"{name} {'failed' if has_failed else 'completed'}",
        severity=Severity.WARNING if has_failed else Severity.INFO,
        summary=str(event.data.get("error") if has_failed else result.get("summary", "")),
        key=f"event:{event.id}",
        at=event.at,
        fields=(MessageField("Requested by", execution.requested_by), MessageField("Execution", execution.id)),
        items=tuple(MessageItem(str(finding["sentence"])) for finding in result.get("found", ())),
        footer=_FOOTER,
    )
    return message, kind, Severity.WARNING if has_failed else Severity.INFO
