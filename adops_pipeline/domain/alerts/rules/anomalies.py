"""Alerts on unusual days: the newest grave anomaly of each campaign and metric. Rows of analytics_anomalies in."""

from datetime import date, datetime, timedelta

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import campaign_link, details_of, labels_of, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.severity import Severity

SOURCE = "anomalies"
_FIGURES = ("date", "observed", "expected", "low", "high", "score", "direction", "money_effect")


def anomaly_alerts(
    anomalies: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES, *, as_of: date | None = None
) -> list[Alert]:
    """An alert per campaign and metric: the newest of its flagged days among the ``anomaly_days`` up to ``as_of``.

    ``anomalies``: analytics_anomalies; ``as_of``: the last complete day, the day before ``now`` where it is not given.
    """
    oldest = (as_of or now.date() - timedelta(days=1)) - timedelta(days=rules.anomaly_days - 1)
    is_recent = (pl.col("date") >= oldest) & (pl.col("score").abs() >= rules.anomaly_score)
    grave = anomalies.filter(is_recent).sort("date")
    newest = grave.unique(["platform", "campaign_id", "metric"], keep="last").sort("platform", "campaign_id", "metric")
    return [
        Alert(
            "anomaly", SOURCE, Severity(text(row, "severity")), labels_of(row, metric=text(row, "metric")),
            f"On {text(row, 'date')}: {text(row, 'explanation')}", now,
            details_of(row, *_FIGURES), campaign_link("anomalies", row),
        )
        for row in rows_of(newest)
    ]  # fmt: skip
