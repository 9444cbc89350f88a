"""The budget of a period: a flight's lifetime budget, a calendar month of daily budgets, or a target."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.pacing.limits import GOOGLE_MONTH
from adops_pipeline.domain.tables.pacing import BasisKind
from adops_pipeline.domain.vocabulary import Platform

Changes = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Basis:
    """Period (both days included), budget for it, and the steps of the daily budget in force within it.

    ``steps`` are (first day, amount) in order, the first on or before the period's start; amounts are 1 where the
    budget is one sum for the whole period. ``month_cap`` is Google's 30.4 × mean daily budget; it ``is_cap_firm`` where
    the budget is known not to have moved in the period.
    """

    kind: BasisKind
    period_start: date
    period_end: date
    budget: Decimal | None
    monthly_budget: Decimal | None
    steps: tuple[tuple[date, Decimal], ...]
    month_cap: Decimal | None
    is_cap_firm: bool = False

    @property
    def total_days(self) -> int:
        """Days of the period."""
        return (self.period_end - self.period_start).days + 1


def find_basis(
    platform: str,
    as_of: date,
    flight: tuple[date | None, date | None],
    amounts: tuple[Decimal | None, Decimal | None, Decimal | None],
    changes: Changes = (),
) -> Basis:
    """Basis of an entity. ``flight`` is (start, end), ``amounts`` are (target, lifetime, daily budget), None: not set.

    A target overrides a lifetime budget, that a daily one. A lifetime budget needs both dates. ``changes`` are
    (day, daily budget from then on), in order; what is in force after ``as_of`` is the daily budget itself.
    """
    target, lifetime, daily = amounts
    start, end = flight
    if target is None and lifetime is not None and start is not None and end is not None and start <= end:
        return Basis("lifetime", start, end, lifetime, None, ((start, Decimal(1)),), None)
    first, last = _month_of(as_of, start, end)
    month_days = monthrange(first.year, first.month)[1]
    steps = _steps(as_of, daily, changes) if daily is not None else ()
    spendable = _sum_in_force(steps, first, last) if steps else Decimal(0)
    days = (last - first).days + 1
    cap = GOOGLE_MONTH * spendable / days if platform == Platform.GOOGLE_ADS and steps else None
    is_firm = bool(changes) and not any(first < day <= last for day, _ in steps)
    if target is not None:
        return Basis("target", first, last, target, target, ((first, Decimal(1)),), cap, is_firm)
    if daily is None:
        return Basis("none", first, last, None, None, ((first, Decimal(1)),), None)
    monthly = daily * month_days
    if platform == Platform.GOOGLE_ADS:
        monthly = min(monthly, GOOGLE_MONTH * daily)
    budget = spendable if cap is None else min(spendable, cap)
    return Basis("daily", first, last, budget, monthly, steps, cap, is_firm)


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


def _steps(as_of: date, daily: Decimal, changes: Changes) -> tuple[tuple[date, Decimal], ...]:
    past = [(day, amount) for day, amount in sorted(changes) if day <= as_of]
    if not past:
        return ((date.min, daily),)
    # The amount before the first known change is unknown: the first known one is used.
    steps = [(date.min, past[0][1]), *past[1:]]
    if steps[-1][1] != daily:
        steps.append((as_of + timedelta(days=1), daily))
    # A history may have repeated values: only changes are steps.
    moves = [step for n, step in enumerate(steps) if n == 0 or step[1] != steps[n - 1][1]]
    return tuple(moves)


def _sum_in_force(steps: Sequence[tuple[date, Decimal]], first: date, last: date) -> Decimal:
    total = Decimal(0)
    for n, (begin, amount) in enumerate(steps):
        end = steps[n + 1][0] - timedelta(days=1) if n + 1 < len(steps) else last
        days = (min(end, last) - max(begin, first)).days + 1
        total += amount * max(days, 0)
    return total


def changes_by_entity(budgets: pl.DataFrame | None) -> dict[tuple[str, str], list[tuple[date, Decimal]]]:
    """A budget history (platform, campaign_id, changed_on, daily_budget) by entity; of one day the last row counts."""
    if budgets is None:
        return {}
    result: dict[tuple[str, str], dict[date, Decimal]] = {}
    rows = budgets.select(
        pl.col("platform").cast(pl.String),
        pl.col("campaign_id").cast(pl.String),
        pl.col("changed_on"),
        pl.col("daily_budget").cast(pl.Decimal(38, 6)),
    )
    for platform, campaign_id, day, amount in rows.drop_nulls().sort("changed_on", maintain_order=True).iter_rows():
        result.setdefault((platform, campaign_id), {})[day] = amount
    return {key: list(steps.items()) for key, steps in result.items()}
