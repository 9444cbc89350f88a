"""Budget recommendations: one row per running campaign, from daily data to a sentence a person can act on.

Money is moved only between campaigns of one currency, and the sum of their daily budgets stays what it is, to the cent.
"""

from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.amounts import Units, sum_units
from adops_pipeline.domain.allocation.curves import AllocationError, Curve, Floats
from adops_pipeline.domain.allocation.heuristic import heuristic_plan
from adops_pipeline.domain.allocation.panel import Indices, Panel, build_panel, clean_daily
from adops_pipeline.domain.allocation.plan import allocate
from adops_pipeline.domain.allocation.report import SCHEMA, Plan, report
from adops_pipeline.domain.allocation.returns import Returns, estimate_returns
from adops_pipeline.domain.allocation.rules import AllocationRules
from adops_pipeline.domain.allocation.standing import Mask, Standing, spend_of, stand

_REVISIONS = 2
_MAX_NODES = 60


def recommend(daily: pl.DataFrame, as_of: date, rules: AllocationRules | None = None, seed: int = 0) -> pl.DataFrame:
    """A suggested daily budget for every campaign that is running on ``as_of`` (its last complete day).

    ``daily`` has platform, campaign_id, date, currency, spend, revenue, conversions and, if known, maturity (the share
    of the day's conversions that has arrived). The result has the columns of ``report.SCHEMA``, sorted by platform and
    campaign; per currency the suggestions add up to the current sum exactly, unless ceilings cannot take it. Raises
    AllocationError where floors ask for more than there is.
    """
    rules = rules or AllocationRules()
    rows = clean_daily(daily, as_of, rules.immature_days)
    panel = build_panel(rows, as_of, rules.history_days)
    standing = stand(rows, panel, as_of, rules)
    if not standing.is_active.any():
        return pl.DataFrame(schema=SCHEMA)
    plan = Plan.unchanged(standing.current)
    returns = None if rules.method == "heuristic" else estimate_returns(panel, rules, seed)
    for currency in sorted(set(panel.keys["currency"].to_list())):
        members = standing.is_active & (panel.keys["currency"] == currency).to_numpy()
        try:
            if returns is None:
                _plan_by_score(plan, panel, standing, np.flatnonzero(members))
            else:
                _Trade(plan, standing, returns, rules).plan(members)
        except AllocationError as error:
            raise AllocationError(f"daily budgets in {currency}: {error}") from error
    return report(as_of, panel, standing, plan, returns, rules)


def _plan_by_score(plan: Plan, panel: Panel, standing: Standing, who: Indices) -> None:
    total, low, high = sum_units(standing.current[who]), standing.low[who], standing.high[who]
    if sum_units(low) > total:
        raise AllocationError(f"the floors add up to {sum_units(low)} steps, more than the total of {total}")
    if who.size:
        plan.suggested[who] = heuristic_plan(panel.spend[who], panel.revenue[who], total, low, high)


class _Trade:
    """The plan for the campaigns of one currency by their fitted curves."""

    def __init__(self, plan: Plan, standing: Standing, returns: Returns, rules: AllocationRules) -> None:
        self._plan, self._standing, self._returns, self._rules = plan, standing, returns, rules
        self._weight = returns.value if rules.objective == "revenue" else np.ones_like(returns.value)
        self._before = spend_of(standing.current, standing.steps)

    def plan(self, members: Mask) -> None:
        """Fill in suggestions, flags and probabilities of the ``members``."""
        movable = members & ~self._hold_unknown(members)
        if np.count_nonzero(movable) < 2:
            return
        frozen = np.zeros_like(members)
        for _ in range(_REVISIONS + 1):
            units, price = self._best(np.flatnonzero(movable), frozen)
            gains = self._gains(units)
            helps = self._helps(gains, units, price)
            unclear = movable & ~frozen & ~self._forced() & (helps < self._rules.least_credibility)
            if not unclear.any():
                break
            frozen |= unclear
        else:
            units, _ = self._best(np.flatnonzero(movable), frozen)
            gains = self._gains(units)
        self._plan.flag(frozen, "direction-unclear")
        low = np.quantile(gains[movable].sum(axis=0), (1 - self._rules.interval) / 2)
        if low <= 0 and not (self._forced() & movable).any():
            self._plan.flag(movable & ~frozen, "not-credible")
            return
        self._plan.suggested[movable] = units[movable]
        self._plan.helps[movable] = helps[movable]

    def _hold_unknown(self, members: Mask) -> Mask:
        """Flag the members whose curve is not known well enough to move their money."""
        known = self._returns.days_used >= self._rules.min_days
        known &= self._returns.outcome_days >= self._rules.min_outcomes
        self._plan.flag(members & ~known, "too-little-data")
        worthless = members & known & (self._weight <= 0)
        self._plan.flag(worthless, "no-revenue")
        return ~known | worthless

    def _forced(self) -> Mask:
        at = self._standing
        return (at.current < at.low) | (at.current > at.high)

    def _best(self, who: Indices, frozen: Mask) -> tuple[Units, float]:
        """Best whole amounts for ``who`` (all others as they are), and the price of money at them."""
        at, curves = self._standing, self._returns.curves
        low = np.where(frozen, at.current, at.low)
        high = np.where(frozen, at.current, at.high)
        offers = [
            Curve(
                at.names[i],
                float(curves.beta[i] * self._weight[i]),
                float(np.exp(curves.log_half[i])),
                float(curves.slope[i]),
            )
            for i in who
        ]
        step = at.steps[who[0]]
        bounds = {at.names[i]: (int(low[i]) * step, int(high[i]) * step) for i in who}
        best = allocate(offers, sum_units(at.current[who]) * step, bounds, step=step, max_nodes=_MAX_NODES)
        units = at.current.copy()
        units[who] = [int(best.allocation[at.names[i]] / step) for i in who]
        return units, _price(np.array([best.marginal[at.names[i]] for i in who]), units[who], low[who], high[who])

    def _gains(self, units: Units) -> Floats:
        after = spend_of(units, self._standing.steps)
        by_outcome = self._rules.objective == "conversions"
        change = self._returns.outcome_gain if by_outcome else self._returns.revenue_gain
        return change(self._before, after)

    def _helps(self, gains: Floats, units: Units, price: float) -> Floats:
        """Probability that moving a campaign's money brings more than the money brings elsewhere; 1 where it stays."""
        moved = spend_of(units, self._standing.steps) - self._before
        probability = (gains > price * moved[:, None]).mean(axis=1)
        return np.where(moved != 0, probability, 1.0)


def _price(marginal: Floats, units: Units, low: Units, high: Units) -> float:
    """What one more unit of money brings: between the best offer that is at its ceiling and the worst at its floor."""
    wanting, giving = marginal[units < high], marginal[units > low]
    if not wanting.size or not giving.size:
        return float(np.median(marginal))
    return float((wanting.max() + giving.min()) / 2)
