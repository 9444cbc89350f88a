"""Money at stake in a change, per day and month: a new budget, the difference of two, or a lifetime over its flight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

MONTH_DAYS = Decimal("30.4")
"""Days of a month, as the platforms count them for daily budgets."""
_STARTS = ("start_time", "start_date", "starts_at")
_ENDS = ("end_time", "end_date", "stop_time", "ends_at")
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Stake:
    """Spend that a change adds (or takes away, below 0), in units of ``currency``."""

    per_day: Decimal
    per_month: Decimal
    currency: str


def stake_of(
    before: AdObject | None, intended: AdObject, today: date, budgets_within: Decimal | None = None
) -> Stake:  # fmt: skip
    """The spend that the change adds.

    ``budgets_within``: the daily budgets of a campaign's ad groups, for one that has no budget of its own.

    A new object and one that is activated count with their whole budget, one that is paused with its whole budget
    taken away, otherwise the difference counts, also of a paused object: activating it is the smaller step later.
    """
    new_day, new_month = _budget(intended, intended.fields, today)
    fields = {**(before.fields if before else {}), **intended.fields}
    if before is None:
        day, month = new_day, new_month
    else:
        old_day, old_month = _budget(before, before.fields, today, budgets_within)
        new_day, new_month = _budget(intended, fields, today, budgets_within)
        was_active, is_active = (state.status is CampaignStatus.ACTIVE for state in (before, intended))
        if is_active and not was_active:
            day, month = new_day, new_month
        elif was_active and not is_active:
            day, month = -old_day, -old_month
        else:
            day, month = new_day - old_day, new_month - old_month
    return Stake(_rounded(day), _rounded(month), intended.currency)


def _budget(
    state: AdObject, fields: Mapping[str, object], today: date, within: Decimal | None = None
) -> tuple[Decimal, Decimal]:  # fmt: skip
    """Largest spend per day and month under the object's budgets; 0 where none are known."""
    if state.daily_budget is not None:
        return state.daily_budget, state.daily_budget * MONTH_DAYS
    if state.lifetime_budget is None:
        daily = within or Decimal(0)
        return daily, daily * MONTH_DAYS
    days = _flight_days(fields, today)
    if days is None:
        return state.lifetime_budget / MONTH_DAYS, state.lifetime_budget
    return state.lifetime_budget / days, state.lifetime_budget * min(Decimal(1), MONTH_DAYS / days)


def _flight_days(fields: Mapping[str, object], today: date) -> int | None:
    """Days of the flight; None where its end is not known."""
    end = next((day for name in _ENDS if (day := _day(fields.get(name))) is not None), None)
    if end is None:
        return None
    start = next((day for name in _STARTS if (day := _day(fields.get(name))) is not None), today)
    return max(1, (end - start).days + 1)


def _day(value: object) -> date | None:
    """The day of a value as platforms write it: ISO text or seconds since 1970."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_MICRO, ROUND_HALF_EVEN) + 0
