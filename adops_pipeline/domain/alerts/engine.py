"""When a receiver is notified of a group of alerts: Alertmanager's semantics as a pure function of state and time.

After Prometheus Alertmanager (docs/configuration.md "route", dispatch/dispatch.go aggrGroup, notify/dedup_stage.go
needsUpdate, notify/mute.go): a group's first message waits ``group_wait`` from its first alert; then, every
``group_interval``, a message goes out if an alert is new or resolved, else if ``repeat_interval`` is over; each names
all alerts of the group. What is inhibited or silenced is as if it were not there. On purpose otherwise:

- a receiver that was never notified of an alert is not notified that it is resolved either;
- a severity that rises counts as a change; an acknowledged alert is left out; quiet hours also keep resolved notices;
- an alert whose severity changes moves to that severity's group without a second notification;
- an alert that changes groups before its first notification takes its deadline with it: a group's timer runs on whether
  or not a flush sends anything, so that an alert could arrive in each group just after its flush and resolve unseen.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from adops_pipeline.domain.alerts.alert import Alert, most_severe_first
from adops_pipeline.domain.alerts.evaluation import settle
from adops_pipeline.domain.alerts.muting import DROPPING, Inhibitor, Mute, mute_of_all, mute_of_receiver
from adops_pipeline.domain.alerts.routing import ROUTES, Route, Subscription
from adops_pipeline.domain.alerts.silences import DEFAULT_INHIBITIONS, Inhibition, Silence
from adops_pipeline.domain.alerts.state import AlertRecord, AlertState, GroupKey, GroupRecord, LastNotified
from adops_pipeline.domain.severity import Severity

Reason = Literal["new", "worsened", "resolved", "repeat"]
AlertNews = Literal["new", "worsened", "still", "resolved"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is notified, how often and of what, except for silences."""

    subscriptions: tuple[Subscription, ...]
    routes: Mapping[Severity, Route] = field(default_factory=lambda: ROUTES)
    inhibitions: tuple[Inhibition, ...] = DEFAULT_INHIBITIONS


@dataclass(frozen=True, slots=True)
class NotifiedAlert:
    """An alert in a notification, and what is new about it to this receiver."""

    alert: Alert
    news: AlertNews
    fired_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one receiver about one group, all its alerts in it: most severe first, the resolved ones last.

    ``key`` never comes twice: saved in one transaction with the state that made it, a message is neither lost nor
    sent twice. ``acknowledged`` counts firing alerts of the group that are left out because somebody knows.
    """

    key: str
    group: GroupKey
    sequence: int
    at: datetime
    reason: Reason
    alerts: tuple[NotifiedAlert, ...]
    acknowledged: int = 0

    @property
    def receiver(self) -> str:
        """The subscription's id."""
        return self.group.receiver

    @property
    def firing(self) -> tuple[NotifiedAlert, ...]:
        """Its firing alerts."""
        return tuple(one for one in self.alerts if one.news != "resolved")

    @property
    def resolved(self) -> tuple[NotifiedAlert, ...]:
        """Its resolved alerts."""
        return tuple(one for one in self.alerts if one.news == "resolved")


@dataclass(frozen=True, slots=True)
class Flushed:
    """The new state, notifications to send, and alerts whose hold has just ended."""

    state: AlertState
    notifications: tuple[Notification, ...]
    resolved: tuple[AlertRecord, ...] = ()


@dataclass
class Group:
    """A group at one flush: its members, and alerts that its receiver was notified of before, regardless of filters."""

    key: GroupKey
    route: Route
    subscription: Subscription
    members: list[AlertRecord] = field(default_factory=list)
    notified: dict[str, LastNotified] = field(default_factory=dict)


@dataclass
class _Parts:
    """The members of a group, by how a message may mention them now."""

    firing: list[AlertRecord] = field(default_factory=list)
    resolved: list[AlertRecord] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    acknowledged: int = 0


