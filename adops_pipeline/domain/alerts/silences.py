"""Silences, which people set, and inhibitions: an alert mutes others that it explains."""

from dataclasses import dataclass
from datetime import datetime

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.matchers import Matcher, matches_all


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes matching alerts from ``starts_at`` until before ``ends_at``.

    Raises ValueError where it would end before it starts, has no author, a moment has no zone, or no matcher excludes
    an empty label: such a silence would mute everything (Alertmanager refuses it too, silence/silence.go).
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str = ""

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a silence's times need a time zone")
        if self.ends_at <= self.starts_at:
            raise ValueError("a silence must end after it starts")
        if not self.author.strip():
            raise ValueError("a silence needs an author")
        if all(matcher.holds("") for matcher in self.matchers):
            raise ValueError("a silence needs a matcher that does not match everything")

    def is_active(self, now: datetime) -> bool:
        """Whether it is in force at ``now``."""
        return self.starts_at <= now < self.ends_at

    def mutes(self, alert: Alert, now: datetime) -> bool:
        """Whether it mutes the alert at ``now``."""
        return self.is_active(now) and matches_all(self.matchers, alert)


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While a source alert fires, targets with the same values of the ``equal`` labels are muted.

    Missing labels are equal. An alert that is both source and target is not muted by another such alert
    (Alertmanager, "Inhibition").
    """

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()

    def key(self, alert: Alert) -> tuple[str, ...]:
        """The values that source and target must share."""
        return tuple(alert.label(name) for name in self.equal)


def _named(name: str) -> tuple[Matcher, ...]:
    return (Matcher("alertname", "=", name),)


_CAMPAIGNS = (Matcher("campaign_id", "!=", ""),)
DEFAULT_INHIBITIONS = (
    Inhibition("account-not-synced", _named("account-sync-failed"), _CAMPAIGNS, ("platform", "account_id")),
    Inhibition("account-stale", _named("account-stale"), _CAMPAIGNS, ("platform", "account_id")),
    Inhibition("platform-not-synced", _named("platform-sync-failed"), _CAMPAIGNS, ("platform",)),
    Inhibition("platform-explains-failures", _named("platform-sync-failed"), _named("account-sync-failed"),
               ("platform",)),
    Inhibition("platform-explains-age", _named("platform-sync-failed"), _named("account-stale"), ("platform",)),
    Inhibition("failure-explains-age", _named("account-sync-failed"), _named("account-stale"),
               ("platform", "account_id")),
)  # fmt: skip
"""While data are missing, alerts about their campaigns are outdated: only the failed sync is notified."""
