"""Quiet hours: when a receiver gets no messages, except for alerts of a minimum severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from adops_pipeline.domain.severity import Severity

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until before ``end``, wall time of ``timezone``, on nights or days that begin on ``days``.

    An ``end`` before the ``start`` is the next day's. ``breaks_through``: this severity and above is sent all the
    same; None: nothing is. Raises ValueError where start and end are equal, and for unknown days or zones.
    """

    timezone: str
    start: time
    end: time
    days: tuple[str, ...] = DAYS
    breaks_through: Severity | None = Severity.CRITICAL

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours must not end at the time they start")
        if unknown := [day for day in self.days if day not in DAYS]:
            raise ValueError(f"{unknown[0]!r} is not a day; {', '.join(DAYS)} are")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError) as error:
            raise ValueError(f"{self.timezone!r} is not a time zone") from error

    def ends_after(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that are in force at ``now``; None if there are none.

        Quiet hours that follow each other without a gap count as one.
        """
        end = self._end(now)
        for _ in range(2 * len(DAYS)):
            further = None if end is None else self._end(end)
            if further is None:
                return end
            end = further
        return end

    def holds(self, severity: Severity, now: datetime) -> bool:
        """Whether an alert of this severity is held back at ``now``."""
        if self.breaks_through is not None and severity.rank >= self.breaks_through.rank:
            return False
        return self._end(now) is not None

    def _end(self, now: datetime) -> datetime | None:
        local = now.astimezone(ZoneInfo(self.timezone))
        clock = local.time().replace(tzinfo=None)
        is_overnight = self.end < self.start
        day, end_day = local.date(), local.date()
        if is_overnight and clock < self.end:
            day -= timedelta(days=1)
        elif is_overnight and clock >= self.start:
            end_day += timedelta(days=1)
        elif is_overnight or not self.start <= clock < self.end:
            return None
        if DAYS[day.weekday()] not in self.days:
            return None
        return datetime.combine(end_day, self.end, ZoneInfo(self.timezone)).astimezone(now.tzinfo)


def from_setting(
    setting: Mapping[str, object] | None, breaks_through: Severity | None = Severity.CRITICAL
) -> QuietHours | None:
    """From {timezone, start, end, days} as a notification setting keeps it; None for none. ValueError on nonsense."""
    if not setting:
        return None
    days = setting.get("days", DAYS)
    return QuietHours(
        timezone=str(setting.get("timezone", "UTC")),
        start=time.fromisoformat(str(setting.get("start"))),
        end=time.fromisoformat(str(setting.get("end"))),
        days=tuple(days) if isinstance(days, list | tuple) else (str(days),),
        breaks_through=breaks_through,
    )
