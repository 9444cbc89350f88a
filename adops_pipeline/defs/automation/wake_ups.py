"""Which sensors have something to do: asked after the operational store or Dagster's run storage was written.

It only decides when a sensor ticks before its idle interval has passed. A sensor that is not woken loses nothing.
"""

from collections.abc import Set as AbstractSet

from adops_pipeline.operations import events, executions
from adops_pipeline.wiring import Services

_AFTER_RUNS = frozenset({"run_mirror_sensor", "alert_evaluation_sensor", "test_sample_sensor", "overpacing_sensor"})
_AT_ONCE = 50
"""As many executions as one tick of the executions sensor launches."""


class WakeUps:
    """Remembers which requests and events it has seen. Not thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._launched: AbstractSet[str] = frozenset()
        self._last_event = -1

    def __call__(self, runs_changed: bool) -> AbstractSet[str]:
        """Names of the sensors to wake; ``runs_changed`` says that a run was stored, or its status."""
        with self._services.store.reading() as con:
            active = executions.active(con)
            last_event = events.last_seq(con)
        found = set(_AFTER_RUNS) if runs_changed else set()
        pending = [execution_id for execution_id, status in active.items() if status == "pending"]
        new = [execution_id for execution_id in pending if execution_id not in self._launched][:_AT_ONCE]
        if new:
            found.add("executions_sensor")
        self._launched = (self._launched & set(pending)) | set(new)
        if last_event != self._last_event:
            found |= {"notification_sensor", "run_mirror_sensor"}
            self._last_event = last_event
        if "running" in active.values():
            found.add("run_mirror_sensor")
        return found
