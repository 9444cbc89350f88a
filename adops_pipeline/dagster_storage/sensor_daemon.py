"""Dagster's sensor daemon with its own loop: sensors tick when something has happened, and seldom otherwise.

Dagster evaluates each sensor whenever its minimum interval has passed. Here a sensor with the
tag ``adops/idle_seconds`` waits that long unless it is woken; the minimum interval still holds. Dagster evaluates the
tick itself.
"""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from dagster._core.definitions.run_request import InstigatorType
from dagster._core.definitions.sensor_definition import DefaultSensorStatus
from dagster._core.remote_representation.external import RemoteSensor
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData
from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster._daemon.daemon import DaemonIterator, SensorDaemon, SpanMarker
from dagster._daemon.sensor import _process_tick
from dagster._daemon.utils import DaemonErrorCapture
from dagster._time import get_current_timestamp

from adops_pipeline.dagster_storage.internals import IDLE_TAG
from adops_pipeline.dagster_storage.wake_ups import WakeSignal

_MARGIN_SECONDS = 0.1
"""For the rounding of times that Dagster stores."""
_LONGEST_WAIT_SECONDS = 10.0


@dataclass
class _Pace:
    """When a sensor's last tick ended, its tick if one is under way, and whether it was woken since."""

    ticked_at: float = float("-inf")
    tick: Future[Any] | None = None
    is_woken: bool = False

    def has_ticked(self, _: object) -> None:
        """Called by the tick's thread. Dagster measures the interval from an earlier moment, when the tick began."""
        self.ticked_at = time.monotonic()


class EventDrivenSensorDaemon(SensorDaemon):
    """Evaluates every running sensor at its pace. ``wake`` may be called from any thread."""

    def __init__(self, settings: Any) -> None:  # noqa: ANN401 - Dagster's own mapping
        super().__init__(settings)
        assert self._threadpool_executor is not None, "dagster.yaml: sensors.use_threads must be on"
        self._wake_signal = WakeSignal()
        self._paces: dict[str, _Pace] = {}

    def wake(self, names: Iterable[str]) -> None:
        """Evaluate these sensors as soon as their minimum interval allows."""
        for name in names:
            self._paces.setdefault(name, _Pace()).is_woken = True
            self._wake_signal.set()

    def core_loop(
        self, workspace_process_context: IWorkspaceProcessContext[Any], shutdown_event: threading.Event
    ) -> DaemonIterator:
        """Evaluate the sensors that are due, then wait for the next one."""
        while True:
            yield SpanMarker.START_SPAN
            wait = _LONGEST_WAIT_SECONDS
            try:
                for sensor in _sensors(workspace_process_context):
                    wait = min(wait, self._tick_if_due(workspace_process_context, sensor))
                    yield None
            except Exception:  # noqa: BLE001 - the daemon must continue
                yield DaemonErrorCapture.process_exception(
                    exc_info=sys.exc_info(), logger=self._logger, log_message="The sensor daemon caught an error"
                )
            yield SpanMarker.END_SPAN
            self._wake_signal.wait(shutdown_event, wait)
            yield None

    def _tick_if_due(self, context: IWorkspaceProcessContext[Any], sensor: RemoteSensor) -> float:
        """Start a tick of the sensor if it is time; returns the seconds until it is due."""
        pace = self._paces.setdefault(sensor.name, _Pace())
        shortest = (sensor.min_interval_seconds or 0) + _MARGIN_SECONDS
        interval = shortest if pace.is_woken else float(sensor.tags.get(IDLE_TAG, shortest))
        wait = pace.ticked_at + interval - time.monotonic()
        if wait > 0:
            return wait
        if pace.tick is not None and not pace.tick.done():
            return _MARGIN_SECONDS
        pace.ticked_at, pace.is_woken = time.monotonic(), False
        state = _state(context, sensor)
        if state is not None:
            assert self._threadpool_executor is not None
            pace.tick = self._threadpool_executor.submit(  # type: ignore[no-untyped-call]
                _process_tick,
                context,
                self._logger,
                sensor,
                state,
                None,
                context.instance.get_tick_retention_settings(InstigatorType.SENSOR),
                self._submit_threadpool_executor,
            )
            pace.tick.add_done_callback(pace.has_ticked)
        return interval


def _sensors(context: IWorkspaceProcessContext[Any]) -> Iterator[RemoteSensor]:
    for entry in context.create_request_context().get_code_location_entries().values():
        if entry.code_location is not None:
            for repository in entry.code_location.get_repositories().values():
                yield from (s for s in repository.get_sensors() if not s.sensor_type.is_handled_by_asset_daemon)


def _state(context: IWorkspaceProcessContext[Any], sensor: RemoteSensor) -> InstigatorState | None:
    """The stored state of a sensor that is switched on, created at its first tick; None if it is switched off."""
    stored = context.instance.get_instigator_state(sensor.get_remote_origin_id(), sensor.selector_id)
    if not sensor.get_current_instigator_state(stored).is_running:
        return None
    if stored is not None:
        return stored
    assert sensor.default_status == DefaultSensorStatus.RUNNING
    state = InstigatorState(
        sensor.get_remote_origin(),
        InstigatorType.SENSOR,
        InstigatorStatus.DECLARED_IN_CODE,
        SensorInstigatorData(
            min_interval=sensor.min_interval_seconds,
            last_sensor_start_timestamp=get_current_timestamp(),
            sensor_type=sensor.sensor_type,
        ),
    )
    context.instance.add_instigator_state(state)
    return state
