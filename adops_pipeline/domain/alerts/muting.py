"""Why a receiver is not notified of an alert now: silenced, inhibited, acknowledged or held by quiet hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.matchers import matches_all
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.alerts.silences import Inhibition, Silence
from adops_pipeline.domain.alerts.state import AlertRecord

MuteKind = Literal["silenced", "inhibited", "acknowledged", "quiet"]
DROPPING: frozenset[MuteKind] = frozenset({"silenced", "inhibited"})
"""These suppress the alert and its resolved notice; the other two only delay it."""


@dataclass(frozen=True, slots=True)
class Mute:
    """The reason, as a word and as a sentence, and until when, if known."""

    kind: MuteKind
    reason: str
    until: datetime | None = None


class Inhibitor:
    """The inhibitions in force, indexed by the labels that must be equal."""

    def __init__(self, inhibitions: Sequence[Inhibition], firing: Iterable[Alert]) -> None:
        """``firing`` are all alerts that fire now, silenced or not, as in Alertmanager."""
        now = list(firing)
        self._rules = [(rule, _sources(rule, now)) for rule in inhibitions]

    def inhibited_by(self, alert: Alert) -> tuple[Inhibition, Alert] | None:
        """The rule that mutes the alert and the source alert; None if there is none."""
        for rule, sources in self._rules:
            if not matches_all(rule.target, alert):
                continue
            is_both = matches_all(rule.source, alert)
            for source in sources.get(rule.key(alert), ()):
                if source.fingerprint != alert.fingerprint and not (is_both and matches_all(rule.target, source)):
                    return rule, source
        return None


def _sources(rule: Inhibition, firing: Sequence[Alert]) -> Mapping[tuple[str, ...], list[Alert]]:
    sources: dict[tuple[str, ...], list[Alert]] = {}
    for alert in firing:
        if matches_all(rule.source, alert):
            sources.setdefault(rule.key(alert), []).append(alert)
    return sources


def mute_of_all(alert: Alert, silences: Iterable[Silence], inhibitor: Inhibitor, now: datetime) -> Mute | None:
    """Why the alert is muted for every receiver: an inhibition, or the silence that lasts longest."""
    inhibited = inhibitor.inhibited_by(alert)
    if inhibited is not None:
        rule, source = inhibited
        return Mute("inhibited", f"{rule.name}: {source.name} explains it")
    active = [silence for silence in silences if silence.mutes(alert, now)]
    if not active:
        return None
    longest = max(active, key=lambda silence: (silence.ends_at, silence.id))
    comment = f": {longest.comment}" if longest.comment else ""
    return Mute("silenced", f"silenced by {longest.author}{comment}", longest.ends_at)


def mute_of_receiver(record: AlertRecord, subscription: Subscription, now: datetime) -> Mute | None:
    """Why this receiver is not notified for now: an acknowledgement or its quiet hours."""
    known = record.acknowledgement
    if known is not None:
        return Mute("acknowledged", f"acknowledged by {known.by}")
    quiet = subscription.quiet_hours
    if quiet is not None and quiet.holds(record.alert.severity, now):
        return Mute("quiet", f"quiet hours of {subscription.name}", quiet.ends_after(now))
    return None
