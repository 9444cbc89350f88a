"""Alerts on ratios that worsened."""

from datetime import date

import pytest

from adops_pipeline.domain.alerts.rules.benchmarks import benchmark_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, benchmark, benchmarks


@pytest.mark.parametrize(
    ("row", "is_told"),
    [
        ({}, True),
        ({"status": "better"}, False),
        ({"z_score": 3.9}, False),
        ({"change_pct": 24.0}, False),
        ({"metric": "ctr"}, False),
        ({"metric": "roas", "z_score": -5.0, "change_pct": -40.0}, True),
        ({"z_score": None, "status": "insufficient-data"}, False),
    ],
)
def test_clear_and_large_worsenings_of_what_costs_money_are_told(row: dict[str, object], is_told: bool) -> None:
    assert bool(benchmark_alerts(benchmarks(benchmark(**row)), NOW)) is is_told


def test_week_and_month_are_one_alert_from_the_clearer_of_the_two() -> None:
    found = benchmark_alerts(benchmarks(benchmark(), benchmark(period="month", z_score=7.0, change_pct=30.0)), NOW)
    assert [one.details["period"] for one in found] == ["month"]
    assert found[0].summary == (
        "CPA went from EUR 10.00 to EUR 15.00 (+30 %) over the 28 days to 2026-03-15 (z +7.0); "
        "comparable campaigns: EUR 11.00."
    )


def test_a_metric_that_needs_time_to_mature_is_not_taken_for_history() -> None:
    mature = benchmark(metric="roas", period_end=date(2026, 2, 20), z_score=-5.0)
    old = benchmark(metric="cpa", period_end=date(2026, 3, 1), campaign_id="8")
    found = benchmark_alerts(benchmarks(benchmark(), mature, old), NOW)
    assert [(one.labels["campaign_id"], one.labels["metric"]) for one in found] == [("7", "cpa"), ("7", "roas")]


def test_metrics_can_be_chosen_and_an_empty_table_makes_none() -> None:
    row = benchmarks(benchmark(metric="ctr", baseline_value=0.02, current_value=0.01, change_pct=-50.0, z_score=-6.0))
    found = benchmark_alerts(row, NOW, AlertRules(benchmark_metrics=("ctr",)))
    assert found[0].summary.startswith("CTR went from 2.00% to 1.00% (-50 %)")
    assert benchmark_alerts(benchmarks(), NOW) == []
