"""What time it is, as an argument: now, or noon UTC of a chosen day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives an aware UTC datetime."""


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def frozen_at(day: date) -> Clock:
    """A clock that stands still at noon UTC of ``day``: every account from Honolulu to Auckland then writes that day or
    the next.
    """
    instant = datetime.combine(day, time(12), tzinfo=UTC)
    return lambda: instant


def local_date(now: datetime, timezone: str) -> date:
    """The calendar day in an account's time zone."""
    return now.astimezone(ZoneInfo(timezone)).date()
