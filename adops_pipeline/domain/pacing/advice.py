"""The recommendation for a budget: one sentence, from its row and the kind of its verdict. Wording only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.money import format_money

_FULLY_USED = 0.9
"""Share of the daily budget from which it counts as spent: below, a higher budget alone brings no more spend."""


@dataclass(frozen=True, slots=True)
class _Situation:
    """A row's figures as the sentences need them; money in ``currency``, None where unknown."""

    currency: str
    basis: str
    is_over: bool
    period_end: date
    days: int
    days_remaining: int
    budget: Decimal | None
    spent: Decimal
    is_spent_known: bool
    likely: Decimal
    required: Decimal
    daily_budget: Decimal | None
    current_daily: Decimal | None
    known_from: date | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "_Situation":
        spent = row["spent_to_date"] or Decimal(0)
        likely = row["projected_total"]
        return cls(
            currency=row["currency"] or "",
            basis=row["basis"] or "",
            is_over=row["status"] == "ended",
            period_end=row["period_end"],
            days=(row["days_elapsed"] or 0) + (row["days_remaining"] or 0),
            days_remaining=row["days_remaining"] or 0,
            budget=row["budget"],
            spent=spent,
            is_spent_known=row["spent_to_date"] is not None,
            likely=spent if likely is None else likely,
            required=row["required_daily_spend"] or Decimal(0),
            daily_budget=row["daily_budget"],
            current_daily=row["current_daily"],
            known_from=row.get("known_from"),
        )

    @property
    def what(self) -> str:
        """The name of the budget to set."""
        return "daily spend" if self.basis == "lifetime" else "daily budget"

    @property
    def end(self) -> str:
        """The period's last day as text."""
        return f"{self.period_end.day} {self.period_end:%B}"

    @property
    def planned(self) -> str:
        return "nothing" if self.budget is None else self.money(self.budget)

    @property
    def ahead(self) -> Decimal:
        """Expected spend a day in the remaining days."""
        return max(self.likely - self.spent, Decimal(0)) / max(self.days_remaining, 1)

    @property
    def is_used_up(self) -> bool:
        return self.spent >= (self.budget or 0)

    @property
    def is_budget_unspent(self) -> bool:
        """Whether something other than the daily budget limits the spend."""
        now, level = self.daily_budget, self.current_daily
        if now is None or level is None or self.money(level) == self.money(now):
            return False
        return float(level) < _FULLY_USED * float(now)

    def money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency)

    def prints_as_zero(self, amount: Decimal) -> bool:
        return self.money(amount) == self.money(Decimal(0))


def recommend(kind: str, row: Mapping[str, Any]) -> str:
    """The recommendation for a row of analytics_budgets whose verdict is ``kind``."""
    now = _Situation.of(row)
    if kind in _OTHER:
        return _OTHER[kind](now)
    if now.is_used_up:
        return f"The budget of {now.planned} is used up: pause it, or raise the budget above {now.money(now.spent)}."
    return _on_track(now) if kind == "on-track" else _off_pace(kind, now)


def _not_started(now: _Situation) -> str:
    return f"It has not started: {now.planned} is planned for {now.days} days."


def _no_budget(_: _Situation) -> str:
    return "No budget is known: set a monthly target to have it paced."


def _unknown(now: _Situation) -> str:
    since = now.known_from
    if since is None:
        return "Its pace is not judged: the daily figures of its last days are not known."
    day = f"{since.day} {since:%B} {since.year}"
    return (
        f"Its pace is not judged: daily figures are complete from {day} on, and what was spent before is not known. "
        "Pull the missing days to have it paced."
    )


def _ended(now: _Situation) -> str:
    spent = now.money(now.spent)
    if now.is_over:
        return f"The period is over at {spent}: set no budget here, plan the next flight."
    return f"The period is complete at {spent} of {now.planned}: nothing is left to set."


def _paused(now: _Situation) -> str:
    if now.budget is None:
        return "It is paused, and no budget is known."
    if not now.is_spent_known:
        return "It is paused, and part of what it has spent is not known."
    if now.is_used_up:
        return f"It is paused, and its budget of {now.planned} is used up: leave it paused."
    return (
        f"It is paused: resume it with a {now.what} of {now.money(now.required)} to reach {now.planned} by {now.end}."
    )


def _no_delivery(now: _Situation) -> str:
    causes = "check that it is running and can deliver (payment, approvals, bids, audience)"
    if now.spent == 0:
        return f"It has no delivery: {causes}; {now.planned} is planned."
    return f"It has spent nothing for three days: {causes}."


def _on_track(now: _Situation) -> str:
    likely = f"the period is likely to end on {now.end} at {now.money(now.likely)}"
    if now.basis == "daily" and now.daily_budget is not None:
        return f"Keep the daily budget at {now.money(now.daily_budget)}: {likely}."
    if now.money(now.likely) == now.planned or now.prints_as_zero(now.required):
        return f"Change nothing: {likely}."
    return f"Spend about {now.money(now.required)} a day to reach {now.planned}: {likely}."


def _off_pace(kind: str, now: _Situation) -> str:
    likely, required, daily = now.money(now.likely), now.money(now.required), now.daily_budget
    is_short = now.likely < (now.budget or Decimal(0))
    if likely == now.planned or is_short is not (kind == "underpacing") or now.prints_as_zero(now.required):
        return f"Change nothing: at the present pace the period ends on {now.end} at {likely} of {now.planned}."
    if is_short and now.is_budget_unspent:
        return _unspent(now)
    present = "pace" if now.prints_as_zero(now.ahead) else f"{now.money(now.ahead)} a day"
    end = f"at the present {present} the period ends on {now.end} at {likely} instead of {now.planned}"
    if not is_short and daily is not None and now.required >= daily:
        return f"Leave the daily budget at {now.money(daily)}, which is exceeded now: {end}."
    return f"Set the {now.what} to {required}: {end}."


def _unspent(now: _Situation) -> str:
    level, daily = now.current_daily or Decimal(0), now.money(now.daily_budget or Decimal(0))
    unspent = "a higher budget alone will not be spent. Raise bids or widen targeting"
    if now.prints_as_zero(level):
        return f"It spends almost nothing of the {daily} a day that are set: {unspent}."
    lower = f"or lower the daily budget to {now.money(level)}"
    return f"It spends {now.money(level)} a day of the {daily} that are set: {unspent}, {lower}."


_OTHER: Mapping[str, Callable[[_Situation], str]] = {
    "not-started": _not_started, "no-budget": _no_budget, "ended": _ended, "paused": _paused,
    "no-delivery": _no_delivery, "unknown": _unknown,
}  # fmt: skip
"""Kinds of verdict without a pace."""
