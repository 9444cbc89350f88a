"""The plan of one currency: what each budget is and becomes, within a limit, its total kept. Exact money, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np

from adops_pipeline.domain.allocation.amounts import currency_step, round_to_total

_FINEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Move:
    """One budget a day, before and after; ``row`` is its row of budget_recommendations."""

    row: Mapping[str, Any]
    before: Decimal
    after: Decimal

    @property
    def change_pct(self) -> float:
        """The change in percent of the budget before; 100 where that was nothing."""
        if not self.before:
            return 100.0 if self.after else 0.0
        return 100 * float(self.after / self.before - 1)


@dataclass(frozen=True, slots=True)
class CurrencyPlan:
    """All budgets of one currency."""

    currency: str
    moves: tuple[Move, ...]
    is_scaled: bool
    """Whether the limit made every step smaller than it was recommended."""

    @property
    def before(self) -> Decimal:
        """The currency's budgets together, a day, now."""
        return sum((move.before for move in self.moves), Decimal(0))

    @property
    def after(self) -> Decimal:
        """The same as planned."""
        return sum((move.after for move in self.moves), Decimal(0))

    @property
    def moved(self) -> Decimal:
        """Money a day that goes from one budget to another: what is taken away, or given where that is more."""
        given = sum((max(move.after - move.before, Decimal(0)) for move in self.moves), Decimal(0))
        return max(given, given - self.after + self.before)


def plan_currency(currency: str, rows: Sequence[Mapping[str, Any]], max_change_pct: float) -> CurrencyPlan:
    """The recommended budgets of ``rows`` (one currency); where one moves beyond the limit, all moves shrink alike.

    Shrunk budgets are whole steps of the currency, and their total is that of the recommendation to the cent.
    """
    pairs = [(row["current_daily"], row["suggested_daily"]) for row in rows]
    limit = Decimal(repr(max_change_pct)) / 100
    shares = [abs(after - before) / before for before, after in pairs if before]
    largest = max(shares, default=Decimal(0))
    if largest <= limit:
        return CurrencyPlan(
            currency, tuple(Move(row, *pair) for row, pair in zip(rows, pairs, strict=True)), is_scaled=False
        )
    afters = _shrunk(pairs, limit / largest, limit, currency_step(currency))
    moves = [Move(row, pair[0], after) for row, pair, after in zip(rows, pairs, afters, strict=True)]
    return CurrencyPlan(currency, tuple(moves), is_scaled=True)


def _shrunk(pairs: Sequence[tuple[Decimal, Decimal]], factor: Decimal, limit: Decimal, step: Decimal) -> list[Decimal]:
    if any(amount % step for pair in pairs for amount in pair):
        step = _FINEST
    exact = [(before + factor * (after - before)) / step for before, after in pairs]
    low = [int((before * (1 - limit) / step).to_integral_value(ROUND_CEILING)) for before, _ in pairs]
    high = [int((before * (1 + limit) / step).to_integral_value(ROUND_FLOOR)) for before, _ in pairs]
    before_total, after_total = (sum((pair[i] for pair in pairs), Decimal(0)) for i in (0, 1))
    wanted = int((before_total + factor * (after_total - before_total)) / step)
    total = min(max(wanted, sum(low)), sum(high))
    bounds = (np.array(low, dtype=np.int64), np.array(high, dtype=np.int64))
    units = round_to_total(np.array([float(amount) for amount in exact]), total, *bounds)
    return [count * step for count in units.tolist()]
