"""Alerts on budgets: the verdicts in analytics_budgets of a minimum severity."""

from datetime import datetime

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import campaign_link, details_of, labels_of, rows_of
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.pacing.verdict import newest_rows, stored_verdict

SOURCE = "pacing"
_FIGURES = (
    "as_of", "period_start", "period_end", "budget", "spent_to_date", "seasonal_target", "seasonal_ratio",
    "projected_total", "projected_low", "projected_high", "overspend_probability", "required_daily_spend",
    "max_possible_spend", "money_at_stake", "days_elapsed", "days_remaining", "delivery_7d", "delivery_28d",
    "delivery_month",
)  # fmt: skip


def pacing_alerts(budgets: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES) -> list[Alert]:
    """At most one alert for each budget, named after its verdict.

    ``budgets``: analytics_budgets, history included; a column ``project_id`` becomes a label.
    """
    judged = [(row, stored_verdict(row)) for row in rows_of(newest_rows(budgets))]
    return [
        Alert(
            verdict.kind, SOURCE, verdict.severity, labels_of(row), verdict.sentence, now,
            details_of(row, *_FIGURES), campaign_link("pacing", row),
        )
        for row, verdict in judged
        if verdict.severity is not None and verdict.is_at_least(rules.min_severity)
    ]  # fmt: skip
