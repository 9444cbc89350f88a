"""Alerts on A/B tests: decided or invalid ones, from ab_tests and ab_test_results."""

from datetime import date, datetime

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import Row, details_of, labels_of, link_to, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.experiments.verdict import judge_test, with_newest_results

SOURCE = "experiments"
_FIGURES = ("lift", "ci_low", "ci_high", "always_valid_p", "srm_p", "probability_b_beats_a", "verdict", "reason")


def experiment_alerts(
    tests: pl.DataFrame, results: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES
) -> list[Alert]:
    """An alert per test that was decided or found invalid within ``experiment_days``, with its newest result.

    ``tests``: ab_tests; ``results``: ab_test_results (``lift`` relative). A test that is invalid but never completed
    has an alert for as long as it is. Whatever its severity: a decision is made once, and asks for a person.
    """
    judged = [(row, judge_test(row)) for row in rows_of(with_newest_results(tests, results))]
    return [
        Alert(
            verdict.kind, SOURCE, verdict.severity, _labels(row), verdict.sentence, now, details_of(row, *_FIGURES),
            link_to("experiments", test_id=text(row, "id")),
        )
        for row, verdict in judged
        if verdict.severity is not None and _is_news(row, now, rules)
    ]  # fmt: skip


def _labels(row: Row) -> dict[str, str]:
    return labels_of(row, test_id=text(row, "id"), test_name=text(row, "name"), metric=text(row, "metric"))


def _is_news(test: Row, now: datetime, rules: AlertRules) -> bool:
    done = test.get("completed_at")
    if not isinstance(done, date):
        return text(test, "status") == "invalid"
    day = done.date() if isinstance(done, datetime) else done
    return (now.date() - day).days < rules.experiment_days
