"""A stage in simulated time: alerts by letters, an engine that ticks, and the timeline of what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.engine import Notification, Policy, flush
from adops_pipeline.domain.alerts.evaluation import evaluate
from adops_pipeline.domain.alerts.routing import Route, Subscription
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertState
from adops_pipeline.domain.severity import Severity

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
TEAM = Subscription("team", "Team")
ONE_GROUP = dict.fromkeys(Severity, Route("all", group_by=("alertname",)))
PLAIN = Policy((TEAM,), ONE_GROUP, inhibitions=())
MINUTE, HOUR = 60, 3600


def at(seconds: float) -> datetime:
    """The instant so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def alert(letter: str, severity: Severity = Severity.WARNING, name: str = "overpacing", **labels: str) -> Alert:
    """A pacing alert on campaign ``letter``."""
    about = {"platform": "meta-ads", "account_id": "act_1", "campaign_id": letter, **labels}
    return Alert(name, "pacing", severity, about, f"{letter} spent EUR 120.00 of EUR 100.00", START, {"ratio": 1.2})


def cast(letters: str) -> list[Alert]:
    """``"A b"``: a critical alert on A and a warning on b (fingerprints follow the letter in upper case)."""
    return [alert(one.upper(), Severity.CRITICAL if one.isupper() else Severity.WARNING) for one in letters.split()]


@dataclass(frozen=True)
class Line:
    """A notification as a test states it: seconds, why, the campaigns that fire and those that are over."""

    second: float
    reason: str
    firing: str = ""
    resolved: str = ""


def line_of(notification: Notification) -> Line:
    """The notification in short."""
    firing = sorted(told.alert.label("campaign_id") for told in notification.firing)
    resolved = sorted(told.alert.label("campaign_id") for told in notification.resolved)
    seconds = (notification.at - START).total_seconds()
    return Line(seconds, notification.reason, " ".join(firing), " ".join(resolved))


def play(
    seen: Mapping[int, Sequence[Alert]],
    until: int,
    policy: Policy = PLAIN,
    silences: Sequence[Silence] = (),
    *,
    tick: int = 5,
    hold: int = 0,
) -> tuple[list[Notification], AlertState]:
    """Evaluate at the seconds of ``seen``, flush every ``tick`` seconds through ``until``."""
    state = AlertState()
    told: list[Notification] = []
    for second in sorted({*seen, *range(0, until + 1, tick)}):
        if second in seen:
            state = evaluate(seen[second], state, at(second), hold=timedelta(seconds=hold)).state
        if second % tick == 0:
            flushed = flush(state, policy, silences, at(second))
            state = flushed.state
            told += flushed.notifications
    return told, state


def timeline(
    seen: Mapping[int, str], until: int, policy: Policy = PLAIN, silences: Sequence[Silence] = (), **options: int
) -> list[Line]:
    """``play`` with letters, and what was told in short."""
    told, _ = play({second: cast(letters) for second, letters in seen.items()}, until, policy, silences, **options)
    return [line_of(notification) for notification in told]
