"""Alerts on metrics that worsened, one for each campaign and metric of analytics_benchmarks."""

from datetime import datetime

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import campaign_link, details_of, labels_of, most_severe, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.benchmarks.verdict import stored_verdict

SOURCE = "benchmarks"
_FIGURES = (
    "period", "period_start", "period_end", "baseline_value", "current_value", "change_pct", "z_score", "q_value",
    "money_at_stake", "peer_median",
)  # fmt: skip


def benchmark_alerts(benchmarks: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES) -> list[Alert]:
    """An alert per campaign and metric at most: of week and month the more severe, then the clearer one.

    ``benchmarks``: analytics_benchmarks, which holds the newest comparison only.
    """
    worse = benchmarks.filter(pl.col("status") == "worse")
    found = most_severe(worse, rules.min_severity, pl.col("z_score").abs(), pl.col("period"))
    judged = [(row, stored_verdict(row)) for row in rows_of(found)]
    return [
        Alert(
            verdict.kind, SOURCE, verdict.severity, labels_of(row, metric=text(row, "metric")), verdict.sentence, now,
            details_of(row, *_FIGURES), campaign_link("benchmarks", row),
        )
        for row, verdict in judged
        if verdict.severity is not None
    ]  # fmt: skip