def flush(state: AlertState, policy: Policy, silences: Sequence[Silence], now: datetime) -> Flushed:
    """Notifications due at ``now``. Save them together with the state. A second call at ``now`` returns none."""
    records, resolved = settle(state.alerts, now)
    inhibitor = Inhibitor(policy.inhibitions, (r.alert for r in records.values() if r.resolved_at is None))
    groups: dict[GroupKey, GroupRecord] = {}
    needed: set[str] = {name for name, record in records.items() if record.resolved_at is None}
    notifications = []
    for group in assemble(records, state.groups, policy):
        record = clock_of(group, state.groups)
        if record is None:
            continue
        kept = {member.fingerprint for member in group.members}
        parts = _parts_if_due(group, record, silences, inhibitor, now)
        if parts is not None:
            record, notification = _flush_group(group, record, parts, now)
            notifications += [notification] if notification else []
            kept = set(record.notified) | {m.fingerprint for m in group.members if m.resolved_at is None}
        if kept:
            groups[group.key] = record
            needed |= kept
    remembered = {name: record for name, record in records.items() if name in needed}
    return Flushed(AlertState(remembered, groups), tuple(notifications), tuple(resolved))


def assemble(records: Mapping[str, AlertRecord], groups: Mapping[GroupKey, GroupRecord], policy: Policy) -> list[Group]:
    """Every group that the records make under the policy, by key. What a receiver knows of moves with its alert."""
    notified = {(key.receiver, name): one for key, group in groups.items() for name, one in group.notified.items()}
    made: dict[GroupKey, Group] = {}
    for fingerprint, record in sorted(records.items()):
        route = policy.routes[record.alert.severity]
        for subscription in policy.subscriptions:
            known = notified.get((subscription.id, fingerprint))
            if known is None and subscription.refuses(record.alert):
                continue
            key = GroupKey(subscription.id, route.name, route.group_labels(record.alert))
            group = made.setdefault(key, Group(key, route, subscription))
            group.members.append(record)
            if known is not None:
                group.notified[fingerprint] = known
    return [group for _, group in sorted(made.items(), key=lambda item: str(item[0]))]


def clock_of(group: Group, groups: Mapping[GroupKey, GroupRecord]) -> GroupRecord | None:
    """The group's record; a new group's first flush is ``group_wait`` after its first alert fired.

    None for a new group in which nothing fires and of which nobody was notified.
    """
    known = groups.get(group.key)
    if known is not None:
        return replace(known, notified=dict(group.notified))
    firing = [member.fired_at for member in group.members if member.resolved_at is None]
    if not firing and not group.notified:
        return None
    first = min(firing or [member.fired_at for member in group.members])
    key = group.key
    return GroupRecord(
        key.receiver, key.route, key.labels, first + group.route.group_wait, notified=dict(group.notified)
    )


def due_at(group: Group, record: GroupRecord) -> datetime:
    """When the group is flushed next, unless the members with the earliest deadlines are muted."""
    return min((record.next_flush_at, *_deadlines(group, record).values()))


def _deadlines(group: Group, record: GroupRecord) -> dict[str, datetime]:
    """Until when the receiver must be notified of each new alert.

    Without a change of groups an alert waits ``group_wait`` or at most ``group_interval``, so that only one that came
    from another group still waits at its deadline. Deadlines before the group's last flush do not count: the alert was
    muted then, or its group was flushed late, and it is notified at the next regular flush.
    """
    last_flush_at = record.next_flush_at - group.route.group_interval
    longest_wait = group.route.group_wait + group.route.group_interval
    new = (m for m in group.members if m.resolved_at is None and m.fingerprint not in group.notified)
    deadlines = {member.fingerprint: member.fired_at + longest_wait for member in new}
    return {name: deadline for name, deadline in deadlines.items() if deadline > last_flush_at}


