"""The daily budget that an action of the day asks for, from the budget plan or from pacing."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from adops_pipeline.domain.money import NO_MINOR_UNIT
from adops_pipeline.domain.pacing.situation import Situation

PLAN_ACTIONS = ("raise-budget", "lower-budget")
"""Actions of the budget plan; the others that set budgets are those of pacing."""


def budget_to_set(row: Mapping[str, Any], max_step_change: float | None) -> Decimal | str:
    """The daily budget for an action with its row of analytics_budgets, or why there is none to set.

    The plan moves spend, so the budget moves by the same share. Pacing asks for what the period needs, as far as one
    step reaches.
    """
    daily = row["daily_budget"]
    if daily is None or not daily > 0:
        return "it has no daily budget that could be set"
    if row["action"] in PLAN_ACTIONS:
        now, new = row["spent_daily"], row["suggested_daily"]
        if not now or new is None:
            return "the plan names no amount"
        return _rounded(daily * new / now, row["currency"])
    return _by_pacing(row, Situation.of(row, max_step_change), daily)


def _by_pacing(row: Mapping[str, Any], now: Situation, daily: Decimal) -> Decimal | str:
    is_slower = row["action"] == "slow-down"
    if not now.is_budget_set:
        return f"its {now.basis} budget is paced by the platform: {row['instruction']}"
    if not is_slower and (now.basis == "daily" or now.is_budget_unspent):
        return f"a higher budget alone would not be spent: {row['instruction']}"
    needed = daily / Decimal(repr(max(now.delivery_ratio or 1.0, 1.0))) if now.basis == "daily" else now.required
    amount = _rounded(now.within_step(needed), row["currency"])
    if amount <= 0 or (amount < daily) is not is_slower or amount == daily:
        return f"no other daily budget follows from it: {row['instruction']}"
    return amount


def _rounded(amount: Decimal, currency: str) -> Decimal:
    step = Decimal(1) if currency in NO_MINOR_UNIT else Decimal("0.01")
    return amount.quantize(step, ROUND_HALF_EVEN)
