"""Promises of alerting over the services: what tables say fires, and resolves when they no longer say it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import alerts, deliveries, events
from adops_pipeline.services.alerts import FiringSummary
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import START, MovedClock

SLACK = "https://hooks.slack.com/services/T000/B000/never-asked"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def services(data_dir: Path, clock: MovedClock) -> Services:
    told = {"slack_webhook_url": SLACK, "min_severity": "info", "dashboard_url": "https://ads.example.com"}
    return build_services(load_settings(data_dir=data_dir, notifications=told), clock=clock)


def _budget(services: Services, status: str, project_id: str | None = None) -> None:
    """One campaign, which has used its whole budget up with half of the month left."""
    with services.warehouse.writing() as con:
        for table in ("campaigns", "analytics_budgets"):
            con.execute(f"DELETE FROM {table}")
        con.execute(
            "INSERT INTO campaigns (id, platform, account_id, external_id, name, status, currency, project_id)"
            " VALUES ('meta-ads:7', 'meta-ads', '1', '7', 'Brand', 'active', 'EUR', ?)",
            [project_id],
        )
        con.execute(
            "INSERT INTO analytics_budgets (platform, account_id, campaign_id, campaign_name, campaign_status, as_of,"
            " currency, budget, spent_to_date, seasonal_ratio, status, days_elapsed, days_remaining)"
            " VALUES ('meta-ads', '1', '7', 'Brand', 'active', ?, 'EUR', 1000, 1310, 1.6, ?, 15, 15)",
            [date(2026, 11, 22), status],
        )


def _firing(services: Services) -> list[Alert]:
    with services.store.reading() as con:
        return [record.alert for record in alerts.firing(con)]


def test_what_a_table_says_fires_with_the_project_of_its_campaign_and_resolves_with_it(services: Services) -> None:
    _budget(services, "overpacing", "spring")
    assert services.alerting.evaluate(["pacing"]).in_words() == ["Alerts: 1 new."]
    (alert,) = _firing(services)
    assert (alert.name, alert.severity, alert.label("project_id")) == ("overpacing", Severity.CRITICAL, "spring")
    assert services.alerting.evaluate(["pacing"]).in_words() == ["Alerts: 1 still firing."]
    _budget(services, "paused")
    assert services.alerting.evaluate(["anomalies"]).in_words() == ["No alert is firing."], "not asked about pacing"
    assert len(_firing(services)) == 1


def test_an_alert_that_the_table_no_longer_has_resolves_and_both_are_events(services: Services) -> None:
    _budget(services, "overpacing", "spring")
    services.alerting.evaluate(["pacing"])
    (firing,) = _firing(services)
    with services.warehouse.writing() as con:
        con.execute("DELETE FROM analytics_budgets")
    assert services.alerting.evaluate(["pacing"]).in_words() == ["Alerts: 1 resolved."]
    with services.store.reading() as con:
        recorded = events.since(con, 0)
    assert [(e.type, e.platform, e.project_id) for e in recorded] == [
        ("alert.firing", "meta-ads", "spring"),
        ("alert.resolved", "meta-ads", "spring"),
    ]
    for event in recorded:
        assert event.subject == firing.fingerprint
        assert event.data == {
            "name": "overpacing",
            "severity": "critical",
            "summary": firing.summary,
            "labels": dict(firing.labels),
        }


def test_an_alert_that_is_no_longer_found_keeps_firing_for_the_minutes_that_settings_say(
    data_dir: Path, clock: MovedClock
) -> None:
    services = build_services(load_settings(data_dir=data_dir, alerts={"hold_minutes": 10}), clock=clock)
    found = Alert("overpacing", "pacing", Severity.WARNING, {"platform": "meta-ads"}, "Spent.", START)
    services.alerting.set_firing([found], ["pacing"])
    assert services.alerting.set_firing([], ["pacing"]).in_words() == ["No alert is firing."]
    clock.forward(599)
    assert services.alerting.set_firing([], ["pacing"]).in_words() == ["No alert is firing."]
    assert len(_firing(services)) == 1
    clock.forward(1)
    assert services.alerting.set_firing([], ["pacing"]).in_words() == ["Alerts: 1 resolved."]


def test_a_campaign_without_a_project_has_no_such_label(services: Services) -> None:
    _budget(services, "overpacing")
    services.alerting.evaluate(["pacing"])
    assert "project_id" not in _firing(services)[0].labels


def test_rejected_rows_of_the_last_day_fire_where_they_are_asked_for(services: Services) -> None:
    for account, age in (("549", timedelta(hours=23)), ("550", timedelta(hours=25))):
        pulled = ["pinterest", "campaign_daily", account, (START - age).replace(tzinfo=None)]
        with services.warehouse.writing() as con:
            con.execute(
                "INSERT INTO raw_pulls (pull_id, platform, report, account_id, pulled_at, rows, state)"
                " VALUES (?3, ?1, ?2, ?3, ?4, 10, 'applied')",
                pulled,
            )
            con.execute(
                "INSERT INTO analytics_rejects (reject_id, platform, report, account_id, pulled_at, reason)"
                " SELECT ?3 || n, ?1, ?2, ?3, ?4, 'no date' FROM range(10) AS rejects(n)",
                pulled,
            )
    assert services.alerting.evaluate(["sync"]).in_words() == ["No alert is firing."]
    assert services.alerting.evaluate(["rejects"]).in_words() == ["Alerts: 1 new."]
    (alert,) = _firing(services)
    assert (alert.name, alert.label("account_id"), alert.starts_at) == ("rows-rejected", "549", START)


def test_a_failed_account_fires_until_its_next_pull_has_it(services: Services, clock: MovedClock) -> None:
    failed = AccountFailure(Platform.PINTEREST, "549", "HTTP 401", is_auth=True)
    report = SyncReport(Platform.PINTEREST, accounts=2, pulls=(), failures=(failed,), seconds=1.0)
    services.sync_history.record("run-1", "raw_pinterest_daily", report)
    services.alerting.evaluate(["sync"])
    (alert,) = _firing(services)
    assert (alert.label("platform"), alert.label("account_id")) == ("pinterest", "549")
    services.sync_history.record("run-2", "raw_pinterest_daily", replace(report, failures=()))
    assert services.alerting.evaluate(["sync"]).in_words() == ["Alerts: 1 resolved."]


def test_a_message_waits_for_its_group_and_links_to_the_dashboard(services: Services, clock: MovedClock) -> None:
    _budget(services, "overpacing")
    services.alerting.evaluate(["pacing"])
    assert services.alerting.enqueue_due() == 0
    clock.forward(30)
    assert services.alerting.enqueue_due() == 1
    assert services.alerting.enqueue_due() == 0
    with services.store.reading() as con:
        (delivery,) = deliveries.latest(con)
    assert delivery.config_id == "settings-slack"
    assert str(delivery.message["link"]).startswith("https://ads.example.com/")
    assert "EUR 1,310.00 of EUR 1,000.00 spent" in str(delivery.message["items"])


def test_evaluating_sends_nothing(services: Services, clock: MovedClock) -> None:
    _budget(services, "overpacing")
    services.alerting.evaluate()
    clock.forward(timedelta(hours=1).total_seconds())
    services.alerting.evaluate()
    with services.store.reading() as con:
        assert deliveries.latest(con) == []
    assert _firing(services)[0].starts_at == START


def test_the_newest_and_most_severe_alert_is_summarised_with_the_name_of_its_campaign(
    services: Services, clock: MovedClock
) -> None:
    assert services.alerting.firing_summary() == FiringSummary(0, 0, None)
    old = [_check_alert("stale-data", Severity.CRITICAL, platform="pinterest", account_id="549")]
    services.alerting.set_firing(old, ["checks"])
    clock.forward(60)
    new = [
        _check_alert("anomaly", Severity.INFO, campaign_id="1"),
        _check_alert("overpacing", Severity.WARNING, campaign_id="2", campaign_name="Brand"),
    ]
    services.alerting.set_firing([*old, *new], ["checks"])
    assert services.alerting.firing_summary() == FiringSummary(3, 1, "overpacing, Brand: what is wrong")


def _check_alert(name: str, severity: Severity, **labels: str) -> Alert:
    return Alert(name, "checks", severity, labels, "what is wrong", START)
