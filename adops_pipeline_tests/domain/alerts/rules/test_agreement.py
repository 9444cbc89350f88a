"""One judgement: what an alert calls critical, the workflow calls critical, and the table says so too."""

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
from hypothesis import given

from adops_pipeline.domain.alerts.rules.pacing import pacing_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline.domain.pacing.verdict import newest_rows
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows.follow_ups import budgets_to_check
from adops_pipeline.domain.workflows.parameters import PacingParameters
from adops_pipeline.domain.workflows.results import review_pacing
from adops_pipeline_tests.domain.pacing.rows import budgets_of_a_folder
from adops_pipeline_tests.profiles import examples

NOW = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
Judged = dict[tuple[str, str | None], tuple[str, Severity, str]]


def _alerts(budgets: pl.DataFrame, least: Severity) -> Judged:
    found = pacing_alerts(budgets, NOW, AlertRules(min_severity=least))
    return {(one.labels["platform"], one.labels["campaign_id"]): (one.name, one.severity, one.summary) for one in found}


def _findings(budgets: pl.DataFrame, least: Severity) -> Judged:
    found = review_pacing(budgets, PacingParameters(min_severity=least)).found
    return {
        (str(one.subject.platform), one.subject.campaign_id): (one.kind, one.severity, one.sentence) for one in found
    }


def _of_the_table(budgets: pl.DataFrame, least: Severity) -> dict[tuple[str, str | None], tuple[str, str]]:
    rows = newest_rows(budgets).drop_nulls("severity")
    wanted = rows.filter(pl.col("severity").map_elements(_at_least(least), return_dtype=pl.Boolean))
    return {(p, c): (v, s) for p, c, v, s in wanted.select("platform", "campaign_id", "verdict", "severity").rows()}


def _at_least(least: Severity) -> Callable[[str], bool]:
    return lambda word: Severity(word).rank >= least.rank


@examples(40)
@given(budgets=budgets_of_a_folder())
def test_alerts_findings_the_table_and_the_pacing_checks_that_start_agree_on_every_row(budgets: pl.DataFrame) -> None:
    judged = {least: _findings(budgets, least) for least in Severity}
    for least, findings in judged.items():
        alerts = _alerts(budgets, least)
        assert alerts.keys() == findings.keys()
        for key, (kind, severity, sentence) in alerts.items():
            assert findings[key][:2] == (kind, severity)
            assert findings[key][2].startswith(sentence)  # a finding adds since when
        assert _of_the_table(budgets, least) == {key: (kind, s.value) for key, (kind, s, _) in alerts.items()}
    over = {key for key, (kind, *_) in judged[Severity.INFO].items() if kind in ("overpacing", "over-delivering")}
    due = budgets_to_check(budgets, 1.5)
    assert {(one.parameters["platforms"][0], one.parameters["campaignIds"][0]) for one in due} <= over
