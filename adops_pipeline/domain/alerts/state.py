"""What is remembered between evaluations: a row per alert, a row per group, and their JSON. No decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypedDict

from adops_pipeline.domain.alerts import alert as alerts
from adops_pipeline.domain.alerts.alert import Alert, AlertDocument
from adops_pipeline.domain.severity import Severity

Status = Literal["firing", "resolved"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody knows. It holds until the alert resolves or grows graver than ``severity``."""

    by: str
    at: datetime
    severity: Severity


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as last seen. ``fired_at``: when this episode began; ``resolves_at``: absent, and resolved by then."""

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
class Told:
    """That a receiver was last told of an alert firing, how grave it was then, and when."""

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
    """A group's clock and memory: ``told`` by fingerprint; ``sequence`` counts its notifications."""

    key: GroupKey
    next_flush_at: datetime
    sequence: int = 0
    told: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertState:
    """Everything remembered: alerts by fingerprint, groups by key."""

    alerts: Mapping[str, AlertRecord] = field(default_factory=dict)
    groups: Mapping[GroupKey, GroupRecord] = field(default_factory=dict)


class AcknowledgementDocument(TypedDict):
    """Stored form of an acknowledgement."""

    by: str
    at: str
    severity: str


class AlertRecordDocument(TypedDict):
    """Stored form of an alert's row."""

    fingerprint: str
    alert: AlertDocument
    fired_at: str
    seen_at: str
    resolves_at: str | None
    resolved_at: str | None
    acknowledgement: AcknowledgementDocument | None


class ToldDocument(TypedDict):
    """Stored form of what a receiver was told."""

    severity: str
    at: str


class GroupRecordDocument(TypedDict):
    """Stored form of a group's row; ``id`` is its key in one text."""

    id: str
    receiver: str
    route: str
    labels: list[list[str]]
    next_flush_at: str
    sequence: int
    told: dict[str, ToldDocument]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _acknowledgement(document: AcknowledgementDocument) -> Acknowledgement:
    at, severity = datetime.fromisoformat(document["at"]), Severity(document["severity"])
    return Acknowledgement(document["by"], at, severity)


def _acknowledgement_document(known: Acknowledgement) -> AcknowledgementDocument:
    return {"by": known.by, "at": known.at.isoformat(), "severity": known.severity.value}


def alert_document(record: AlertRecord) -> AlertRecordDocument:
    """The row as JSON values."""
    known = record.acknowledgement
    return {
        "fingerprint": record.fingerprint,
        "alert": alerts.to_document(record.alert),
        "fired_at": record.fired_at.isoformat(),
        "seen_at": record.seen_at.isoformat(),
        "resolves_at": _text(record.resolves_at),
        "resolved_at": _text(record.resolved_at),
        "acknowledgement": None if known is None else _acknowledgement_document(known),
    }


def alert_record(document: AlertRecordDocument) -> AlertRecord:
    """The row that ``alert_document`` wrote. Raises KeyError or ValueError for anything else."""
    known = document["acknowledgement"]
    return AlertRecord(
        alert=alerts.from_document(document["alert"]),
        fired_at=datetime.fromisoformat(document["fired_at"]),
        seen_at=datetime.fromisoformat(document["seen_at"]),
        resolves_at=_moment(document["resolves_at"]),
        resolved_at=_moment(document["resolved_at"]),
        acknowledgement=None if known is None else _acknowledgement(known),
    )


def group_document(record: GroupRecord) -> GroupRecordDocument:
    """The row as JSON values."""
    return {
        "id": str(record.key),
        "receiver": record.key.receiver,
        "route": record.key.route,
        "labels": [list(pair) for pair in record.key.labels],
        "next_flush_at": record.next_flush_at.isoformat(),
        "sequence": record.sequence,
        "told": {
            name: {"severity": told.severity.value, "at": told.at.isoformat()}
            for name, told in sorted(record.told.items())
        },
    }


def group_record(document: GroupRecordDocument) -> GroupRecord:
    """The row that ``group_document`` wrote. Raises KeyError or ValueError for anything else."""
    labels = tuple((name, value) for name, value in document["labels"])
    return GroupRecord(
        key=GroupKey(document["receiver"], document["route"], labels),
        next_flush_at=datetime.fromisoformat(document["next_flush_at"]),
        sequence=document["sequence"],
        told={
            name: Told(Severity(told["severity"]), datetime.fromisoformat(told["at"]))
            for name, told in document["told"].items()
        },
    )
