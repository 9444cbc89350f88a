"""Silences: for a time, nobody is notified of the alerts that they match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.operations import alerts
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.store import Store


@dataclass(frozen=True)
class Silences:
    """The silences of one installation."""

    store: Callable[[], Store]
    clock: Clock

    def add(self, matchers: Sequence[str], length: timedelta, *, author: str, comment: str) -> tuple[Silence, int]:
        """Silence the alerts that match all ``matchers`` from now on; also the number of firing alerts that it mutes.

        Raises InvalidError for a matcher that cannot be read, one that matches everything, or no comment.
        """
        now = self.clock()
        if not comment.strip():
            raise InvalidError("comment", "must give a reason; it is shown with the silence")
        with self.store().writing() as con:
            silence = alerts.add_silence(
                con, matchers, starts_at=now, ends_at=now + length, author=author, comment=comment.strip()
            )
            muted = sum(silence.mutes(record.alert, now) for record in alerts.firing(con))
        return silence, muted

    def every(self, *, with_ended: bool = False) -> list[Silence]:
        """Silences that are active or begin later, by their end; with ``with_ended`` also past ones."""
        with self.store().reading() as con:
            return alerts.every_silence(con, since=None if with_ended else self.clock())

    def end(self, silence_id: str) -> None:
        """End a silence now. Raises NotFoundError where there is none."""
        with self.store().writing() as con:
            alerts.end_silence(con, silence_id, self.clock())
