"""Routes and subscriptions: how often alerts of a severity are sent, in which groups, and who wants which. No state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.quiet_hours import QuietHours
from adops_pipeline.domain.severity import Severity

EventType = Literal["alert.firing", "alert.resolved"]


@dataclass(frozen=True, slots=True)
class Route:
    """When alerts are sent. Defaults are Alertmanager's ("Configuration", section "route").

    ``group_by``: labels (alertname, severity and source among them) whose values make a group. The first message of a
    group waits ``group_wait``, further ones ``group_interval``; an unchanged group is repeated after
    ``repeat_interval``, rounded up to a multiple of ``group_interval``.
    """

    name: str
    group_by: tuple[str, ...] = ("alertname", "platform")
    group_wait: timedelta = timedelta(seconds=30)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)

    @property
    def repeats_after(self) -> timedelta:
        """``repeat_interval`` rounded up to a multiple of ``group_interval``."""
        return -(-self.repeat_interval // self.group_interval) * self.group_interval

    def group_labels(self, alert: Alert) -> tuple[tuple[str, str], ...]:
        """Names and values of the alert's ``group_by`` labels."""
        return tuple((name, alert.label(name)) for name in self.group_by)


ROUTES: Mapping[Severity, Route] = MappingProxyType(
    {
        Severity.CRITICAL: Route("critical"),
        Severity.WARNING: Route("warning", repeat_interval=timedelta(hours=24)),
        Severity.INFO: Route("info", repeat_interval=timedelta(days=7)),
    }
)
"""Critical alerts are repeated every 4 hours, warnings daily (as their figures change), info weekly."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A receiver: an active notification config with its filters.

    ``events``: patterns of event types (``alert.*``, ``alert.firing``). Empty ``platforms``: all; an alert that is
    about no platform, such as a failed sensor, concerns every one. With ``project_id`` only that project's alerts.
    """

    id: str
    name: str
    events: tuple[str, ...] = ("alert.*",)
    min_severity: Severity = Severity.INFO
    platforms: tuple[str, ...] = ()
    project_id: str | None = None
    quiet_hours: QuietHours | None = None

    def hears(self, event: EventType) -> bool:
        """Whether it subscribes to this type of event."""
        return any(fnmatchcase(event, pattern) for pattern in self.events)

    def refuses(self, alert: Alert) -> str | None:
        """Why the receiver does not want the alert, in words; None if it does."""
        platform = alert.label("platform")
        if alert.severity.rank < self.min_severity.rank:
            return f"below severity {self.min_severity}"
        if self.platforms and platform and platform not in self.platforms:
            return f"not about {', '.join(self.platforms)}"
        if self.project_id is not None and alert.label("project_id") != self.project_id:
            return f"not in project {self.project_id}"
        return None if self.hears("alert.firing") else "does not subscribe to alerts"
