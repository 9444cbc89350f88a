"""Pacing as a table, each row with the one sentence that states the number to set. No estimation here."""

from dataclasses import dataclass
from datetime import date

from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS, RETURN_COLUMNS, PacingStatus

SCHEMA = ANALYTICS_BUDGETS.polars_schema(without=(*RETURN_COLUMNS, "created_at"))

_FULLY_USED = 0.9
_PLAIN: dict[PacingStatus, str] = {
    "not-started": "It has not started: {budget} is planned for {days} days.",
    "ended": "The period is over at {spent}: set no budget here, plan the next flight.",
    "no-budget": "No budget is known: set a monthly target to have it paced.",
    "no-data": "It has no delivery at all: check that it is running; {budget} is planned.",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What the sentence is made from: money in ``currency``; ``rate`` is today's level of spend a day."""

    status: PacingStatus
    kind: str
    currency: str
    is_paused: bool
    period_end: date
    days: int
    days_remaining: int
    budget: float | None
    spent: float
    daily_budget: float | None
    required: float
    rate: float
    projected: float

    @property
    def what(self) -> str:
        """The thing to set."""
        return "daily spend" if self.kind == "lifetime" else "daily budget"

    @property
    def end(self) -> str:
        """The period's last day in words."""
        return f"{self.period_end.day} {self.period_end:%B}"

    def money(self, amount: float) -> str:
        """``amount`` in the row's currency."""
        return format_money(amount, self.currency)


def recommend(advice: Advice) -> str:
    """One sentence that says what to set, with its currency."""
    plain = _PLAIN.get(advice.status)
    spent, budget = advice.money(advice.spent), advice.money(advice.budget or 0.0)
    if plain is not None:
        return plain.format(budget="nothing" if advice.budget is None else budget, days=advice.days, spent=spent)
    if advice.days_remaining == 0:
        return f"The period is complete at {spent} of {budget}: there is nothing left to set."
    if advice.is_paused:
        needed = advice.money(advice.required)
        return f"It is paused: resume it with a {advice.what} of {needed} to reach {budget} by {advice.end}."
    if advice.status == "on-track":
        set_now = advice.daily_budget if advice.kind == "daily" else None
        keep = advice.money(advice.required if set_now is None else set_now)
        projected = advice.money(advice.projected)
        return f"Keep the {advice.what} at {keep}: at the present pace {advice.end} ends at {projected}."
    return _correction(advice)


def _correction(advice: Advice) -> str:
    """What to set when the pace is wrong."""
    budget, rate = advice.money(advice.budget or 0.0), advice.money(advice.rate)
    if advice.spent >= (advice.budget or 0.0):
        return f"The budget of {budget} is used up: pause it, or raise the budget above {advice.money(advice.spent)}."
    now = advice.daily_budget
    is_unused = now is not None and advice.rate < _FULLY_USED * now and advice.required >= now
    if advice.status == "underpacing" and now is not None and is_unused and advice.rate > 0:
        return (
            f"Set the daily budget to {rate}, which is what it spends of {advice.money(now)}, or raise bids or widen"
            " targeting: a higher budget alone will not be spent."
        )
    return (
        f"Set the {advice.what} to {advice.money(advice.required)} (it spends {rate} a day now) to end"
        f" {advice.end} at {budget} instead of {advice.money(advice.projected)}."
    )
