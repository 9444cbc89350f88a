"""An alert: a present problem with its figures, and a fingerprint that stays the same while it lasts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from math import isfinite
from types import MappingProxyType

from adops_pipeline.domain.severity import Severity

Figure = str | int | float | bool | None
DESCRIPTIVE_LABELS = frozenset({"campaign_name", "account_name", "test_name", "project_id", "currency"})
"""Labels that do not identify an alert: names are edited, campaigns move between projects."""
RESERVED_LABELS = frozenset({"alertname", "severity", "source"})
"""Names under which matchers and routes address fields that are not labels."""


@dataclass(frozen=True)
class Alert:
    """One alert. ``labels`` say what it is about (platform, account_id, campaign_id …); an empty label is none.

    ``source`` is the rule set it comes from: only an evaluation of that source resolves it. ``summary`` is a sentence
    with figures, units and currency; ``details`` the figures by name; ``link`` a path of the dashboard. Raises
    ValueError for an empty name or source, a reserved label, a figure that is not finite or a moment without a zone.
    """

    name: str
    source: str
    severity: Severity
    labels: Mapping[str, str]
    summary: str
    starts_at: datetime
    details: Mapping[str, Figure] = field(default_factory=dict)
    link: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.source:
            raise ValueError("an alert needs a name and a source")
        if reserved := sorted(RESERVED_LABELS & self.labels.keys()):
            raise ValueError(f"{reserved[0]} cannot be a label: it names a part of the alert itself")
        if self.starts_at.tzinfo is None:
            raise ValueError("starts_at needs a time zone")
        for name, value in self.details.items():
            if isinstance(value, float) and not isfinite(value):
                raise ValueError(f"the figure {name} is not finite")
        given = {name: value for name, value in sorted(self.labels.items()) if value}
        object.__setattr__(self, "labels", MappingProxyType(given))
        object.__setattr__(self, "details", MappingProxyType(dict(sorted(self.details.items()))))
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits from name, source and identifying labels; figures, names and severity do not count."""
        identity = {name: value for name, value in self.labels.items() if name not in DESCRIPTIVE_LABELS}
        text = json.dumps([self.name, self.source, identity], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def label(self, name: str) -> str:
        """The label, or alertname, severity, source; empty if there is none, as in Alertmanager's matchers."""
        if name in RESERVED_LABELS:
            return {"alertname": self.name, "severity": self.severity.value, "source": self.source}[name]
        return self.labels.get(name, "")


def most_severe_first(alert: Alert) -> tuple[int, str, str]:
    """Sort key: critical before warning before info, then by name and fingerprint."""
    return (-alert.severity.rank, alert.name, alert.fingerprint)
