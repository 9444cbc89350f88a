"""State between evaluations: a record for each alert and each group, and their stored form. No decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.documents import from_document, to_document
from adops_pipeline.domain.severity import Severity

Status = Literal["firing", "resolved"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who takes care of an alert. It holds until the alert resolves or exceeds ``severity``."""

    by: str
    at: datetime
    severity: Severity
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as last seen. ``fired_at`` starts this episode; an absent alert resolves at ``resolves_at``."""

    alert: Alert
    fired_at: datetime
    seen_at: datetime
    resolves_at: datetime | None = None
    resolved_at: datetime | None = None
    acknowledgement: Acknowledgement | None = None

    @property
    def fingerprint(self) -> str:
        """The key of the row."""
        return self.alert.fingerprint

    @property
    def status(self) -> Status:
        """Whether it is still firing."""
        return "firing" if self.resolved_at is None else "resolved"


@dataclass(frozen=True, slots=True)
class LastNotified:
    """Severity and time of the last notification to a receiver that an alert is firing."""

    severity: Severity
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupKey:
    """The key of a group: one per receiver, route and values of the route's ``group_by`` labels."""

    receiver: str
    route: str
    labels: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        labels = ", ".join(f"{name}={value!r}" for name, value in self.labels)
        return f"{self.receiver}/{self.route}/{{{labels}}}"


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A group as stored: the parts of its key, when it is flushed next, the number of notifications sent for it, and
    what its receiver was last notified of, by fingerprint.
    """

    receiver: str
    route: str
    labels: tuple[tuple[str, str], ...]
    next_flush_at: datetime
    sequence: int = 0
    notified: Mapping[str, LastNotified] = field(default_factory=dict)

    @property
    def key(self) -> GroupKey:
        """The key of the group."""
        return GroupKey(self.receiver, self.route, self.labels)


@dataclass(frozen=True, slots=True)
class AlertState:
    """All records: alerts by fingerprint, groups by key."""

    alerts: Mapping[str, AlertRecord] = field(default_factory=dict)
    groups: Mapping[GroupKey, GroupRecord] = field(default_factory=dict)


def alert_document(record: AlertRecord) -> dict[str, Any]:
    """The stored form of an alert's row."""
    return to_document(record) | {"fingerprint": record.fingerprint}


def alert_record(document: Mapping[str, Any]) -> AlertRecord:
    """The row that ``alert_document`` wrote. Raises ValueError for anything else."""
    return from_document(AlertRecord, document)


def group_document(record: GroupRecord) -> dict[str, Any]:
    """The stored form of a group's row; ``id`` is its key as one text."""
    return to_document(record) | {"id": str(record.key)}


def group_record(document: Mapping[str, Any]) -> GroupRecord:
    """The row that ``group_document`` wrote. Raises ValueError for anything else."""
    earlier_name = {"notified": document["told"]} if "told" in document else {}
    return from_document(GroupRecord, {**document, **earlier_name})
