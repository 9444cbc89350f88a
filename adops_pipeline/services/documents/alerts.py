"""JSON documents of alerts, silences and previews."""

from datetime import datetime
from typing import Any, Literal

from adops_pipeline.domain.alerts.evaluation import Changes
from adops_pipeline.domain.alerts.preview import PreviewRow
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertRecord

SilenceState = Literal["pending", "active", "expired"]


def alert_document(record: AlertRecord) -> dict[str, Any]:
    """An alert with its state."""
    alert, known = record.alert, record.acknowledgement
    return {
        "fingerprint": record.fingerprint, "status": record.status, "name": alert.name, "source": alert.source,
        "severity": alert.severity.value, "labels": dict(alert.labels), "summary": alert.summary,
        "details": dict(alert.details), "link": alert.link, "fired_at": record.fired_at, "seen_at": record.seen_at,
        "resolved_at": record.resolved_at,
        "acknowledgement": None if known is None else {"by": known.by, "at": known.at, "note": known.note},
    }  # fmt: skip


def changes_document(changes: Changes) -> dict[str, Any]:
    """What an evaluation changed."""
    parts = {"new": changes.new, "still": changes.still, "worsened": changes.worsened, "resolved": changes.resolved}
    return {name: [alert_document(record) for record in records] for name, records in parts.items()}


def silence_document(silence: Silence, now: datetime) -> dict[str, Any]:
    """A silence with its state at ``now``."""
    return {
        "id": silence.id, "state": silence_state(silence, now),
        "matchers": [str(matcher) for matcher in silence.matchers], "starts_at": silence.starts_at,
        "ends_at": silence.ends_at, "author": silence.author, "comment": silence.comment,
    }  # fmt: skip


def silence_state(silence: Silence, now: datetime) -> SilenceState:
    """Whether a silence is in force."""
    if silence.is_active(now):
        return "active"
    return "expired" if silence.ends_at <= now else "pending"


def preview_document(row: PreviewRow) -> dict[str, Any]:
    """What would happen to one alert for one receiver."""
    return {
        "fingerprint": row.fingerprint, "name": row.name, "severity": row.severity.value, "summary": row.summary,
        "receiver": row.receiver or None, "route": row.route, "group": row.group, "outcome": row.outcome,
        "reason": row.reason, "at": row.at,
    }  # fmt: skip
