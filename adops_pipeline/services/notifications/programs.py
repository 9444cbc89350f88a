"""What a program's webhook gets: events of the stream as live streams send them, and digests and reports as data.

Silences, grouping and quiet hours are for people. A program gets every event that it subscribes to, each once.
"""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from adops_pipeline.domain.messages import Message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.store import Connection
from adops_pipeline.services.live_events import LiveEvent, with_payloads
from adops_pipeline.services.notifications.receivers import Receiver

TEST_EVENT = "notification.test"


def messages_of_events(
    con: Connection, found: Sequence[Event], receivers: Sequence[Receiver]
) -> list[tuple[Receiver, Message]]:
    """A message for each event and each program that wants it. Payloads are read once for all of them."""
    programs = [receiver for receiver in receivers if receiver.is_program]
    wanted = {event.seq: [program for program in programs if wants(program, event)] for event in found}
    payloads = with_payloads(con, [event for event in found if wanted[event.seq]])
    severities = {event.seq: severity_of(event) for event in found}
    return [
        (program, _message_of_event(live, severities[live.seq])) for live in payloads for program in wanted[live.seq]
    ]


def wants(receiver: Receiver, event: Event) -> bool:
    """Whether the program subscribes to the event. The minimum severity concerns alerts only."""
    own = receiver.subscription
    if receiver.since is not None and event.at < receiver.since:
        return False
    if own.platforms and event.platform and event.platform not in own.platforms:
        return False
    if own.project_id is not None and event.project_id != own.project_id:
        return False
    if event.type.startswith("alert.") and severity_of(event).rank < own.min_severity.rank:
        return False
    return any(fnmatchcase(event.type, pattern) for pattern in own.events)


def severity_of(event: Event) -> Severity:
    """The severity of an alert's event; of other events, whether they report a failure."""
    named = str(event.data.get("severity", ""))
    if named in set(Severity):
        return Severity(named)
    return Severity.WARNING if event.type.endswith(".failed") else Severity.INFO


def for_program(message: Message, event: str) -> Message:
    """A message that is about no event of the stream (a digest, a report, a test) with its contents as data."""
    data = {
        "title": message.title,
        "summary": message.summary,
        "severity": message.status,
        "fields": [{"name": one.name, "value": one.value} for one in message.fields],
        "items": [{"text": one.text, "link": one.link} for one in message.items],
        "link": message.link,
    }
    return replace(message, event=event, data=data)


def _message_of_event(live: LiveEvent, severity: Severity) -> Message:
    data: dict[str, Any] = dict(live.payload)
    return Message(
        title=str(data.get("message") or live.type),
        severity=severity,
        summary="",
        key=f"stream:{live.id}",
        at=live.at,
        event=live.type,
        data=data,
    )
