"""What time it is, as an argument: now, or noon UTC of a chosen day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_LONGEST_NAME = 40

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


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name, as every part of the product knows it. Raises ValueError for other names."""
    try:
        # Folders and files of the zone database that are no zones: "posix/Europe/Berlin", "localtime", "America".
        if name and name[0].isupper():
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    raise ValueError(f"unknown time zone {name[:_LONGEST_NAME]!r}")


def local_date(now: datetime, timezone: str) -> date:
    """The calendar day in an account's time zone. Raises ValueError if there is no such zone."""
    return now.astimezone(zone_of(timezone)).date()
