"""The labels that alerts have, and the values of those with a closed set: what a silence may ask for.

A misspelt label counts as missing, as in Alertmanager, and a misspelt value matches nothing: the silence would mute
nobody, or everybody where it is negated.
"""

from collections.abc import Iterable, Mapping
from typing import get_args

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.pacing import PacingVerdict
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean

LABELS = (
    "alertname", "severity", "source", "platform", "account_id", "account_name", "campaign_id", "campaign_name",
    "project_id", "currency", "metric", "test_id", "test_name", "asset", "check", "sensor",
)  # fmt: skip
SOURCES = ("pacing", "anomalies", "benchmarks", "experiments", "sync", "freshness", "rejects", "checks", "sensors")
NAMES = (
    *get_args(PacingVerdict), "anomaly", "benchmark-worse", "experiment-completed", "experiment-inconclusive",
    "experiment-invalid", "platform-sync-failed", "account-sync-failed", "account-stale", "rows-rejected",
    "check-failed", "sensor-failed",
)  # fmt: skip
_VALUES: Mapping[str, tuple[str, ...]] = {
    "alertname": NAMES,
    "severity": tuple(severity.value for severity in Severity),
    "source": SOURCES,
    "platform": tuple(platform.value for platform in Platform),
}


def unknown_part(matcher: Matcher, known: Iterable[Alert] = ()) -> str | None:
    """What no alert has of a matcher, with the nearest word that one has; None where there may be such an alert.

    ``known`` alerts have their labels and values whatever they are. Expressions (``=~``) are not judged by value.
    """
    alerts = tuple(known)
    labels = dict.fromkeys((*LABELS, *(label for alert in alerts for label in alert.labels)))
    if matcher.label not in labels:
        nearest = did_you_mean(matcher.label, labels) or f"; labels are {', '.join(LABELS)}"
        return f"no alert has a label {matcher.label!r}{nearest}"
    if matcher.label not in _VALUES or not matcher.value or matcher.operator in ("=~", "!~"):
        return None
    values = dict.fromkeys((*_VALUES[matcher.label], *(alert.label(matcher.label) for alert in alerts)))
    if matcher.value in values:
        return None
    nearest = did_you_mean(matcher.value, values) or f"; known are {', '.join(_VALUES[matcher.label])}"
    return f"no alert has {matcher.label} {matcher.value!r}{nearest}"
