"""Record of who changed what: an entry of the activity feed for each successful change."""

from collections.abc import Callable
from dataclasses import dataclass

from adops_pipeline.clock import Clock
from adops_pipeline.domain.access import Actor
from adops_pipeline.domain.text import one_line
from adops_pipeline.operations import events
from adops_pipeline.operations.store import Store

_LONGEST_TARGET = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A change: the operation's id, and the id of what was changed where it is known."""

    actor: Actor
    operation: str
    target: str | None = None


@dataclass(frozen=True)
class Audit:
    """The record of one installation."""

    store: Callable[[], Store]
    clock: Clock

    def record(self, change: Change, key: str | None = None) -> None:
        """Record a change, once for each ``key``. Neither the request's body nor any secret is recorded."""
        actor, operation = change.actor, change.operation
        target = None if change.target is None else one_line(change.target)[:_LONGEST_TARGET]
        message = f"{actor.name}: {operation}" if target is None else f"{actor.name}: {operation} {target}"
        data = {
            "type": "api.change", "message": message, "title": message, "actor": actor.name, "role": actor.role,
            "operation": operation, "target": target,
        }  # fmt: skip
        with self.store().writing() as con:
            events.append(con, "activity.new", at=self.clock(), data=data, event_id=key)
