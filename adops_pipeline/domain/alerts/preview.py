"""Preview of notifications: for every alert and receiver, whether, why and when. Nothing is sent or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adops_pipeline.domain.alerts.alert import Alert, most_severe_first
from adops_pipeline.domain.alerts.engine import Group as _Group
from adops_pipeline.domain.alerts.engine import Policy, clock_of, due_at
from adops_pipeline.domain.alerts.muting import Inhibitor, MuteKind, mute_of_all, mute_of_receiver
from adops_pipeline.domain.alerts.routing import Route, Subscription
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertRecord, AlertState, GroupKey, LastNotified
from adops_pipeline.domain.severity import Severity

Outcome = Literal["deliver", "notified", "filtered", "unrouted"] | MuteKind


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One alert for one receiver. ``at``: the earliest time of its (next) notification; None if there will be none."""

    fingerprint: str
    name: str
    severity: Severity
    summary: str
    receiver: str
    route: str
    group: str
    outcome: Outcome
    reason: str
    at: datetime | None


def preview(
    alerts: Sequence[Alert], policy: Policy, silences: Sequence[Silence], now: datetime, state: AlertState | None = None
) -> tuple[PreviewRow, ...]:
    """Rows of every alert, most severe first, then by receiver; without any receiver one row per alert says so.

    ``state`` adds acknowledgements, the last notifications and the clocks of groups. Its other alerts inhibit too, as
    they would when sent.
    """
    state = state or AlertState()
    records = {alert.fingerprint: _record(alert, state, now) for alert in alerts}
    others = [r.alert for name, r in state.alerts.items() if r.resolved_at is None and name not in records]
    inhibitor = Inhibitor(policy.inhibitions, [*(r.alert for r in records.values()), *others])
    groups = state.groups.values()
    notified = {(group.receiver, name): one for group in groups for name, one in group.notified.items()}
    rows: list[PreviewRow] = []
    for record in sorted(records.values(), key=lambda one: most_severe_first(one.alert)):
        found = [
            _row(record, policy.routes[record.alert.severity], subscription, notified, state, silences, inhibitor, now)
            for subscription in policy.subscriptions
        ]
        rows += sorted(found, key=lambda row: row.receiver) or [_unrouted(record, policy)]
    return tuple(rows)


def _record(alert: Alert, state: AlertState, now: datetime) -> AlertRecord:
    known = state.alerts.get(alert.fingerprint)
    if known is None or known.resolved_at is not None:
        return AlertRecord(alert, fired_at=now, seen_at=now)
    return AlertRecord(alert, known.fired_at, now, acknowledgement=known.acknowledgement)


def _row(
    record: AlertRecord,
    route: Route,
    subscription: Subscription,
    notified: Mapping[tuple[str, str], LastNotified],
    state: AlertState,
    silences: Sequence[Silence],
    inhibitor: Inhibitor,
    now: datetime,
) -> PreviewRow:
    key = GroupKey(subscription.id, route.name, route.group_labels(record.alert))
    known = notified.get((subscription.id, record.fingerprint))
    group = _Group(key, route, subscription, [record], {} if known is None else {record.fingerprint: known})
    clock = clock_of(group, state.groups)
    due = max(now, due_at(group, clock)) if clock else now
    outcome, reason, at = _outcome(record, route, subscription, known, silences, inhibitor, now, due)
    labels = ", ".join(f"{name}={value}" for name, value in key.labels if value)
    alert = record.alert
    return PreviewRow(
        record.fingerprint, alert.name, alert.severity, alert.summary, subscription.name, route.name, labels,
        outcome, reason, at,
    )  # fmt: skip


def _outcome(
    record: AlertRecord,
    route: Route,
    subscription: Subscription,
    notified: LastNotified | None,
    silences: Sequence[Silence],
    inhibitor: Inhibitor,
    now: datetime,
    due: datetime,
) -> tuple[Outcome, str, datetime | None]:
    """Outcome, reason and time, checked in the same order as when sending."""
    refusal = subscription.refuses(record.alert)
    if refusal is not None:
        return "filtered", refusal, None
    mute = mute_of_all(record.alert, silences, inhibitor, now) or mute_of_receiver(record, subscription, now)
    if mute is not None:
        return mute.kind, mute.reason, None if mute.until is None else max(mute.until, due)
    if notified is not None and notified.severity.rank >= record.alert.severity.rank:
        return (
            "notified",
            f"notified at {notified.at:%Y-%m-%d %H:%M} UTC, repeated later",
            max(due, notified.at + route.repeats_after),
        )
    return "deliver", f"route {route.name}", due


def _unrouted(record: AlertRecord, policy: Policy) -> PreviewRow:
    alert, route = record.alert, policy.routes[record.alert.severity]
    labels = ", ".join(f"{name}={value}" for name, value in route.group_labels(alert) if value)
    reason = "no active receiver"
    return PreviewRow(
        record.fingerprint, alert.name, alert.severity, alert.summary, "", route.name, labels, "unrouted", reason, None
    )
