"""The recommendation for a budget: one sentence, from its row and the kind of its verdict. Wording only.

No amount is further from the present one than the allowed step: where that does not reach the period's sum, the
sentence says what it reaches and what is missing.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.pacing.rate_advice import rate_advice
from adops_pipeline.domain.pacing.situation import Situation

DEFAULT_STEP = 0.20
_FEW_DAYS = 3
_FIRST_DAYS = "what it spent in the first days of the period is not known"
_RATED = ("limited", "delivering", "under-delivering", "over-delivering")
_CAUSES = "check that it is running and can deliver (payment, approvals, bids, audience)"


def recommend(kind: str, row: Mapping[str, Any], max_step_change: float | None = DEFAULT_STEP) -> str:
    """The recommendation for a row of analytics_budgets whose verdict is ``kind``."""
    now = Situation.of(row, max_step_change)
    if kind in _OTHER:
        return _OTHER[kind](now)
    if kind in _RATED or now.basis == "cap":
        return rate_advice(kind, now)
    if now.is_used_up:
        return (
            f"The {now.sum_name} of {now.planned} is used up: pause it, or raise the {now.sum_name} above "
            f"{now.money(now.spent)}."
        )
    return _on_track(now) if kind == "on-track" else _off_pace(kind, now)


def _not_started(now: Situation) -> str:
    if now.basis == "daily" and now.daily_budget is not None:
        return f"It has not started: {now.money(now.daily_budget)} a day is set."
    return f"It has not started: {now.planned} is planned for {now.days} days."


def _no_budget(_: Situation) -> str:
    return "No budget is known: set a monthly target to have it paced."


def _unknown(now: Situation) -> str:
    since, first = "", now.known_from
    if first is not None:
        since = f" Daily figures are complete from {first.day} {first:%B %Y} on."
    if now.basis != "daily" or now.daily_budget is None:
        missing = "too few of its days are known" if now.is_spent_known else _FIRST_DAYS
        return f"Its pace is not judged: {missing}.{since}"
    if first is not None and (now.as_of - first).days < _FEW_DAYS - 1:
        return f"Its delivery is not judged: fewer than {_FEW_DAYS} of its days are known.{since}"
    level = now.current_daily
    spends = "" if level is None or now.prints_as_zero(level) else f", and it spends {now.money(level)} a day"
    return (
        f"Its delivery is not judged: past daily budgets are known for fewer than {_FEW_DAYS} days. It is "
        f"{now.money(now.daily_budget)} now{spends}.{since}"
    )


def _ended(now: Situation) -> str:
    spent = now.money(now.spent)
    if not now.is_spent_known:
        return "The period is over: set no budget here."
    if now.is_over:
        return f"The period is over at {spent}: set no budget here, plan the next flight."
    return f"The period is complete at {spent} of {now.planned}: nothing is left to set."


def _paused(now: Situation) -> str:
    if now.budget is None:
        return "It is paused, and no budget is known."
    if now.basis == "daily" and now.daily_budget is not None:
        return f"It is paused; its daily budget is {now.money(now.daily_budget)}."
    if not now.is_spent_known:
        return "It is paused, and part of what it has spent is not known."
    if now.is_used_up:
        return f"It is paused, and its {now.sum_name} of {now.planned} is used up: leave it paused."
    left = f"{now.money((now.budget or Decimal(0)) - now.spent)} of {now.planned}"
    if not now.is_budget_set:
        return f"It is paused: {left} are left."
    amount = now.within_step(now.required)
    reach = "." if amount == now.required else f", {_reach(now, amount)}"
    resume = f"To spend them by {now.end}, resume it with a daily budget of {now.money(amount)}{reach}"
    return f"It is paused: {left} are left. {resume}"


def _no_delivery(now: Situation) -> str:
    if now.basis == "daily" and now.daily_budget is not None:
        return f"It spends nothing of the {now.money(now.daily_budget)} a day that are set: {_CAUSES}."
    if now.spent == 0:
        return f"It has no delivery: {_CAUSES}; {now.planned} is planned."
    return f"It has spent nothing for three days: {_CAUSES}."


def _on_track(now: Situation) -> str:
    likely = f"the period is likely to end on {now.end} at {now.money(now.likely)}"
    is_settled = now.money(now.likely) == now.planned or now.prints_as_zero(now.required)
    is_out_of_reach = now.is_budget_unspent and now.daily_budget is not None and now.required > now.daily_budget
    if is_settled or is_out_of_reach or now.within_step(now.required) != now.required:
        return f"Change nothing: {likely}."
    return f"Spend about {now.money(now.required)} a day to reach {now.planned}: {likely}."


def _off_pace(kind: str, now: Situation) -> str:
    likely, daily = now.money(now.likely), now.daily_budget if now.is_budget_set else None
    is_short = now.likely < (now.budget or Decimal(0))
    if likely == now.planned or is_short is not (kind == "underpacing") or now.prints_as_zero(now.required):
        return f"Change nothing: at the present pace the period ends on {now.end} at {likely} of {now.planned}."
    present = "pace" if now.prints_as_zero(now.ahead) else f"{now.money(now.ahead)} a day"
    end = f"at the present {present} the period ends on {now.end} at {likely} instead of {now.planned}"
    if is_short and (now.is_budget_unspent or now.prints_as_zero(now.base)):
        return _unspent(now)
    if daily is not None and is_short and now.required <= daily:
        return (
            f"Leave the daily budget at {now.money(daily)}, which is enough, and raise bids or widen targeting: {end}."
        )
    if daily is not None and not is_short and now.required >= daily:
        return f"Leave the daily budget at {now.money(daily)}, which is exceeded now: {end}."
    return _step(now, end, is_short=is_short)


def _step(now: Situation, end: str, *, is_short: bool) -> str:
    """The amount to set, as far as one step allows."""
    amount = now.within_step(now.required)
    if now.money(amount) == now.money(now.base) or now.prints_as_zero(amount):
        return f"Change nothing: {end}."
    if amount == now.required:
        return f"{now.verb} to {now.money(amount)}: {end}."
    most = f"by at most {100 * (now.step or 0):.0f} % a day"
    if is_short and amount < now.ahead:
        return f"Raise the daily budget {most}: {end}."
    if not is_short and amount > now.ahead:
        return f"Lower the daily budget {most}: it limits the spend from {now.money(now.ahead)} a day down; {end}."
    return f"{now.verb} to {now.money(amount)}, {_reach(now, amount)}"


def _reach(now: Situation, amount: Decimal) -> str:
    """What a step reaches that falls short of what would be needed."""
    reached, budget = now.spent + amount * now.days_remaining, now.budget or Decimal(0)
    missing = "short of" if reached < budget else "more than"
    return (
        f"the largest step at once: spent in full until {now.end}, the period reaches {now.money(reached)}, "
        f"{now.money(abs(budget - reached))} {missing} {now.planned}."
    )


def _unspent(now: Situation) -> str:
    level = now.current_daily or Decimal(0)
    short = f"at this pace {now.money((now.budget or Decimal(0)) - now.likely)} of {now.planned} stay unspent"
    if now.daily_budget is None or not now.is_budget_set:
        return f"It spends almost nothing: {_CAUSES}; {short}."
    more = f"a higher budget alone will not be spent. Raise bids or widen targeting: {short}"
    if now.prints_as_zero(level):
        return f"It spends almost nothing of the {now.money(now.daily_budget)} a day that are set: {more}."
    return f"It spends {now.money(level)} a day of the {now.money(now.daily_budget)} that are set: {more}."


_OTHER: Mapping[str, Callable[[Situation], str]] = {
    "not-started": _not_started, "no-budget": _no_budget, "ended": _ended, "paused": _paused,
    "no-delivery": _no_delivery, "unknown": _unknown,
}  # fmt: skip
"""Kinds of verdict without a pace."""
