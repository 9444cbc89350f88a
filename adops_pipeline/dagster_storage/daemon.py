"""Dagster's daemon as `adops up` runs it: Dagster's own threads, but sensors and run queue react to events.

It touches a heartbeat file while all its threads report, so that the supervisor need not read Dagster's storage.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.launcher.base import LaunchRunContext
from dagster._daemon.controller import DagsterDaemonController, create_daemon_of_type
from dagster._daemon.daemon import DagsterDaemon, SensorDaemon
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._grpc.server import LoadedRepositories
from dagster._utils.interrupts import capture_interrupts, raise_interrupts_as
from dagster._utils.log import configure_loggers

from adops_pipeline.dagster_storage.definitions_in_process import SharedWorkspace
from adops_pipeline.dagster_storage.launcher import WarmRunLauncher
from adops_pipeline.dagster_storage.queue_daemon import EventDrivenQueueDaemon
from adops_pipeline.dagster_storage.run_files import run_file
from adops_pipeline.dagster_storage.sensor_daemon import EventDrivenSensorDaemon
from adops_pipeline.dagster_storage.wake_ups import WatchedFile, Watcher

_HEARTBEAT_SECONDS = 5.0
_LONGEST_SILENCE = timedelta(seconds=120)
"""Threads report every 30 s, the sensor daemon only between two waits."""


def run_daemon(
    loaded: LoadedRepositories, heartbeat: Path, store: Path | None, wanted: Callable[[bool], Iterable[str]]
) -> int:
    """Run until interrupted. ``wanted`` returns the sensors to evaluate now, see ``wake_ups.Watcher``."""
    configure_loggers(handler="default", formatter="colored", log_level="INFO")
    try:
        with capture_interrupts(), dg.DagsterInstance.get() as instance, SharedWorkspace(instance, loaded) as workspace:
            instance.wipe_daemon_heartbeats()
            launch_forgotten_runs(instance)
            sensors, queue = EventDrivenSensorDaemon(instance.get_sensor_settings()), EventDrivenQueueDaemon()
            runs = runs_database(instance)
            watcher = Watcher(
                WatchedFile(store) if store is not None else None,
                WatchedFile(runs) if runs is not None else None,
                wanted,
                sensors.wake,
                queue.wake,
            )
            with DagsterDaemonController(workspace, _daemons(instance, sensors, queue)) as controller:
                threading.Thread(target=watcher.watch, name="wake-ups", daemon=True).start()
                try:
                    _report_while_healthy(controller, heartbeat)
                finally:
                    watcher.stop()
    except KeyboardInterrupt:
        pass
    return 0


def _daemons(
    instance: dg.DagsterInstance, sensors: EventDrivenSensorDaemon, queue: EventDrivenQueueDaemon
) -> list[DagsterDaemon[Any]]:
    """The daemons that the instance is configured for, with our own for sensors and queue."""
    own: dict[str, DagsterDaemon[Any]] = {
        SensorDaemon.daemon_type(): sensors,
        QueuedRunCoordinatorDaemon.daemon_type(): queue,
    }
    return [own.get(kind) or create_daemon_of_type(kind, instance) for kind in instance.get_required_daemon_types()]


def _report_while_healthy(controller: DagsterDaemonController, heartbeat: Path) -> None:
    """Touch the heartbeat file every few seconds. Raises when a thread has ended, or on an interrupt."""
    while True:
        controller.check_daemon_threads()
        oldest = datetime.now(UTC) - _LONGEST_SILENCE
        reported = [daemon._last_heartbeat_time for daemon in controller.daemons]  # noqa: SLF001 - no public name
        if all(at is not None and at >= oldest for at in reported):
            heartbeat.touch()
        with raise_interrupts_as(KeyboardInterrupt):
            time.sleep(_HEARTBEAT_SECONDS if heartbeat.exists() else 0.2)


def launch_forgotten_runs(instance: dg.DagsterInstance) -> list[str]:
    """Launch runs that a killed daemon took from the queue without launching them; returns their ids.

    A run that it did launch has a lock file by now. If it has none yet, the second process leaves the run alone.
    """
    launcher = instance.run_launcher
    if not isinstance(launcher, WarmRunLauncher):
        return []
    starting = instance.get_runs(filters=dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING]))
    forgotten = [run for run in starting if not run_file(launcher.folder, run.run_id).exists()]
    for run in forgotten:
        launcher.launch_run(LaunchRunContext(run, None))
    return [run.run_id for run in forgotten]


def runs_database(instance: dg.DagsterInstance) -> Path | None:
    """The SQLite file of Dagster's run storage; None where the storage is on a database server."""
    address = str(getattr(instance.run_storage, "_conn_string", ""))
    prefix = "sqlite:///"
    return Path(address.removeprefix(prefix)) if address.startswith(prefix) else None
