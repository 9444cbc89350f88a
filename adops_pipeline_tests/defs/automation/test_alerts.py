"""A failed asset check, a failing sensor or an account that nobody pulls is an alert until it is over."""

from datetime import timedelta

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorType
from dagster._core.remote_origin import RemoteInstigatorOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster_shared.error import SerializableErrorInfo

from adops_pipeline.defs.automation.alerts import notification_sensor, watchdog_sensor
from adops_pipeline.operations import alerts
from adops_pipeline_tests.defs.automation.conftest import REPOSITORY, Stage


def _firing(stage: Stage) -> set[str]:
    with stage.services.store.reading() as con:
        return {record.alert.name for record in alerts.firing(con)}


def test_a_failed_asset_check_is_an_alert_until_it_passes(stage: Stage) -> None:
    _checked(stage, passed=False)
    stage.evaluate(watchdog_sensor)
    assert "check-failed" in _firing(stage)
    _checked(stage, passed=True)
    stage.evaluate(watchdog_sensor)
    assert "check-failed" not in _firing(stage)


def _checked(stage: Stage, *, passed: bool) -> None:
    stage.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("analytics_metrics"), check_name="spend_reconciles", passed=passed, metadata={}
        )
    )


def test_a_sensor_that_fails_is_an_alert_with_its_reason_until_it_works_again(stage: Stage) -> None:
    _ticked(stage, TickStatus.FAILURE, "no such file")
    stage.evaluate(watchdog_sensor)
    with stage.services.store.reading() as con:
        (alert,) = [record.alert for record in alerts.firing(con) if record.alert.name == "sensor-failed"]
    assert alert.label("sensor") == "overpacing_sensor"
    assert "no such file" in alert.summary
    stage.clock.forward(30)
    _ticked(stage, TickStatus.SKIPPED)
    stage.evaluate(watchdog_sensor)
    assert "sensor-failed" not in _firing(stage)


def test_a_sensor_that_has_stopped_ticking_while_it_was_watched_is_an_alert(stage: Stage) -> None:
    _ticked(stage, TickStatus.SKIPPED)
    cursor = _watch(stage, minutes=9)
    assert "sensor-failed" not in _firing(stage)
    _watch(stage, minutes=2, cursor=cursor)
    assert "sensor-failed" in _firing(stage)


def test_ticks_that_were_missed_while_nobody_watched_are_no_sensors_fault(stage: Stage) -> None:
    _ticked(stage, TickStatus.SKIPPED)
    cursor = _watch(stage, minutes=1)
    stage.clock.forward(8 * 3600)
    cursor = _watch(stage, minutes=9, cursor=cursor)
    assert "sensor-failed" not in _firing(stage)
    _watch(stage, minutes=3, cursor=cursor)
    assert "sensor-failed" in _firing(stage)


def _watch(stage: Stage, minutes: int, cursor: str | None = None) -> str | None:
    """The watchdog's ticks of so many minutes; where they got to."""
    for _ in range(minutes + 1):
        cursor = stage.evaluate(watchdog_sensor, cursor).cursor
        stage.clock.forward(60)
    return cursor


def _ticked(stage: Stage, status: TickStatus, error: str | None = None) -> None:
    """The overpacing sensor has ticked just now, with this outcome."""
    origin = RemoteInstigatorOrigin(REPOSITORY, "overpacing_sensor")
    selector_id = origin.get_selector().get_id()
    if stage.instance.get_instigator_state(origin.get_id(), selector_id) is None:
        data = SensorInstigatorData(sensor_type=SensorType.STANDARD)
        state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, data)
        stage.instance.add_instigator_state(state)
    tick = TickData(
        instigator_origin_id=origin.get_id(),
        instigator_name=origin.instigator_name,
        instigator_type=InstigatorType.SENSOR,
        status=status,
        timestamp=stage.now.timestamp(),
        error=SerializableErrorInfo(error, [], "OSError") if error else None,
        selector_id=selector_id,
    )
    stage.instance.create_tick(tick)


def test_data_that_nobody_pulls_any_more_are_told_by_the_watchdog_alone(stage: Stage) -> None:
    stage.evaluate(watchdog_sensor)
    assert "account-stale" not in _firing(stage)
    stage.clock.now += timedelta(days=3)
    stage.evaluate(watchdog_sensor)
    assert "account-stale" in _firing(stage)


def test_an_alert_is_sent_when_its_group_has_waited(stage: Stage) -> None:
    _checked(stage, passed=False)
    stage.evaluate(watchdog_sensor)
    stage.evaluate(notification_sensor)
    assert stage.receiver.arrived == []
    stage.clock.forward(30)
    assert "1 sent" in str(stage.evaluate(notification_sensor).skip_message)
    stage.evaluate(notification_sensor)
    assert len(stage.receiver.arrived) == 1
    assert "spend_reconciles" in str(stage.receiver.arrived[0])
