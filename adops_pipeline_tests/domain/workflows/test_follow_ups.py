"""What starts by itself, and only once."""

from datetime import date

import polars as pl

from adops_pipeline.domain.workflows.follow_ups import budgets_to_check, ready_tests
from adops_pipeline.domain.workflows.validation import validate


def _tests(**status: str) -> pl.DataFrame:
    return pl.DataFrame({"id": list(status), "status": list(status.values()), "min_sample_size": [1000] * len(status)})


def _looks(*rows: tuple[str, int, float, float]) -> pl.DataFrame:
    values = [(test, date(2026, 11, day), a, b) for test, day, a, b in rows]
    return pl.DataFrame(values, schema=["test_id", "evaluated_at", "sample_a", "sample_b"], orient="row")


def test_a_running_test_is_ready_when_its_smaller_arm_has_the_sample() -> None:
    looks = _looks(("ready", 9, 900.0, 800.0), ("ready", 10, 1200.0, 1000.0), ("early", 10, 5000.0, 999.0))
    due = ready_tests(_tests(ready="running", early="running"), looks)
    assert [(one.workflow_id, one.parameters) for one in due] == [("ab-test-evaluation", {"testIds": ["ready"]})]


def test_a_test_that_has_ended_is_not_asked_for_again() -> None:
    assert ready_tests(_tests(done="completed"), _looks(("done", 10, 5000.0, 5000.0))) == []


def test_without_tests_nothing_is_due() -> None:
    assert ready_tests(_tests(), _looks()) == []


def _budgets(*rows: tuple[str, int, str, float]) -> pl.DataFrame:
    values = [
        ("meta-ads", "1", campaign, date(2026, 11, day), date(2026, 11, 1), verdict, ratio)
        for campaign, day, verdict, ratio in rows
    ]
    names = ["platform", "account_id", "campaign_id", "as_of", "period_start", "verdict", "seasonal_ratio"]
    return pl.DataFrame(values, schema=names, orient="row")


def test_a_budget_that_runs_away_is_checked_once_a_period() -> None:
    first = budgets_to_check(_budgets(("c1", 9, "overpacing", 1.7)), 1.5)
    later = budgets_to_check(_budgets(("c1", 9, "overpacing", 1.7), ("c1", 10, "overpacing", 1.9)), 1.5)
    assert [one.key for one in first] == [one.key for one in later] == ["overpacing:meta-ads:c1:2026-11-01"]
    validate(later[0].workflow_id, later[0].parameters)
    (daily,) = budgets_to_check(_budgets(("c2", 10, "over-delivering", 1.5)), 1.5)
    assert daily.parameters["campaignIds"] == ["c2"]


def test_only_the_newest_row_of_a_budget_in_delivery_counts() -> None:
    rows = _budgets(
        ("calmed", 9, "overpacing", 1.9),
        ("calmed", 10, "on-track", 1.0),
        ("paused", 10, "paused", 1.9),
        ("mild", 10, "overpacing", 1.49),
    )
    assert budgets_to_check(rows, 1.5) == []
