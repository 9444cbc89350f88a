"""New requests for executions and new events in the operational store since the last poll.

The daemon of `adops up` polls after every commit, so that a request starts at once rather than at the next tick.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from adops_pipeline.operations import events, executions
from adops_pipeline.operations.store import Store


@dataclass(frozen=True, slots=True)
class StoreChange:
    """What one poll has found."""

    has_new_requests: bool
    has_new_events: bool
    has_running_executions: bool


class StoreChanges:
    """Remembers which requests and events it has reported. Not thread-safe.

    One poll reports at most ``batch_size`` requests, as many as one tick of the executions sensor launches; the
    next poll reports the others.
    """

    def __init__(self, store: Callable[[], Store], batch_size: int) -> None:
        self._store = store
        self._batch_size = batch_size
        self._reported: AbstractSet[str] = frozenset()
        self._last_event = -1

    def look(self) -> StoreChange:
        """Compare the store with the last poll."""
        with self._store().reading() as con:
            active = executions.active(con)
            last_event = events.last_seq(con)
        pending = [execution_id for execution_id, status in active.items() if status == "pending"]
        new = [execution_id for execution_id in pending if execution_id not in self._reported][: self._batch_size]
        self._reported = (self._reported & set(pending)) | set(new)
        has_new_events, self._last_event = last_event != self._last_event, last_event
        return StoreChange(bool(new), has_new_events, "running" in active.values())
