"""Alerts on ratios that worsened. How severe a change is, is tested in domain/benchmarks/test_verdict."""

import pytest

from adops_pipeline.domain.alerts.rules.benchmarks import benchmark_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, benchmark, benchmarks


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        ({}, "warning"),
        ({"severity": "critical"}, "critical"),
        ({"severity": "info"}, None),
        ({"severity": "info", "status": "better"}, None),
        ({"severity": None, "status": "normal"}, None),
    ],
)
def test_changes_for_the_worse_are_alerts_of_their_own_severity(row: dict[str, object], severity: str | None) -> None:
    found = benchmark_alerts(benchmarks(benchmark(**row)), NOW)
    assert [(one.name, one.severity.value) for one in found] == ([("benchmark-worse", severity)] if severity else [])


def test_an_improvement_is_no_alert_at_any_severity() -> None:
    better = benchmarks(benchmark(status="better", severity="info"))
    assert benchmark_alerts(better, NOW, AlertRules(min_severity=Severity.INFO)) == []


def test_week_and_month_are_one_alert_from_the_more_severe_and_then_the_clearer_of_the_two() -> None:
    clearer = benchmark(period="month", z_score=7.0, change_pct=30.0)
    found = benchmark_alerts(benchmarks(benchmark(), clearer), NOW)
    assert [one.details["period"] for one in found] == ["month"]
    assert found[0].summary == (
        "CPA EUR 15.00 from 2026-02-16 to 2026-03-15 against EUR 10.00 from 2025-11-24 to 2026-02-15 (+30.0 %, worse); "
        "its peers' median is EUR 11.00."
    )
    severe = benchmark(severity="critical")
    assert [one.details["period"] for one in benchmark_alerts(benchmarks(severe, clearer), NOW)] == ["week"]


def test_each_metric_has_its_own_alert_and_an_empty_table_makes_none() -> None:
    found = benchmark_alerts(benchmarks(benchmark(), benchmark(metric="ctr", currency=None)), NOW)
    assert [one.labels["metric"] for one in found] == ["cpa", "ctr"]
    assert benchmark_alerts(benchmarks(), NOW) == []
