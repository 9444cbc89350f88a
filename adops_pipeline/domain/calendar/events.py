"""The event type, and retail events that recur every year."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

EventKind = Literal["public-holiday", "retail-event", "own-event"]
Basis = Literal["learnt", "given", "assumed"]
"""Where the effect of an event comes from: its past days, the settings, or nothing yet."""

_PRIME_DAYS = {2022: (7, 12, 2), 2023: (7, 11, 2), 2024: (7, 16, 2), 2025: (7, 8, 4)}
"""Month, first day and number of days of past Prime Days, which follow no rule; other years are an estimate."""
_AUTUMN_PRIME_DAYS = {2022: (10, 11, 2), 2023: (10, 10, 2), 2024: (10, 8, 2), 2025: (10, 7, 2)}


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence of an event; both days are included. Occurrences of the same name teach each other's effect.

    ``platforms`` and ``projects`` limit it (empty: all). ``expected_change_pct`` is what the team expects it to do to
    spend and results, if it says so.
    """

    name: str
    kind: EventKind
    first_day: date
    last_day: date
    platforms: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    expected_change_pct: float | None = None

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


def retail_events(year: int) -> tuple[Event, ...]:
    """The retail events that begin in ``year``, in order of time."""
    friday = _nth_weekday(year, 11, 3, 4) + timedelta(days=1)
    july = _PRIME_DAYS.get(year) or (7, _nth_weekday(year, 7, 1, 2).day, 2)
    october = _AUTUMN_PRIME_DAYS.get(year) or (10, _nth_weekday(year, 10, 1, 2).day, 2)
    return (
        _retail("Prime Day", date(year, *july[:2]), july[2]),
        _retail("Prime Big Deal Days", date(year, *october[:2]), october[2]),
        _retail("Singles' Day", date(year, 11, 11), 1),
        _retail("Black Friday", friday, 3),
        _retail("Cyber Monday", friday + timedelta(days=3), 1),
        _retail("Christmas", date(year, 12, 24), 3),
        _retail("After Christmas", date(year, 12, 27), 5),
    )


def _retail(name: str, first_day: date, days: int) -> Event:
    return Event(name, "retail-event", first_day, first_day + timedelta(days=days - 1))


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
