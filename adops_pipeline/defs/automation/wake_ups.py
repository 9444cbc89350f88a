"""Which sensors have something to do: asked after the operational store or Dagster's run storage was written.

It only decides when a sensor ticks before its idle interval has passed. A sensor that is not woken loses nothing.
"""

from adops_pipeline.defs.automation.executions import BATCH_SIZE
from adops_pipeline.services.store_changes import StoreChanges
from adops_pipeline.wiring import Services

_AFTER_RUNS = frozenset({"run_mirror_sensor", "test_sample_sensor", "overpacing_sensor"})


class WakeUps:
    """Names the sensors to wake; call it from one thread only."""

    def __init__(self, services: Services) -> None:
        self._changes = StoreChanges(lambda: services.store, BATCH_SIZE)

    def __call__(self, runs_changed: bool) -> set[str]:
        """Sensors to wake; ``runs_changed`` says that a run was stored, or that its status changed."""
        change = self._changes.look()
        found = set(_AFTER_RUNS) if runs_changed else set()
        if change.has_new_requests:
            found.add("executions_sensor")
        if change.has_new_events:
            found |= {"notification_sensor", "run_mirror_sensor"}
        if change.has_running_executions:
            found.add("run_mirror_sensor")
        return found
