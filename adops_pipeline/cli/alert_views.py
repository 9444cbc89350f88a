"""Alerts, silences and previews as people read them, and as JSON. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.preview import PreviewRow
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertRecord

_COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}
_OUTCOMES = {"deliver": "green", "notified": "dim", "unrouted": "yellow"}


def list_alerts(records: Sequence[AlertRecord]) -> None:
    """A row an alert, in the order given."""
    table = grid("Fingerprint", "Severity", "Alert", "Since", "What", fold=("What",))
    for record in records:
        alert = record.alert
        notes = []
        if record.acknowledgement is not None:
            notes.append(f"[dim]acknowledged by {escape(record.acknowledgement.by)}[/dim]")
        if record.resolved_at is not None:
            notes.append(f"[green]resolved {moment(record.resolved_at)}[/green]")
        subject = subject_of(alert)
        what = "\n".join([*([f"[bold]{escape(subject)}[/bold]"] if subject else []), escape(alert.summary), *notes])
        table.add_row(record.fingerprint[:SHORT], _severity(alert.severity.value), alert.name, moment(record.fired_at),
                      what)  # fmt: skip
    out.print(table)


def sum_up(records: Sequence[AlertRecord]) -> None:
    """How many there are, and what can be done."""
    firing = sum(record.resolved_at is None for record in records)
    over = f", {len(records) - firing:,} resolved" if firing < len(records) else ""
    print_line(
        f"{firing:,} firing{over}. Who is told: adops alerts preview. You know of one: adops alerts ack FINGERPRINT"
    )


def subject_of(alert: Alert) -> str:
    """``Brand (google-ads)``: what the alert is about; empty for the machinery."""
    names = ("campaign_name", "test_name", "campaign_id", "account_name", "account_id")
    name = next((alert.label(label) for label in names if alert.label(label)), "")
    platform = alert.label("platform")
    return f"{name} ({platform})" if name and platform else name or platform


def alert_document(record: AlertRecord) -> dict[str, Any]:
    """An alert as JSON."""
    alert, known = record.alert, record.acknowledgement
    return {
        "fingerprint": record.fingerprint, "status": record.status, "name": alert.name, "source": alert.source,
        "severity": alert.severity.value, "labels": dict(alert.labels), "summary": alert.summary,
        "details": dict(alert.details), "fired_at": record.fired_at, "seen_at": record.seen_at,
        "resolved_at": record.resolved_at,
        "acknowledgement": None if known is None else {"by": known.by, "at": known.at},
    }  # fmt: skip


def list_silences(silences: Sequence[Silence], now: datetime) -> None:
    """A line a silence, the one that ends first on top."""
    table = grid("Id", "State", "Until", "By", "Matchers", "Comment", fold=("Matchers", "Comment"))
    for silence in silences:
        table.add_row(silence.id[:SHORT], _state(silence, now), moment(silence.ends_at), escape(silence.author),
                      escape(", ".join(map(str, silence.matchers))), escape(silence.comment))  # fmt: skip
    out.print(table)


def silence_document(silence: Silence, now: datetime) -> dict[str, Any]:
    """A silence as JSON."""
    return {
        "id": silence.id, "state": _state(silence, now), "matchers": [str(matcher) for matcher in silence.matchers],
        "starts_at": silence.starts_at, "ends_at": silence.ends_at, "author": silence.author,
        "comment": silence.comment,
    }  # fmt: skip


def list_preview(rows: Sequence[PreviewRow], subjects: Mapping[str, str]) -> None:
    """A line for each alert and receiver: what would happen, why, when. ``subjects`` by fingerprint."""
    table = grid("Severity", "Alert", "About", "Receiver", "Outcome", "When", "Why", fold=("About", "Receiver", "Why"))
    for row in rows:
        colour = _OUTCOMES.get(row.outcome, "magenta")
        when = moment(row.at) if row.at is not None else ""
        table.add_row(_severity(row.severity.value), row.name, escape(subjects[row.fingerprint]),
                      escape(row.receiver or "–"), f"[{colour}]{row.outcome}[/{colour}]", when,
                      escape(row.reason))  # fmt: skip
    out.print(table)
    told = {row.fingerprint for row in rows if row.outcome in ("deliver", "notified")}
    every = {row.fingerprint for row in rows}
    print_line(
        f"{len(told):,} of {len(every):,} alerts reach somebody. Times are UTC; alerts of a group go in one message."
    )


def preview_document(row: PreviewRow) -> dict[str, Any]:
    """A row of the preview as JSON."""
    return {
        "fingerprint": row.fingerprint, "name": row.name, "severity": row.severity.value, "summary": row.summary,
        "receiver": row.receiver or None, "route": row.route, "group": row.group, "outcome": row.outcome,
        "reason": row.reason, "at": row.at,
    }  # fmt: skip


def _state(silence: Silence, now: datetime) -> str:
    if silence.is_active(now):
        return "active"
    return "expired" if silence.ends_at <= now else "to come"


def _severity(word: str) -> str:
    return f"[{_COLOURS[word]}]{word}[/{_COLOURS[word]}]"
