"""Tables of alerts, silences and previews for the terminal."""

from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertRecord
from adops_pipeline.services.alerts import Preview
from adops_pipeline.services.documents.alerts import silence_state

_COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}
_OUTCOMES = {"deliver": "green", "notified": "dim", "unrouted": "yellow"}


def list_alerts(records: Sequence[AlertRecord]) -> None:
    """Print a row for each alert."""
    table = grid("Fingerprint", "Severity", "Alert", "Since", "Details", fold=("Details",))
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


def print_counts(records: Sequence[AlertRecord]) -> None:
    """Print how many alerts there are, and what can be done about them."""
    firing = sum(record.resolved_at is None for record in records)
    resolved = f", {len(records) - firing:,} resolved" if firing < len(records) else ""
    print_line(
        f"{firing:,} firing{resolved}. See who is notified: adops alerts preview."
        " Acknowledge one: adops alerts ack FINGERPRINT"
    )


def subject_of(alert: Alert) -> str:
    """``Brand (google-ads)``: what the alert is about; empty for alerts about the system itself."""
    names = ("campaign_name", "test_name", "campaign_id", "account_name", "account_id")
    name = next((alert.label(label) for label in names if alert.label(label)), "")
    platform = alert.label("platform")
    return f"{name} ({platform})" if name and platform else name or platform


def list_silences(silences: Sequence[Silence], now: datetime) -> None:
    """Print a line for each silence."""
    table = grid("Id", "State", "Until", "By", "Matchers", "Comment", fold=("Matchers", "Comment"))
    for silence in silences:
        table.add_row(silence.id[:SHORT], silence_state(silence, now), moment(silence.ends_at), escape(silence.author),
                      escape(", ".join(map(str, silence.matchers))), escape(silence.comment))  # fmt: skip
    out.print(table)


def list_preview(found: Preview) -> None:
    """Print a line for each alert and receiver: what would happen, why, and when."""
    subjects = {alert.fingerprint: subject_of(alert) for alert in found.alerts}
    columns = ("Severity", "Alert", "Subject", "Receiver", "Outcome", "When", "Reason")
    table = grid(*columns, fold=("Subject", "Receiver", "Reason"))
    for row in found.rows:
        colour = _OUTCOMES.get(row.outcome, "magenta")
        when = moment(row.at) if row.at is not None else ""
        table.add_row(_severity(row.severity.value), row.name, escape(subjects[row.fingerprint]),
                      escape(row.receiver or "–"), f"[{colour}]{row.outcome}[/{colour}]", when,
                      escape(row.reason))  # fmt: skip
    out.print(table)
    reached = {row.fingerprint for row in found.rows if row.outcome in ("deliver", "notified")}
    every = {row.fingerprint for row in found.rows}
    print_line(
        f"{len(reached):,} of {len(every):,} alerts reach at least one receiver. Times are in UTC."
        " Alerts of a group are sent in one message."
    )


def _severity(word: str) -> str:
    return f"[{_COLOURS[word]}]{word}[/{_COLOURS[word]}]"
