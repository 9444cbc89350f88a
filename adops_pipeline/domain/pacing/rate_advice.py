"""The sentences about daily budgets and lifetime caps: rates, in daily terms. Wording only.

Nobody set a sum for the month: its likely total is information, and no advice is given to reach one.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from math import ceil

from adops_pipeline.domain.pacing.situation import Situation

_A_YEAR = 365


def rate_advice(kind: str, now: Situation) -> str:
    """The sentence for a budget without a period's sum, of a verdict that rates its delivery."""
    if now.basis == "cap":
        return _cap(now)
    return _BY_KIND[kind](now) + _month(now)


def _month(now: Situation) -> str:
    """The likely total, as information."""
    if not (now.is_likely_known and now.days_remaining) or now.prints_as_zero(now.likely):
        return ""
    is_month = now.period_start.day == 1 and (now.period_end + timedelta(days=1)).day == 1
    likely = now.money(now.likely)
    if is_month:
        return f" {now.period_start:%B} is likely to end at {likely}."
    return f" It is likely to have spent {likely} this month by {now.end}."


def _limited(now: Situation) -> str:
    most = "" if now.step is None else f", by at most {100 * now.step:.0f} % at once,"
    return (
        f"It spends its daily budget of {_set(now)}: raise it{most} only if more spend at its present return is wanted."
    )


def _delivering(now: Situation) -> str:
    return f"Keep the daily budget at {_set(now)}: it delivers most of it."


def _under(now: Situation) -> str:
    level, daily = now.current_daily, now.daily_budget or Decimal(0)
    more = "a higher budget alone will not be spent. Raise bids or widen targeting if more spend is wanted."
    if level is None or level >= daily or now.money(level) == now.money(daily):
        return f"It does not spend the {_set(now)} a day that are set: {more}"
    if now.prints_as_zero(level):
        return f"It spends almost nothing of the {_set(now)} a day that are set: {more}"
    return f"It spends {now.money(level)} a day of the {_set(now)} that are set: {more}"


def _over(now: Situation) -> str:
    daily, ratio = now.daily_budget or Decimal(0), now.delivery_ratio or 1.0
    spends = now.money(daily * Decimal(repr(ratio)))
    lower = now.within_step(daily / Decimal(repr(max(ratio, 1.0))))
    stands = f"It spends {spends} a day against a daily budget of {now.money(daily)}"
    if now.money(lower) == now.money(daily) or now.prints_as_zero(lower):
        return f"{stands}: check the budget on the platform."
    steps = " as a first step" if lower > daily / Decimal(repr(max(ratio, 1.0))) else ""
    meant = f"if no more than {now.money(daily)} a day is meant"
    return f"{stands}: set the daily budget to {now.money(lower)}{steps} {meant}."


def _cap(now: Situation) -> str:
    budget, level = now.budget or Decimal(0), now.current_daily
    if now.is_used_up:
        return (
            f"The lifetime budget of {now.planned} is used up: raise it above {now.money(now.spent)} if it is to go on."
        )
    left = budget - now.spent
    stands = f"{now.money(left)} of the lifetime budget of {now.planned} are left"
    if level is None or now.prints_as_zero(level):
        return f"{stands}."
    days = ceil(left / level)
    if days > _A_YEAR:
        return f"{stands}: at the present {now.money(level)} a day they last for more than a year."
    last = now.as_of + timedelta(days=days)
    return f"{stands}: at the present {now.money(level)} a day they are used up on {last.day} {last:%B %Y}."


def _set(now: Situation) -> str:
    return now.money(now.daily_budget or Decimal(0))


_BY_KIND: Mapping[str, Callable[[Situation], str]] = {
    "limited": _limited, "delivering": _delivering, "under-delivering": _under, "over-delivering": _over,
}  # fmt: skip
