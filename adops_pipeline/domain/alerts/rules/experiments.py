"""Alerts on A/B tests: a decision is there, or the test is broken. Rows of ab_tests and ab_test_results in."""

from datetime import date, datetime

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import Row, details_of, labels_of, link_to, number, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.experiments.decisions import STEPS
from adops_pipeline.domain.experiments.reasons import EXPLANATIONS
from adops_pipeline.domain.severity import Severity

SOURCE = "experiments"
_FIGURES = ("lift", "ci_low", "ci_high", "always_valid_p", "srm_p", "probability_b_beats_a", "verdict", "reason")
_WHY = {**STEPS, **{str(reason): words for reason, words in EXPLANATIONS.items()}}
_ALERTS = {
    "completed": ("experiment-completed", Severity.INFO),
    "inconclusive": ("experiment-inconclusive", Severity.INFO),
    "invalid": ("experiment-invalid", Severity.WARNING),
}


def experiment_alerts(
    tests: pl.DataFrame, results: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES
) -> list[Alert]:
    """An alert per test that was decided or found invalid within ``experiment_days``, with its newest result.

    ``tests``: id, name, platform, campaign_id, metric, status, completed_at; ``results``: test_id, evaluated_at and
    figures (``lift`` relative). A test that is invalid but never completed is told for as long as it is.
    """
    newest = {text(row, "test_id"): row for row in rows_of(results.sort("evaluated_at"))} if len(results) else {}
    alerts = []
    for test in rows_of(tests.sort("id")):
        known = _ALERTS.get(text(test, "status"))
        if known is None or not _is_news(test, now, rules):
            continue
        name, severity = known
        result = newest.get(text(test, "id"), {})
        labels = labels_of(test, test_id=text(test, "id"), test_name=text(test, "name"), metric=text(test, "metric"))
        link = link_to("experiments", test_id=text(test, "id"))
        alerts.append(
            Alert(name, SOURCE, severity, labels, _sentence(test, result), now, details_of(result, *_FIGURES), link)
        )
    return alerts


def _is_news(test: Row, now: datetime, rules: AlertRules) -> bool:
    done = test.get("completed_at")
    if not isinstance(done, date):
        return text(test, "status") == "invalid"
    day = done.date() if isinstance(done, datetime) else done
    return (now.date() - day).days < rules.experiment_days


def _sentence(test: Row, result: Row) -> str:
    name, status, metric = text(test, "name") or text(test, "id"), text(test, "status"), text(test, "metric")
    why = _WHY.get(text(result, "reason"), "")
    lift, low, high = (number(result, column) for column in ("lift", "ci_low", "ci_high"))
    effect = "" if lift is None else f"B against A {lift:+.1%}"
    if lift is not None and low is not None and high is not None:
        effect += f" (interval {low:+.1%} to {high:+.1%})"
    if status == "invalid":
        return f"Test {name} on {metric} is invalid: {why or 'its data must not be trusted.'}"
    verdict = "has a result" if status == "completed" else "ended without a clear difference"
    return f"Test {name} on {metric} {verdict}{f': {effect}' if effect else ''}. {why}".strip()
