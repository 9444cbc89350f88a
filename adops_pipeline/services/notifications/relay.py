"""Events to messages: what subscribers want to hear beside alerts. Digests and reports are made here, too.

The events are read with a cursor that moves in the transaction which fills the ledger: none is told twice or lost.
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
from adops_pipeline.operations.store import Store
from adops_pipeline.services.notifications.notifier import Notifier
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.headlines import headlines

CONSUMER = "notifications"
_TYPES = ("workflow.failed", "workflow.completed")
_REPORTS = {"cross-channel-report": "report.weekly"}
"""Workflows whose result is told to those who listen to reports, when a schedule ran them."""
_FOOTER = "Ad Ops Command Center"
_ALERTS_IN_A_DIGEST = 10


@dataclass(frozen=True)
class Relay:
    """Tells events of one services."""

    store: Callable[[], Store]
    clock: Clock
    warehouse: Warehouse
    notifier: Notifier

    def relay_new_events(self) -> int:
        """Put messages about new events into the ledger; gives their number."""
        told = 0
        with self.store().writing() as con:
            start = events.cursor(con, CONSUMER)
            new = events.since(con, start, types=_TYPES)
            for event in new:
                execution = executions.find(con, execution_id=str(event.subject))
                if execution is not None:
                    told += self.notifier.tell(con, *_message(event, execution))
            if new:
                events.advance(con, CONSUMER, start, new[-1].seq, self.clock())
        return told

    def digest(self, day: date) -> int:
        """Put the morning's digest into the ledger, once a day; gives the number of receivers."""
        with self.warehouse.reading() as con:
            news = headlines(con)
        with self.store().writing() as con:
            firing = sorted((record.alert for record in alerts.firing(con)), key=most_severe_first)
            grave = sum(alert.severity is Severity.CRITICAL for alert in firing)
            message = Message(
                title=f"Morning digest · {day}",
                severity=Severity.INFO,
                summary=f"{_alerts_fire(len(firing))}, {grave} of them critical." if firing else "No alert is firing.",
                key=f"digest:{day}",
                at=self.clock(),
                fields=tuple(MessageField(one.concept.capitalize(), one.sentence) for one in news),
                items=tuple(
                    MessageItem(f"{alert.severity.value.capitalize()} · {alert.summary}")
                    for alert in firing[:_ALERTS_IN_A_DIGEST]
                ),
                footer=_FOOTER,
            )
            return self.notifier.tell(con, message, "digest.daily", Severity.INFO)


def _alerts_fire(number: int) -> str:
    return "1 alert is firing" if number == 1 else f"{number} alerts are firing"


def _message(event: Event, execution: Execution) -> tuple[Message, str, Severity]:
    """The message of an event, the event type that receivers choose it by, and how loud it is."""
    workflow = WORKFLOWS.get(execution.workflow_id)
    name = workflow.name if workflow is not None else execution.workflow_id
    result = execution.result or {}
    has_failed = event.type == "workflow.failed"
    kind = event.type
    if not has_failed and execution.requested_by == "schedule":
        kind = _REPORTS.get(execution.workflow_id, kind)
    message = Message(
        title=f"{name} {'failed' if has_failed else 'is done'}",
        severity=Severity.WARNING if has_failed else Severity.INFO,
        summary=str(event.data.get("error") if has_failed else result.get("summary", "")),
        key=f"event:{event.id}",
        at=event.at,
        fields=(MessageField("Asked for by", execution.requested_by), MessageField("Execution", execution.id)),
        items=tuple(MessageItem(str(finding["sentence"])) for finding in result.get("found", ())),
        footer=_FOOTER,
    )
    return message, kind, Severity.WARNING if has_failed else Severity.INFO
