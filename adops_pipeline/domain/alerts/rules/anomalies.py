"""Alerts on unusual days: the most severe of the last days for each campaign and metric of analytics_anomalies."""

from datetime import date, datetime, timedelta

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import (
    Row,
    campaign_link,
    details_of,
    labels_of,
    most_severe,
    rows_of,
    text,
)
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline.domain.anomalies.verdict import stored_verdict

SOURCE = "anomalies"
_FIGURES = ("date", "observed", "expected", "low", "high", "score", "direction", "money_effect", "event_campaigns")


def anomaly_alerts(
    anomalies: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES, *, as_of: date | None = None
) -> list[Alert]:
    """An alert per campaign and metric: the most severe, then the newest, of the ``anomaly_days`` up to ``as_of``.

    An event that affects many campaigns of an account is one alert on the account.
    ``anomalies``: analytics_anomalies; ``as_of``: the last complete day, the day before ``now`` where it is not given.
    """
    oldest = (as_of or now.date() - timedelta(days=1)) - timedelta(days=rules.anomaly_days - 1)
    recent = findings(anomalies.filter(pl.col("date") >= oldest))
    is_event = pl.col("event_id").is_not_null()
    events = most_severe(recent.filter(is_event), rules.min_severity, pl.col("date"), by=("platform", "account_id"))
    alone = most_severe(recent.filter(~is_event), rules.min_severity, pl.col("date"))
    rows = [(row, labels_of(row)) for row in rows_of(events)]
    rows += [(row, labels_of(row, metric=text(row, "metric"))) for row in rows_of(alone)]
    return [_alert(row, labels, now) for row, labels in rows]


def _alert(row: Row, labels: dict[str, str], now: datetime) -> Alert:
    verdict = stored_verdict(row)
    assert verdict.severity is not None  # every flagged day has one
    details, link = details_of(row, *_FIGURES), campaign_link("anomalies", row)
    return Alert(verdict.kind, SOURCE, verdict.severity, labels, verdict.sentence, now, details, link)
