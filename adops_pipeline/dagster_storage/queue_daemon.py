"""Dagster's run queue with its own loop: it looks at the queue when a run was stored or has ended, and every 10 s."""

import sys
import threading
from typing import Any

from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster._daemon.daemon import DaemonIterator, SpanMarker
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.utils import DaemonErrorCapture

from adops_pipeline.dagster_storage.wake_ups import WakeSignal

IDLE_SECONDS = 10.0
_SHORTEST_SECONDS = 0.1
"""The shortest time between two looks at the queue."""


class EventDrivenQueueDaemon(QueuedRunCoordinatorDaemon):
    """Launches queued runs. ``wake`` may be called from any thread."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        super().__init__(interval_seconds=idle_seconds)
        self._wake_signal = WakeSignal()

    def wake(self) -> None:
        """Look at the queue now."""
        self._wake_signal.set()

    def core_loop(
        self, workspace_process_context: IWorkspaceProcessContext[Any], shutdown_event: threading.Event
    ) -> DaemonIterator:
        """Launch the runs that may start, then wait."""
        while True:
            yield SpanMarker.START_SPAN
            try:
                yield from self.run_iteration(workspace_process_context)
            except Exception:  # noqa: BLE001 - the daemon must continue
                yield DaemonErrorCapture.process_exception(
                    exc_info=sys.exc_info(), logger=self._logger, log_message="The run queue caught an error"
                )
            yield SpanMarker.END_SPAN
            shutdown_event.wait(_SHORTEST_SECONDS)
            self._wake_signal.wait(shutdown_event, self.interval_seconds)
            yield None
