"""Alerts on unusual days."""

from datetime import date

from adops_pipeline.domain.alerts.rules.anomalies import anomaly_alerts
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, anomalies, anomaly


def test_recent_days_are_told_and_older_ones_are_over() -> None:
    days = {14: True, 13: False, 15: True}
    for day, is_told in days.items():
        found = anomaly_alerts(anomalies(anomaly(date=date(2026, 3, day))), NOW)
        assert bool(found) is is_told, day
    assert anomaly_alerts(anomalies(anomaly(date=date(2026, 3, 10))), NOW, as_of=date(2026, 3, 11))


def test_a_campaign_and_metric_has_one_alert_from_its_newest_day() -> None:
    rows = anomalies(anomaly(), anomaly(date=date(2026, 3, 14)), anomaly(metric="ctr", severity="warning", score=-6.0))
    found = {one.labels["metric"]: one for one in anomaly_alerts(rows, NOW)}
    assert found.keys() == {"spend", "ctr"}
    assert found["spend"].summary == "On 2026-03-15: Spend of EUR 300.00 is 200% above."
    assert [found[name].severity.value for name in ("spend", "ctr")] == ["critical", "warning"]


def test_a_low_score_is_not_told_and_an_empty_table_makes_none() -> None:
    assert anomaly_alerts(anomalies(anomaly(score=4.9)), NOW) == []
    assert anomaly_alerts(anomalies(), NOW) == []


def test_it_is_the_same_alert_the_day_after() -> None:
    first = anomaly_alerts(anomalies(anomaly(date=date(2026, 3, 14))), NOW)
    second = anomaly_alerts(anomalies(anomaly()), NOW)
    assert first[0].fingerprint == second[0].fingerprint
