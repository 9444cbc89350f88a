"""Routes and subscriptions: which receivers an alert has, in whose company it is told, and how often. No state."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Literal

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.matchers import Matcher, matches_all
from adops_pipeline.domain.alerts.quiet_hours import QuietHours
from adops_pipeline.domain.severity import Severity

EVERYONE = "default"
"""As a route's receiver: all active subscriptions, each by its own filters."""
EventType = Literal["alert.firing", "alert.resolved"]


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of who is told, and when. Defaults are Alertmanager's ("Configuration", section "route").

    ``group_by``: labels (alertname, severity and source among them) whose values make a group. The first message of a
    group waits ``group_wait``, further ones ``group_interval``; an unchanged group is repeated after
    ``repeat_interval``, rounded up to a multiple of ``group_interval``. With ``continues`` later routes may add
    receivers. Raises ValueError for intervals that are not above 0, or a wait below it.
    """

    name: str
    receivers: tuple[str, ...] = (EVERYONE,)
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ("alertname", "platform")
    group_wait: timedelta = timedelta(seconds=30)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)
    continues: bool = False

    def __post_init__(self) -> None:
        if (
            self.group_wait < timedelta(0)
            or self.group_interval <= timedelta(0)
            or self.repeat_interval <= timedelta(0)
        ):
            raise ValueError(f"route {self.name}: intervals must be above 0, and the wait not below it")

    @property
    def repeats_after(self) -> timedelta:
        """``repeat_interval`` rounded up to a multiple of ``group_interval``."""
        return -(-self.repeat_interval // self.group_interval) * self.group_interval

    def group_labels(self, alert: Alert) -> tuple[tuple[str, str], ...]:
        """Names and values of the labels that the alert is grouped by."""
        return tuple((name, alert.label(name)) for name in self.group_by)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A receiver: one active notification config, and what it wants to hear.

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
        """Whether it wants this kind of event."""
        return any(fnmatchcase(event, pattern) for pattern in self.events)

    def refuses(self, alert: Alert) -> str | None:
        """Why the alert is not for it, in words; None where it is."""
        platform = alert.label("platform")
        if alert.severity.rank < self.min_severity.rank:
            return f"below severity {self.min_severity}"
        if self.platforms and platform and platform not in self.platforms:
            return f"not about {', '.join(self.platforms)}"
        if self.project_id is not None and alert.label("project_id") != self.project_id:
            return f"not in project {self.project_id}"
        return None if self.hears("alert.firing") else "does not listen to alerts"


@dataclass(frozen=True, slots=True)
class Routing:
    """A flat list of routes, tried in order, with ``default`` for what none matches. ValueError on two of a name."""

    routes: tuple[Route, ...] = ()
    default: Route = field(default_factory=lambda: Route("default"))

    def __post_init__(self) -> None:
        names = [route.name for route in (*self.routes, self.default)]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two routes are named {twice[0]}")

    def matching(self, alert: Alert) -> tuple[Route, ...]:
        """The first route that matches and, while routes continue, the next; never empty."""
        found: list[Route] = []
        for route in self.routes:
            if matches_all(route.matchers, alert):
                found.append(route)
                if not route.continues:
                    return tuple(found)
        return tuple(found) or (self.default,)

    def receivers(self, alert: Alert, subscriptions: Sequence[Subscription]) -> Iterator[tuple[Route, Subscription]]:
        """Every subscription that a matching route names, whatever its filters, once: under the first such route."""
        seen: set[str] = set()
        for route in self.matching(alert):
            for subscription in subscriptions:
                if subscription.id not in seen and not {EVERYONE, subscription.id}.isdisjoint(route.receivers):
                    seen.add(subscription.id)
                    yield route, subscription


def _severity(severity: Severity) -> tuple[Matcher, ...]:
    return (Matcher("severity", "=", severity.value),)


DEFAULT_ROUTING = Routing(
    routes=(
        Route("critical", matchers=_severity(Severity.CRITICAL)),
        Route("info", matchers=_severity(Severity.INFO), repeat_interval=timedelta(days=7)),
    ),
    default=Route("warning", repeat_interval=timedelta(hours=24)),
)
"""Critical alerts are repeated every 4 hours, warnings once a day like the figures behind them, news hardly at all."""
