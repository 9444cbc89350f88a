"""Alerts on unusual days."""

from datetime import date

from adops_pipeline.domain.alerts.rules.anomalies import anomaly_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.rules.frames import NOW, anomalies, anomaly


def test_the_last_two_days_are_alerts_and_older_ones_are_over() -> None:
    days = {14: True, 13: False, 15: True}
    for day, is_alert in days.items():
        found = anomaly_alerts(anomalies(anomaly(date=date(2026, 3, day))), NOW)
        assert bool(found) is is_alert, day
    assert anomaly_alerts(anomalies(anomaly(date=date(2026, 3, 10))), NOW, as_of=date(2026, 3, 11))


def test_a_campaign_and_metric_has_one_alert_from_its_most_severe_and_then_newest_day() -> None:
    rows = anomalies(
        anomaly(severity="warning"), anomaly(date=date(2026, 3, 14)),
        anomaly(metric="ctr", severity="warning", date=date(2026, 3, 14)), anomaly(metric="ctr", severity="warning"),
    )  # fmt: skip
    found = {one.labels["metric"]: one for one in anomaly_alerts(rows, NOW)}
    assert found.keys() == {"spend", "ctr"}
    assert found["spend"].summary == "On 2026-03-14: Spend of EUR 300.00 is 200% above."
    assert found["ctr"].summary.startswith("On 2026-03-15: ")
    assert [found[name].severity.value for name in ("spend", "ctr")] == ["critical", "warning"]


def test_what_struck_many_campaigns_of_an_account_is_one_alert_on_the_account() -> None:
    struck = [
        anomaly(campaign_id=str(n), metric=metric, event_id="meta-ads/act_1/2026-03-15", event_campaigns=3)
        for n in range(3)
        for metric in ("spend", "conversions")
    ]
    before = [row | {"date": date(2026, 3, 14), "event_id": "meta-ads/act_1/2026-03-14"} for row in struck]
    found = anomaly_alerts(anomalies(*struck, *before, anomaly(campaign_id="9")), NOW)
    assert [one.labels.get("campaign_id") for one in found] == [None, "9"]
    assert found[0].labels == {"platform": "meta-ads", "account_id": "act_1", "currency": "EUR"}
    assert found[0].summary.startswith("On 2026-03-15: 3 campaigns of the account left their usual ")
    assert found[0].details["event_campaigns"] == 3


def test_a_mild_one_is_no_alert_unless_it_is_asked_for_and_an_empty_table_makes_none() -> None:
    mild = anomalies(anomaly(severity="info"))
    assert anomaly_alerts(mild, NOW) == []
    assert len(anomaly_alerts(mild, NOW, AlertRules(min_severity=Severity.INFO))) == 1
    assert anomaly_alerts(anomalies(), NOW) == []


def test_it_is_the_same_alert_the_day_after() -> None:
    first = anomaly_alerts(anomalies(anomaly(date=date(2026, 3, 14))), NOW)
    second = anomaly_alerts(anomalies(anomaly()), NOW)
    assert first[0].fingerprint == second[0].fingerprint
