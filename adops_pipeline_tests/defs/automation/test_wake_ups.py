"""Sensors are woken for what is new, and not again for what they were woken for."""

from datetime import timedelta

from adops_pipeline.defs.automation.executions import executions_sensor
from adops_pipeline.defs.automation.wake_ups import WakeUps
from adops_pipeline.operations import events, executions
from adops_pipeline_tests.defs.automation.conftest import Stage


def test_a_request_wakes_the_queue_once(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    wake_ups(False)
    stage.ask("learning-review", {})
    assert executions_sensor.name in wake_ups(False)
    assert executions_sensor.name not in wake_ups(False)
    stage.ask("learning-review", {})
    assert executions_sensor.name in wake_ups(False)


def test_more_requests_than_one_tick_launches_wake_the_queue_until_all_were_taken(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    for _ in range(101):
        stage.ask("learning-review", {})
    assert [executions_sensor.name in wake_ups(False) for _ in range(4)] == [True, True, True, False]


def test_nothing_wakes_when_nothing_happened(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    wake_ups(False)
    assert wake_ups(False) == set()


def test_a_new_event_wakes_the_sending_of_messages_and_the_mirror(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    wake_ups(False)
    with stage.services.store.writing() as con:
        events.append(con, "alert.firing", at=stage.now, subject="one", data={})
    assert wake_ups(False) == {"notification_sensor", "run_mirror_sensor"}
    assert wake_ups(False) == set()


def test_the_mirror_is_woken_for_as_long_as_an_execution_runs(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    asked = stage.ask("learning-review", {})
    with stage.services.store.writing() as con:
        executions.mark_started(con, asked.id, "a-run", stage.now)
    wake_ups(False)
    assert [wake_ups(False) for _ in range(2)] == [{"run_mirror_sensor"}] * 2
    with stage.services.store.writing() as con:
        executions.fail(con, asked.id, "for a reason", stage.now + timedelta(seconds=1))
    wake_ups(False)
    assert wake_ups(False) == set()


def test_a_change_of_runs_wakes_what_follows_a_publication(stage: Stage) -> None:
    wake_ups = WakeUps(stage.services)
    wake_ups(False)
    assert wake_ups(True) == {"run_mirror_sensor", "test_sample_sensor", "overpacing_sensor"}


def test_every_name_is_a_sensor_of_the_definitions(stage: Stage) -> None:
    stage.ask("learning-review", {})
    with stage.services.store.writing() as con:
        events.append(con, "alert.firing", at=stage.now, subject="one", data={})
    sensors = {sensor.name for sensor in stage.definitions.get_repository_def().sensor_defs}
    assert WakeUps(stage.services)(True) <= sensors
