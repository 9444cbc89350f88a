"""Dagster's daemon as `adops up` runs it: Dagster's threads, but sensors and run queue are woken by what happens.

It touches a file while all its threads are well, so that whoever supervises it need not read Dagster's storage.
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
from adops_pipeline.dagster_storage.queue_daemon import WakefulQueueDaemon
from adops_pipeline.dagster_storage.run_files import run_file
from adops_pipeline.dagster_storage.sensor_daemon import WakefulSensorDaemon
from adops_pipeline.dagster_storage.wake_ups import WatchedFile, Watcher

_BEAT_SECONDS = 5.0
_SILENT = timedelta(seconds=120)
"""Threads beat every 30 s, the sensor daemon only between two waits."""


def run_daemon(
    loaded: LoadedRepositories, beat: Path, store: Path | None, wanted: Callable[[bool], Iterable[str]]
) -> int:
    """Run until interrupted. ``wanted`` names the sensors with something to do, see ``wake_ups.Watcher``."""
    configure_loggers(handler="default", formatter="colored", log_level="INFO")
    try:
        with capture_interrupts(), dg.DagsterInstance.get() as instance, SharedWorkspace(instance, loaded) as workspace:
            instance.wipe_daemon_heartbeats()
            launch_forgotten_runs(instance)
            sensors, queue = WakefulSensorDaemon(instance.get_sensor_settings()), WakefulQueueDaemon()
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
                    _beat_while_well(controller, beat)
                finally:
                    watcher.stop()
    except KeyboardInterrupt:
        pass
    return 0


def _daemons(
    instance: dg.DagsterInstance, sensors: WakefulSensorDaemon, queue: WakefulQueueDaemon
) -> list[DagsterDaemon[Any]]:
    """Those that the instance is configured for, with our own for sensors and queue."""
    own: dict[str, DagsterDaemon[Any]] = {
        SensorDaemon.daemon_type(): sensors,
        QueuedRunCoordinatorDaemon.daemon_type(): queue,
    }
    return [own.get(kind) or create_daemon_of_type(kind, instance) for kind in instance.get_required_daemon_types()]


def _beat_while_well(controller: DagsterDaemonController, beat: Path) -> None:
    """Touch the file every few seconds; raises when a thread has ended, or on an interrupt."""
    while True:
        controller.check_daemon_threads()
        oldest = datetime.now(UTC) - _SILENT
        heard = [daemon._last_heartbeat_time for daemon in controller.daemons]  # noqa: SLF001 - no public name
        if all(at is not None and at >= oldest for at in heard):
            beat.touch()
        with raise_interrupts_as(KeyboardInterrupt):
            time.sleep(_BEAT_SECONDS if beat.exists() else 0.2)


def launch_forgotten_runs(instance: dg.DagsterInstance) -> list[str]:
    """Launch runs that a killed daemon had taken from the queue and not launched any more; gives their ids.

    A run that it did launch has a process by now, or a file of a dead one; a second process would not touch it anyway.
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
    """The file of Dagster's run storage; None where a database server keeps it."""
    address = str(getattr(instance.run_storage, "_conn_string", ""))
    prefix = "sqlite:///"
    return Path(address.removeprefix(prefix)) if address.startswith(prefix) else None
