"""A row of analytics_budgets as the sentences about it need it: figures, words and the allowed step. No sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from adops_pipeline.domain.money import format_money

_FULLY_USED = Decimal("0.9")
"""Share of the daily budget from which it counts as spent: below, a higher budget alone brings no more spend."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A row's figures; money in ``currency``, None where unknown. ``step`` is the largest relative change at once."""

    currency: str
    basis: str
    is_over: bool
    as_of: date
    period_start: date
    period_end: date
    days: int
    days_remaining: int
    budget: Decimal | None
    spent: Decimal
    is_spent_known: bool
    likely: Decimal
    is_likely_known: bool
    required: Decimal
    daily_budget: Decimal | None
    current_daily: Decimal | None
    delivery_ratio: float | None
    known_from: date | None
    step: Decimal | None

    @classmethod
    def of(cls, row: Mapping[str, Any], max_step_change: float | None) -> "Situation":
        """The situation of a row; columns that older rows lack count as unknown."""
        spent = row["spent_to_date"] or Decimal(0)
        likely, ratio = row["projected_total"], row.get("delivery_ratio")
        return cls(
            currency=row["currency"] or "",
            basis=row["basis"] or "",
            is_over=row["status"] == "ended",
            as_of=row["as_of"],
            period_start=row["period_start"],
            period_end=row["period_end"],
            days=(row["days_elapsed"] or 0) + (row["days_remaining"] or 0),
            days_remaining=row["days_remaining"] or 0,
            budget=row["budget"],
            spent=spent,
            is_spent_known=row["spent_to_date"] is not None,
            likely=spent if likely is None else likely,
            is_likely_known=likely is not None,
            required=row["required_daily_spend"] or Decimal(0),
            daily_budget=row["daily_budget"],
            current_daily=row["current_daily"],
            delivery_ratio=ratio if ratio is not None and isfinite(ratio) else None,
            known_from=row.get("known_from"),
            step=None if max_step_change is None else Decimal(repr(max_step_change)),
        )

    @property
    def is_budget_set(self) -> bool:
        """Whether a daily budget can be set: else the spend a day is what changes."""
        return self.basis in ("target", "daily") and self.daily_budget is not None

    @property
    def verb(self) -> str:
        """What is to be done: a flight has no daily budget that could be set."""
        return "Set the daily budget" if self.is_budget_set else "Bring the daily spend"

    @property
    def sum_name(self) -> str:
        """The name of the period's sum."""
        return "target" if self.basis == "target" else "budget"

    @property
    def end(self) -> str:
        """The period's last day as text."""
        return f"{self.period_end.day} {self.period_end:%B}"

    @property
    def planned(self) -> str:
        """The period's budget as text."""
        return "nothing" if self.budget is None else self.money(self.budget)

    @property
    def ahead(self) -> Decimal:
        """Expected spend a day in the remaining days."""
        return max(self.likely - self.spent, Decimal(0)) / max(self.days_remaining, 1)

    @property
    def base(self) -> Decimal:
        """The amount a day that a step starts from: the daily budget, else the present spend."""
        return self.daily_budget if self.is_budget_set and self.daily_budget is not None else self.ahead

    @property
    def is_used_up(self) -> bool:
        """Whether the period's budget is spent."""
        return self.spent >= (self.budget or 0)

    @property
    def is_budget_unspent(self) -> bool:
        """Whether something other than the daily budget limits the spend."""
        now, level = self.daily_budget, self.current_daily
        if now is None or level is None or self.money(level) == self.money(now):
            return False
        return level < _FULLY_USED * now

    def within_step(self, amount: Decimal) -> Decimal:
        """``amount``, moved as near as one allowed step from the base comes to it."""
        if self.step is None:
            return amount
        return min(max(amount, self.base * (1 - self.step)), self.base * (1 + self.step))

    def money(self, amount: Decimal) -> str:
        """``EUR 1,234.50``."""
        return format_money(amount, self.currency)

    def prints_as_zero(self, amount: Decimal) -> bool:
        """Whether the amount is nothing at the currency's smallest unit."""
        return self.money(amount) == self.money(Decimal(0))
