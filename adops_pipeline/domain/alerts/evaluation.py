"""Compares the alerts that fire now with the stored state: new, still firing, worsened, resolved. Nothing is sent here.

As in Prometheus, an alert that the rules no longer see resolves; ``hold`` is its ``keep_firing_for``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adops_pipeline.domain.alerts.alert import Alert, most_severe_first
from adops_pipeline.domain.alerts.state import Acknowledgement, AlertRecord, AlertState


@dataclass(frozen=True, slots=True)
class Changes:
    """What an evaluation found, each most severe first. ``worsened`` (its severity rose) is part of ``still`` too."""

    new: tuple[AlertRecord, ...] = ()
    still: tuple[AlertRecord, ...] = ()
    worsened: tuple[AlertRecord, ...] = ()
    resolved: tuple[AlertRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The new state, and what changed."""

    state: AlertState
    changes: Changes


def evaluate(
    firing: Sequence[Alert],
    state: AlertState,
    now: datetime,
    *,
    sources: Collection[str] | None = None,
    hold: timedelta = timedelta(0),
) -> Evaluation:
    """Update the state with the alerts that fire at ``now``, in any order.

    Of several alerts with one fingerprint the most severe counts. An alert of ``sources`` (None: all) that does not
    fire resolves once it was absent for ``hold``; alerts of other sources are left as they are. Raises ValueError for
    a firing alert of another source: nothing would ever resolve it.
    """
    seen = _by_fingerprint(firing, sources)
    records = dict(state.alerts)
    new, still, worsened = [], [], []
    for fingerprint, alert in seen.items():
        before = records.get(fingerprint)
        record = records[fingerprint] = _seen(alert, before, now)
        if before is None or before.resolved_at is not None:
            new.append(record)
            continue
        still.append(record)
        if alert.severity.rank > before.alert.severity.rank:
            worsened.append(record)
    for fingerprint, record in state.alerts.items():
        is_covered = sources is None or record.alert.source in sources
        is_missed = fingerprint not in seen and record.resolved_at is None and record.resolves_at is None
        if is_covered and is_missed:
            records[fingerprint] = replace(record, resolves_at=now + hold)
    records, resolved = settle(records, now)
    parts = (_sorted(part) for part in (new, still, worsened, resolved))
    return Evaluation(replace(state, alerts=records), Changes(*parts))


def settle(records: Mapping[str, AlertRecord], now: datetime) -> tuple[dict[str, AlertRecord], list[AlertRecord]]:
    """The records, with those resolved whose hold is over; and the resolved ones. Their acknowledgements end."""
    settled, resolved = dict(records), []
    for fingerprint, record in records.items():
        if record.resolves_at is not None and record.resolves_at <= now:
            over = replace(record, resolves_at=None, resolved_at=record.resolves_at, acknowledgement=None)
            settled[fingerprint] = over
            resolved.append(over)
    return settled, resolved


def acknowledge(state: AlertState, fingerprint: str, by: str, now: datetime, note: str = "") -> AlertState:
    """Record who takes care: no reminders until the alert resolves or becomes more severe.

    Raises KeyError if no such alert is firing, ValueError without a name.
    """
    if not by.strip():
        raise ValueError("an acknowledgement needs a name")
    record = _firing(state, fingerprint)
    return _with(state, replace(record, acknowledgement=Acknowledgement(by, now, record.alert.severity, note)))


def unacknowledge(state: AlertState, fingerprint: str) -> AlertState:
    """Take an acknowledgement back: reminders are sent again. Raises KeyError if no such alert is firing."""
    return _with(state, replace(_firing(state, fingerprint), acknowledgement=None))


def _firing(state: AlertState, fingerprint: str) -> AlertRecord:
    record = state.alerts[fingerprint]
    if record.resolved_at is not None:
        raise KeyError(fingerprint)
    return record


def _with(state: AlertState, record: AlertRecord) -> AlertState:
    return replace(state, alerts={**state.alerts, record.fingerprint: record})


def _by_fingerprint(firing: Sequence[Alert], sources: Collection[str] | None) -> dict[str, Alert]:
    seen: dict[str, Alert] = {}
    for alert in sorted(firing, key=lambda one: (most_severe_first(one), one.summary)):
        if sources is not None and alert.source not in sources:
            raise ValueError(f"{alert.name} of {alert.source} is not of the sources that are evaluated")
        seen.setdefault(alert.fingerprint, alert)
    return seen


def _seen(alert: Alert, before: AlertRecord | None, now: datetime) -> AlertRecord:
    if before is None or before.resolved_at is not None:
        return AlertRecord(alert, fired_at=now, seen_at=now)
    known = before.acknowledgement
    if known is not None and alert.severity.rank > known.severity.rank:
        known = None
    started = replace(alert, starts_at=min(alert.starts_at, before.alert.starts_at))
    return AlertRecord(started, before.fired_at, now, acknowledgement=known)


def _sorted(records: list[AlertRecord]) -> tuple[AlertRecord, ...]:
    return tuple(sorted(records, key=lambda record: most_severe_first(record.alert)))
