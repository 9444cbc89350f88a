"""Which days of an account still need a pull: a day is settled once it was pulled after its lookback has ended.

Pure planning over the pull ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from adops_pipeline.domain.vocabulary import DateRange


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
