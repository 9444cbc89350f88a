"""The budget of a period: a user's target, a flight's lifetime budget, a lifetime cap, or a month of daily budgets."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adops_pipeline.domain.pacing.limits import GOOGLE_MONTH
from adops_pipeline.domain.tables.pacing import BasisKind
from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class Basis:
    """Period (both days included) and the sum that is set for it; None where daily budgets or nothing are set."""

    kind: BasisKind
    period_start: date
    period_end: date
    budget: Decimal | None
    monthly_budget: Decimal | None

    @property
    def total_days(self) -> int:
        """Days of the period."""
        return (self.period_end - self.period_start).days + 1


def find_basis(
    platform: str,
    as_of: date,
    flight: tuple[date | None, date | None],
    amounts: tuple[Decimal | None, Decimal | None, Decimal | None],
) -> Basis:
    """Basis of an entity. ``flight`` is (start, end), ``amounts`` are (target, lifetime, daily budget), None: not set.

    A target overrides a lifetime budget, that a daily one. A lifetime budget without an end is a cap: it counts from
    the campaign's start and is looked at to the month's end.
    """
    target, lifetime, daily = amounts
    start, end = flight
    if target is None and lifetime is not None and start is not None and end is not None and start <= end:
        return Basis("lifetime", start, end, lifetime, None)
    first, last = _month_of(as_of, start, end)
    if target is not None:
        return Basis("target", first, last, target, target)
    if daily is not None:
        return Basis("daily", first, last, None, _whole_month(platform, daily, first))
    if lifetime is not None and start is not None and end is None:
        return Basis("cap", start, last, lifetime, None)
    return Basis("none", first, last, None, None)


def _whole_month(platform: str, daily: Decimal, first: date) -> Decimal:
    days = Decimal(monthrange(first.year, first.month)[1])
    return daily * (min(days, GOOGLE_MONTH) if platform == Platform.GOOGLE_ADS else days)


def _month_of(as_of: date, start: date | None, end: date | None) -> tuple[date, date]:
    """The calendar month that holds ``as_of`` (or the flight's nearest day), cut to the flight."""
    day = as_of
    if end is not None and end < day:
        day = end
    if start is not None and start > day:
        day = start
    first = day.replace(day=1)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    if start is not None:
        first = max(first, start)
    if end is not None and end >= first:
        last = min(last, end)
    return first, last
