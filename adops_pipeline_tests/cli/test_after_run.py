"""Promises of what follows a run in this process: alerts evaluated unless a daemon does, and said in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.cli import after_run
from adops_pipeline.cli.after_run import alerts_after
from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import deliveries
from adops_pipeline.services.alerts import FiringSummary
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import START, MovedClock


@dataclass
class Stage:
    """A services and Dagster's own storage."""

    services: Services
    clock: MovedClock
    instance: dg.DagsterInstance


@pytest.fixture
def stage(data_dir: Path) -> Iterator[Stage]:
    clock = MovedClock()
    with dg.DagsterInstance.local_temp(str(data_dir)) as instance:
        yield Stage(build_services(load_settings(data_dir=data_dir), clock=clock), clock, instance)


def _alert(name: str, severity: Severity, **labels: str) -> Alert:
    return Alert(name, "checks", severity, labels, "what is wrong", START)


def test_the_newest_and_gravest_alert_is_said_with_the_name_of_what_it_is_about(stage: Stage) -> None:
    old = [_alert("stale-data", Severity.CRITICAL, platform="pinterest", account_id="549")]
    stage.services.alerting.set_firing(old, ["checks"])
    stage.clock.forward(60)
    new = [
        _alert("anomaly", Severity.INFO, campaign_id="1"),
        _alert("overpacing", Severity.WARNING, campaign_id="2", campaign_name="Brand"),
    ]
    stage.services.alerting.set_firing([*old, *new], ["checks"])
    assert alerts_after(stage.instance, stage.services) == FiringSummary(3, 1, "overpacing, Brand: what is wrong")


def test_nothing_that_fires_is_said_as_such(stage: Stage) -> None:
    assert alerts_after(stage.instance, stage.services) == FiringSummary(0, 0, None)


def test_what_the_tables_no_longer_say_is_over_and_nothing_is_sent(stage: Stage) -> None:
    gone = Alert("overpacing", "pacing", Severity.WARNING, {"campaign_id": "2"}, "what is wrong", START)
    stage.services.alerting.set_firing([gone], ["pacing"])
    assert alerts_after(stage.instance, stage.services) == FiringSummary(0, 0, None)
    with stage.services.store.reading() as con:
        assert deliveries.latest(con) == []


def test_where_a_daemon_lives_its_sensor_evaluates_and_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_run, "daemon_is_running", lambda *_: True)
    gone = Alert("overpacing", "pacing", Severity.WARNING, {"campaign_id": "2"}, "what is wrong", START)
    stage.services.alerting.set_firing([gone], ["pacing"])
    assert alerts_after(stage.instance, stage.services) == FiringSummary(1, 0, "overpacing, 2: what is wrong")
