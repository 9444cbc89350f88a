"""Which days of an account still need a pull: a day is settled once it was pulled after its lookback has ended.

Also which earlier days have to be known as a total. Pure planning over the pull ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from adops_pipeline.domain.vocabulary import DateRange

FOUR_WEEKS, SPAN_DAYS, EARLIER_SPANS = 28, 4, 7
"""Days over which daily budgets are judged; where fewer are pulled, spans of days before them are totalled."""
_BUDGETS_KNOWN_DAYS = 30
"""Days before the last complete day back to which a first pull learns the budgets."""


@dataclass(frozen=True, slots=True)
class PulledDays:
    """Days that one successful pull covered, and the account's local day on which it was made."""

    dates: DateRange
    pulled_on: date


def days_to_pull(wanted: DateRange, pulled: Iterable[PulledDays], lookback_days: int) -> list[DateRange]:
    """The parts of ``wanted`` that need a pull, oldest first.

    Platforms restate a day for ``lookback_days``; a day needs no further pull when one was made at least that many days
    after it. So a first run gets everything, a daily run the trailing lookback, and a run after a long absence also the
    days that were last seen while they could still change.
    """
    settled: set[date] = set()
    for pull in pulled:
        last = min(pull.dates.end, pull.pulled_on - timedelta(days=lookback_days), wanted.end)
        first = max(pull.dates.start, wanted.start)
        if first <= last:
            settled.update(DateRange(first, last))
    return _ranges(day for day in wanted if day not in settled)


def _ranges(days: Iterable[date]) -> list[DateRange]:
    """Consecutive days joined into ranges; ``days`` ascend."""
    ranges: list[DateRange] = []
    for day in days:
        if ranges and ranges[-1].end == day - timedelta(days=1):
            ranges[-1] = DateRange(ranges[-1].start, day)
        else:
            ranges.append(DateRange(day, day))
    return ranges


def first_known_day(pulled: Iterable[DateRange]) -> date | None:
    """The first day of the last stretch of days without a hole; None if nothing was pulled."""
    first: date | None = None
    last = date.min
    for days in sorted(pulled):
        if first is None or days.start > last + timedelta(days=1):
            first = days.start
        last = max(last, days.end)
    return first


def earlier_periods(known_from: date, as_of: date, flights: Iterable[tuple[date, date | None]]) -> list[DateRange]:
    """The periods before ``known_from`` whose spend the platform totals: of the month, of flights, and of short spans.

    Totals from every fourth day on tell how daily budgets were delivered while too few days are pulled to judge.
    ``flights`` are first and last days (None: open-ended) of campaigns with a lifetime budget. One period from the
    first day of the earliest serves them all, because nobody spends before the flight begins.
    """
    under_way = [start for start, end in flights if start < known_from and (end is None or end >= known_from)]
    starts = {as_of.replace(day=1), *([min(under_way)] if under_way else []), *span_starts(known_from, as_of)}
    before = known_from - timedelta(days=1)
    return [DateRange(start, before) for start in sorted(starts) if start <= before]


def span_starts(known_from: date, as_of: date) -> list[date]:
    """First days of the spans before ``known_from``, the newest first; none where four weeks are pulled."""
    if as_of - known_from >= timedelta(days=FOUR_WEEKS - 1):
        return []
    oldest = as_of - timedelta(days=_BUDGETS_KNOWN_DAYS)
    starts = [known_from - timedelta(days=SPAN_DAYS * number) for number in range(1, EARLIER_SPANS + 1)]
    return [start for start in starts if start >= oldest]
