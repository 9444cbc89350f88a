"""Alerts on unusual days: the most severe of the last days, per campaign and metric. Rows of analytics_anomalies in."""

from datetime import date, datetime, timedelta

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import campaign_link, details_of, labels_of, most_severe, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.anomalies.verdict import stored_verdict

SOURCE = "anomalies"
_FIGURES = ("date", "observed", "expected", "low", "high", "score", "direction", "money_effect")


def anomaly_alerts(
    anomalies: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES, *, as_of: date | None = None
) -> list[Alert]:
    """An alert per campaign and metric: the most severe, then the newest, of the ``anomaly_days`` up to ``as_of``.

    ``anomalies``: analytics_anomalies; ``as_of``: the last complete day, the day before ``now`` where it is not given.
    """
    oldest = (as_of or now.date() - timedelta(days=1)) - timedelta(days=rules.anomaly_days - 1)
    found = most_severe(anomalies.filter(pl.col("date") >= oldest), rules.min_severity, pl.col("date"))
    judged = [(row, stored_verdict(row)) for row in rows_of(found)]
    return [
        Alert(
            verdict.kind, SOURCE, verdict.severity, labels_of(row, metric=text(row, "metric")), verdict.sentence, now,
            details_of(row, *_FIGURES), campaign_link("anomalies", row),
        )
        for row, verdict in judged
        if verdict.severity is not None
    ]  # fmt: skip
