"""Promises of the relay: failed workflows reach who listens, each event once, a digest a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.executions import Source
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import deliveries, events, executions
from adops_pipeline.operations.configs import NotificationFields, create
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import START, MovedClock

DAY = date(2026, 11, 23)


@pytest.fixture
def services(data_dir: Path) -> Services:
    return build_services(load_settings(data_dir=data_dir), clock=MovedClock())


def _listener(services: Services, name: str, heard: str, min_severity: str = "info") -> None:
    with services.store.writing() as con:
        fields = NotificationFields(name, "slack", target_ref="X_URL", event_filter=heard, min_severity=min_severity)
        create(con, fields, SecretBox([]), START, lambda: name)


def _run(services: Services, workflow: str, requested_by: Source = "api", error: str | None = None) -> str:
    """An execution from its request to its end."""
    result = {"summary": "3 budgets checked", "found": [{"sentence": "Brand is at 131 % of its target"}]}
    with services.store.writing() as con:
        asked = executions.enqueue(con, workflow_id=workflow, requested_by=requested_by, at=START, parameters={})
        executions.mark_started(con, asked.id, f"run-{asked.id}", START)
        if error is None:
            executions.complete(con, asked.id, result, START)
        else:
            executions.fail(con, asked.id, error, START)
    return asked.id


def _told(services: Services) -> list[Delivery]:
    with services.store.reading() as con:
        return sorted(deliveries.latest(con), key=lambda delivery: delivery.id)


def _receivers(found: Iterable[Delivery]) -> list[str]:
    return sorted(delivery.config_id for delivery in found)


def test_a_failed_workflow_is_told_to_who_listens_once(services: Services) -> None:
    _listener(services, "ops", "workflow.failed")
    _listener(services, "alerts", "alert.*")
    _listener(services, "grave", "workflow.*", "critical")
    execution = _run(services, "pacing-check", error="the warehouse is held by another process")
    assert services.relay.relay_new_events() == 1
    assert services.relay.relay_new_events() == 0
    (delivery,) = _told(services)
    message = delivery.message
    assert delivery.config_id == "ops"
    assert (message["title"], message["severity"]) == ("Pacing check failed", "warning")
    assert message["summary"] == "the warehouse is held by another process"
    assert {"name": "Execution", "value": execution} in message["fields"]


def test_a_completed_workflow_is_told_with_what_it_found(services: Services) -> None:
    _listener(services, "all", "workflow.*")
    _listener(services, "failures", "workflow.failed")
    _run(services, "pacing-check")
    assert services.relay.relay_new_events() == 1
    (delivery,) = _told(services)
    assert delivery.config_id == "all"
    assert delivery.message["summary"] == "3 budgets checked"
    assert [item["text"] for item in delivery.message["items"]] == ["Brand is at 131 % of its target"]


def test_the_weekly_report_of_the_schedule_reaches_who_listens_to_reports_and_one_asked_for_does_not(
    services: Services,
) -> None:
    _listener(services, "reports", "report.*", "critical")
    _run(services, "cross-channel-report", "api")
    assert services.relay.relay_new_events() == 0
    _run(services, "cross-channel-report", "schedule")
    assert services.relay.relay_new_events() == 1
    assert _receivers(_told(services)) == ["reports"]


def test_an_event_whose_execution_is_gone_holds_nothing_up(services: Services) -> None:
    _listener(services, "ops", "workflow.*")
    with services.store.writing() as con:
        events.append(con, "workflow.failed", at=START, subject="no such execution", data={"error": "lost"})
    _run(services, "anomaly-scan", error="no data")
    assert services.relay.relay_new_events() == 1
    assert _told(services)[0].message["summary"] == "no data"


def test_a_crash_before_the_commit_tells_the_event_at_the_next_turn(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listener(services, "ops", "workflow.*")
    _run(services, "anomaly-scan", error="no data")
    with monkeypatch.context() as broken:
        broken.setattr(events, "advance", _crash)
        with pytest.raises(RuntimeError, match="power"):
            services.relay.relay_new_events()
    assert _told(services) == []
    assert services.relay.relay_new_events() == 1


def _crash(*_: object) -> bool:
    raise RuntimeError("power is gone")


def test_the_digest_says_what_fires_most_severe_first_and_is_told_once_a_day(services: Services) -> None:
    _listener(services, "morning", "digest.*", "critical")
    found = [
        Alert("anomaly", "anomalies", Severity.INFO, {"campaign_id": "1"}, "Clicks a little high", START),
        Alert("overpacing", "pacing", Severity.CRITICAL, {"campaign_id": "2"}, "Budget used up", START),
    ]
    services.alerting.set_firing(found, ("anomalies", "pacing"))
    assert services.relay.digest(DAY) == 1
    assert services.relay.digest(DAY) == 0
    assert services.relay.digest(DAY + timedelta(days=1)) == 1
    message = _told(services)[0].message
    assert message["title"] == "Morning digest · 2026-11-23"
    assert message["summary"] == "2 alerts are firing, 1 of them critical."
    assert [item["text"] for item in message["items"]] == ["Critical · Budget used up", "Info · Clicks a little high"]
    assert {field["name"] for field in message["fields"]} >= {"Pacing", "Anomalies", "Benchmarks"}
    assert "no budget to pace yet" in str(message["fields"])


def test_a_quiet_morning_says_so(services: Services) -> None:
    _listener(services, "morning", "digest.*")
    services.relay.digest(DAY)
    assert _told(services)[0].message["summary"] == "No alert is firing."
