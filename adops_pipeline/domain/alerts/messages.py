"""The message of a notification about alerts: title, summary, fields and a line for each alert."""

from collections import Counter
from datetime import datetime
from urllib.parse import quote

from adops_pipeline.domain.alerts.engine import Notification, NotifiedAlert
from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity

_PATH_CHARACTERS = "/?&=#%:@!$'()*+,;~-._"
_MARKS = {"new": "New", "worsened": "Worse", "still": "Still", "resolved": "Resolved"}
_REASONS = {
    "new": "New alerts",
    "worsened": "More severe than before",
    "resolved": "Resolved alerts",
    "repeat": "Reminder: nothing has changed",
}
_COMMON = (
    ("platform", "Platform"), ("account_name", "Account"), ("account_id", "Account id"), ("campaign_name", "Campaign"),
    ("metric", "Metric"), ("project_id", "Project"),
)  # fmt: skip


def message_of(notification: Notification, dashboard_url: str | None = None) -> Message:
    """The message to send. Without ``dashboard_url`` (http or https, no query) there are no links.

    Items are ordered by severity, critical first; within a severity new alerts come first; resolved alerts come last.
    """
    notified = sorted(notification.alerts, key=_order)
    firing = notification.firing
    severity = max((one.alert.severity for one in firing), key=lambda s: s.rank, default=None)
    link = _link(dashboard_url, notified[0].alert.link if len(notified) == 1 else "/alerts")
    return Message(
        title=_title(notification),
        severity=Severity.INFO if severity is None else severity,
        is_resolved=severity is None,
        summary=notified[0].alert.summary if len(notified) == 1 else _overview(notification),
        key=notification.key,
        at=notification.at,
        fields=_fields(notification),
        items=tuple(MessageItem(_line(one), _link(dashboard_url, one.alert.link)) for one in notified),
        footer="Ad Ops Command Center",
        link=link,
    )


def _title(notification: Notification) -> str:
    counts = [(len(notification.firing), "firing"), (len(notification.resolved), "resolved")]
    count = ", ".join(f"{number} {word}" for number, word in counts if number)
    values = [value for _, value in notification.group.labels if value]
    return f"[{count}] {' · '.join(values or [notification.group.route])}"


def _overview(notification: Notification) -> str:
    """``3 alerts firing (1 critical, 2 warning; 1 new), 1 resolved.``"""
    firing, resolved = notification.firing, notification.resolved
    parts = []
    if firing:
        grades = Counter(one.alert.severity for one in firing)
        inside = ", ".join(f"{grades[s]} {s}" for s in reversed(Severity) if grades[s])
        news: Counter[str] = Counter(one.news for one in firing)
        fresh = ", ".join(f"{news[w]} {word}" for w, word in (("new", "new"), ("worsened", "worsened")) if news[w])
        parts.append(f"{_alerts(len(firing))} firing ({inside}{f'; {fresh}' if fresh else ''})")
    if resolved:
        parts.append(f"{len(resolved) if firing else _alerts(len(resolved))} resolved")
    return f"{', '.join(parts)}."


def _alerts(number: int) -> str:
    return "1 alert" if number == 1 else f"{number} alerts"


def _fields(notification: Notification) -> tuple[MessageField, ...]:
    """Fields: what all alerts have in common, why the message is sent, and since when."""
    fields = []
    for label, name in _COMMON:
        values = {one.alert.label(label) for one in notification.alerts}
        if len(values) == 1 and (value := values.pop()):
            fields.append(MessageField(name, value))
    fields.append(MessageField("Why now", _REASONS[notification.reason]))
    if notification.firing:
        fields.append(MessageField("Since", _moment(min(one.fired_at for one in notification.firing))))
    if notification.acknowledged:
        fields.append(MessageField("Acknowledged, not listed", str(notification.acknowledged)))
    return tuple(fields)


def _line(notified: NotifiedAlert) -> str:
    alert = notified.alert
    name = alert.label("campaign_name") or alert.label("test_name") or alert.label("account_name")
    what = f"{name}: {alert.summary}" if name and name not in alert.summary else alert.summary
    if notified.resolved_at is not None:
        return f"Resolved {_moment(notified.resolved_at)} · {what}"
    return f"{alert.severity.value.capitalize()} · {_MARKS[notified.news]} · {what}"


def _order(notified: NotifiedAlert) -> tuple[bool, int, bool, str, str]:
    alert = notified.alert
    return (notified.news == "resolved", -alert.severity.rank, notified.news == "still", alert.name, alert.fingerprint)


def _link(dashboard_url: str | None, path: str | None) -> str | None:
    """The full address in ASCII; None without a dashboard or a path."""
    if not dashboard_url or not path:
        return None
    return f"{dashboard_url.rstrip('/')}/{quote(path.lstrip('/'), safe=_PATH_CHARACTERS)}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
