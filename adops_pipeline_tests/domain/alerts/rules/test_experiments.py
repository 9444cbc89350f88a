"""Alerts on A/B tests."""

from datetime import date

import polars as pl
import pytest

from adops_pipeline.domain.alerts.rules.experiments import experiment_alerts
from adops_pipeline_tests.domain.alerts.rules.frames import NOW

TEST = {"id": "t1", "name": "Blue", "platform": "meta-ads", "campaign_id": "7", "metric": "ctr"}


def one_test(status: str, completed_at: date | None = date(2026, 3, 15)) -> pl.DataFrame:
    """ab_tests with one test."""
    schema = {**dict.fromkeys((*TEST, "status"), pl.String()), "completed_at": pl.Date()}
    return pl.DataFrame([{**TEST, "status": status, "completed_at": completed_at}], schema=schema)


RESULTS = pl.DataFrame(
    {
        "test_id": ["t1", "t1"], "evaluated_at": [date(2026, 3, 14), date(2026, 3, 15)],
        "verdict": ["not-significant", "significant"], "reason": ["not-shown-yet", "difference-shown"],
        "lift": [0.05, 0.12], "ci_low": [-0.1, 0.04], "ci_high": [0.2, 0.21],
    }
)  # fmt: skip


def test_a_decision_is_news_with_its_newest_result() -> None:
    one = experiment_alerts(one_test("completed"), RESULTS, NOW)[0]
    assert (one.name, one.severity.value, one.labels["test_id"]) == ("experiment-completed", "info", "t1")
    assert one.summary == (
        "Test Blue on ctr has a result: B against A +12.0% (interval +4.0% to +21.0%). "
        "The difference is shown under the stopping rule."
    )


@pytest.mark.parametrize(
    ("status", "completed_at", "expected"),
    [
        ("running", None, []),
        ("completed", date(2026, 3, 10), ["experiment-completed"]),
        ("completed", date(2026, 3, 9), []),
        ("inconclusive", date(2026, 3, 15), ["experiment-inconclusive"]),
        ("invalid", date(2026, 3, 15), ["experiment-invalid"]),
        ("invalid", None, ["experiment-invalid"]),
    ],
)
def test_decisions_are_news_for_a_week(status: str, completed_at: date | None, expected: list[str]) -> None:
    assert [one.name for one in experiment_alerts(one_test(status, completed_at), RESULTS, NOW)] == expected


def test_an_invalid_test_says_why_and_is_a_warning() -> None:
    broken = RESULTS.with_columns(reason=pl.lit("sample-ratio-mismatch"))
    one = experiment_alerts(one_test("invalid"), broken, NOW)[0]
    assert one.severity.value == "warning"
    assert one.summary.startswith("Test Blue on ctr is invalid: ")


def test_a_test_without_results_is_told_all_the_same() -> None:
    one = experiment_alerts(one_test("completed"), RESULTS.clear(), NOW)[0]
    assert one.summary == "Test Blue on ctr has a result."
