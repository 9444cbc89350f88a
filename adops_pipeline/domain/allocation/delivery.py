"""Whether a campaign spends its budget and follows it: where spend does not follow, a higher budget gains nothing."""

from typing import Literal

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.panel import Panel

Delivery = Literal["unknown", "limited-by-budget", "follows-budget", "demand-bound", "budget-not-spent"]
"""``follows-budget`` spends a part of every budget; ``budget-not-spent`` leaves money, and its budget hardly moved."""

_RECENT_DAYS = 28
_LEAST_DAYS = 5
_SPENT_SHARE = 0.9
"""Share of its budgets from which on a campaign counts as limited by them."""
_LEAST_MOVE = 0.03
"""Standard deviation of a budget's logarithm that shows whether spend follows it."""
_FOLLOWS = 0.5
_DEVIATIONS = 1.28
_BLOCK_DAYS = 7


def delivery(panel: Panel) -> list[Delivery]:
    """One verdict per campaign, from the days whose budget is known."""
    known = np.isfinite(panel.budget) & (panel.budget > 0) & (panel.spend > 0)
    recent = known.copy()
    recent[:, :-_RECENT_DAYS] = False
    spent = np.where(recent, panel.spend, 0.0).sum(axis=1)
    budget = np.where(recent, panel.budget, 0.0).sum(axis=1)
    share = np.divide(spent, budget, out=np.ones_like(spent), where=budget > 0)
    days = recent.sum(axis=1)
    asked = (days >= _LEAST_DAYS) & (share < _SPENT_SHARE)
    follows, error, moved = np.zeros((3, len(days)))
    follows[asked], error[asked], moved[asked] = _followed(panel.spend[asked], panel.budget[asked], known[asked])
    return [
        _verdict(int(days[i]), float(share[i]), float(follows[i]), float(error[i]), float(moved[i]))
        for i in range(len(days))
    ]


def _verdict(days: int, share: float, follows: float, error: float, moved: float) -> Delivery:
    if days < _LEAST_DAYS:
        return "unknown"
    if share >= _SPENT_SHARE:
        return "limited-by-budget"
    if moved < _LEAST_MOVE:
        return "budget-not-spent"
    if follows - _DEVIATIONS * error > _FOLLOWS:
        return "follows-budget"
    return "demand-bound" if follows + _DEVIATIONS * error < _FOLLOWS else "budget-not-spent"


def _followed(spent: Floats, budgets: Floats, known: np.typing.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Percent of spend per percent of budget, its standard error by weeks, and the deviation of the log budget."""
    count = np.maximum(known.sum(axis=1), 1)[:, None]
    logs = [np.log(np.where(known, values, 1.0)) for values in (spent, budgets)]
    spend, budget = (np.where(known, log - log.sum(axis=1, keepdims=True) / count, 0.0) for log in logs)
    squares = (budget**2).sum(axis=1)
    slope = (spend * budget).sum(axis=1) / np.maximum(squares, 1e-12)
    starts = np.arange(0, known.shape[1], _BLOCK_DAYS)
    by_week = np.add.reduceat(budget * (spend - slope[:, None] * budget), starts, axis=1)
    error = np.sqrt((by_week**2).sum(axis=1)) / np.maximum(squares, 1e-12)
    return slope, error, np.sqrt(squares / count[:, 0])
