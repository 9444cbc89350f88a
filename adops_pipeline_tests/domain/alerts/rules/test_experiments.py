"""Alerts on A/B tests."""

from datetime import date

import polars as pl
import pytest

from adops_pipeline.domain.alerts.rules.experiments import experiment_alerts
from adops_pipeline_tests.domain.alerts.rules.frames import NOW

TEST = {
    "id": "t1", "name": "Blue", "platform": "meta-ads", "campaign_id": "7", "metric": "ctr", "winner": "B",
    "explanation": "The difference is shown.", "variant_a": '{"name": "Old"}', "variant_b": '{"name": "New"}',
    "reason": "difference-shown",
}  # fmt: skip


def one_test(status: str, completed_at: date | None = date(2026, 3, 15), **changed: str) -> pl.DataFrame:
    """ab_tests with one test."""
    row = {**TEST, "status": status, "completed_at": completed_at, **changed}
    schema = {**dict.fromkeys((*TEST, "status"), pl.String()), "completed_at": pl.Date()}
    return pl.DataFrame([row], schema=schema)


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
    assert one.summary == "Test 'Blue': B (New) wins; CTR of B against A +12.0 % (+4.0 % to +21.0 %)."
    assert (one.details["lift"], one.details["verdict"]) == (0.12, "significant")
    assert one.link == "/experiments?test_id=t1"


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
    one = experiment_alerts(one_test("invalid", explanation="The split is uneven."), RESULTS, NOW)[0]
    assert one.severity.value == "warning"
    assert one.summary == "Test 'Blue': it cannot be trusted. The split is uneven."


def test_a_test_without_results_has_an_alert_all_the_same() -> None:
    one = experiment_alerts(one_test("completed"), RESULTS.clear(), NOW)[0]
    assert one.summary == "Test 'Blue': decided. The difference is shown."
