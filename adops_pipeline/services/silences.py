"""Silences: for a time, nobody is notified of the alerts that they match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.labels import unknown_part
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.operations import alerts
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.store import Store

_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Silences:
    """The silences of one installation."""

    store: Callable[[], Store]
    clock: Clock

    def add(
        self,
        matchers: Sequence[str],
        length: timedelta,
        *,
        author: str,
        comment: str,
        starts_at: datetime | None = None,
    ) -> tuple[Silence, int]:
        """Silence the alerts that match all ``matchers`` from ``starts_at`` (now where it is not given) on.

        Also the number of alerts firing now that it mutes. Raises InvalidError for a matcher that cannot be read, one
        that matches everything or asks for what no alert has, an end in the past, more than a year, or no comment.
        """
        now = self.clock()
        starts_at = now if starts_at is None else starts_at
        if length > _LONGEST:
            raise InvalidError("silence", f"must not last longer than {_LONGEST.days} days")
        if starts_at > now + _LONGEST:
            raise InvalidError("silence", f"must begin within {_LONGEST.days} days")
        if starts_at + length <= now:
            raise InvalidError("silence", "must not end in the past")
        if not comment.strip():
            raise InvalidError("comment", "must give a reason; it is shown with the silence")
        with self.store().writing() as con:
            silence = alerts.add_silence(
                con, matchers, starts_at=starts_at, ends_at=starts_at + length, author=author, comment=comment.strip()
            )
            known = [record.alert for record in alerts.load_state(con).alerts.values()]
            unknown = next(filter(None, (unknown_part(matcher, known) for matcher in silence.matchers)), None)
            if unknown is not None:
                raise InvalidError("silence", unknown)  # nothing of this transaction stays
            muted = sum(silence.mutes(record.alert, now) for record in alerts.firing(con))
        return silence, muted

    def every(self, *, with_ended: bool = False) -> list[Silence]:
        """Silences that are active or begin later, by their end; with ``with_ended`` also past ones."""
        with self.store().reading() as con:
            return alerts.every_silence(con, since=None if with_ended else self.clock())

    def get(self, silence_id: str) -> Silence:
        """The silence. Raises NotFoundError where there is none."""
        known = {silence.id: silence for silence in self.every(with_ended=True)}
        if silence_id not in known:
            raise NotFoundError("silence", silence_id)
        return known[silence_id]

    def end(self, silence_id: str) -> None:
        """End a silence now. Raises NotFoundError where there is none."""
        with self.store().writing() as con:
            alerts.end_silence(con, silence_id, self.clock())