def _parts_if_due(
    group: Group, record: GroupRecord, silences: Sequence[Silence], inhibitor: Inhibitor, now: datetime
) -> _Parts | None:
    """The group's members by how to mention them if the group is to be flushed now; None if it is not."""
    overdue = {name for name, deadline in _deadlines(group, record).items() if deadline <= now}
    is_regular = record.next_flush_at <= now
    if not is_regular and not overdue:
        return None
    mutes = {m.fingerprint: mute_of_all(m.alert, silences, inhibitor, now) for m in group.members}
    parts = _sort(group, mutes, now)
    return parts if is_regular or overdue.intersection(m.fingerprint for m in parts.firing) else None


def _sort(group: Group, mutes: Mapping[str, Mute | None], now: datetime) -> _Parts:
    parts = _Parts()
    for member in group.members:
        name = member.fingerprint
        mute, wait = mutes[name], mute_of_receiver(member, group.subscription, now)
        is_over, is_known = member.resolved_at is not None, name in group.notified
        if mute is not None and mute.kind in DROPPING:
            parts.hidden |= set() if is_over else {name}
        elif is_over and is_known and wait is None and group.subscription.hears("alert.resolved"):
            parts.resolved.append(member)
        elif is_over:
            parts.waiting |= {name} if is_known and wait is not None else set()
        elif wait is not None or group.subscription.refuses(member.alert):
            parts.waiting.add(name)
            parts.acknowledged += member.acknowledgement is not None
        else:
            parts.firing.append(member)
    return parts


def _flush_group(
    group: Group, record: GroupRecord, parts: _Parts, now: datetime
) -> tuple[GroupRecord, Notification | None]:
    """The group after its flush, and the notification, if there is one."""
    after = replace(record, next_flush_at=now + group.route.group_interval)
    news = {member.fingerprint: _news(member, group.notified) for member in parts.firing}
    reason = _reason(news, parts, group, now)
    if reason is None:
        stay = parts.waiting | parts.hidden | news.keys()
        return replace(after, notified={name: one for name, one in group.notified.items() if name in stay}), None
    notified = {name: one for name, one in group.notified.items() if name in parts.waiting}
    notified |= {member.fingerprint: LastNotified(member.alert.severity, now) for member in parts.firing}
    sequence = record.sequence + 1
    listed = [NotifiedAlert(m.alert, news[m.fingerprint], m.fired_at) for m in _by_severity(parts.firing)]
    listed += [NotifiedAlert(m.alert, "resolved", m.fired_at, m.resolved_at) for m in _by_severity(parts.resolved)]
    notification = Notification(
        key=_key(group.key, sequence, now),
        group=group.key,
        sequence=sequence,
        at=now,
        reason=reason,
        alerts=tuple(listed),
        acknowledged=parts.acknowledged,
    )
    return replace(after, notified=notified, sequence=sequence), notification


def _news(member: AlertRecord, notified: Mapping[str, LastNotified]) -> AlertNews:
    known = notified.get(member.fingerprint)
    if known is None:
        return "new"
    return "worsened" if member.alert.severity.rank > known.severity.rank else "still"


def _reason(news: Mapping[str, AlertNews], parts: _Parts, group: Group, now: datetime) -> Reason | None:
    """Why to notify now; None if not. The order is that of needsUpdate."""
    for word in ("new", "worsened"):
        if word in news.values():
            return "new" if word == "new" else "worsened"
    if parts.resolved:
        return "resolved"
    last = max((group.notified[name].at for name in news), default=None)
    return "repeat" if last is not None and now - last >= group.route.repeats_after else None


def _by_severity(members: Iterable[AlertRecord]) -> list[AlertRecord]:
    return sorted(members, key=lambda member: most_severe_first(member.alert))


def _key(group: GroupKey, sequence: int, now: datetime) -> str:
    """Names the notification. The instant is in it because a group that ended starts again at sequence 1."""
    digest = hashlib.sha256(str(group).encode()).hexdigest()[:16]
    return f"{digest}-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{sequence}"
