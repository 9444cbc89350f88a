"""Budget recommendations: one row per running campaign, from daily data to a sentence.

Money is moved only between campaigns of one currency, and the sum of their daily budgets stays what it is, to the cent.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.amounts import Units, limit_units, round_to_total, sum_units
from adops_pipeline.domain.allocation.curve_table import CURVE_SCHEMA, curve_table
from adops_pipeline.domain.allocation.curves import AllocationError, CurveArrays, Floats
from adops_pipeline.domain.allocation.heuristic import heuristic_plan
from adops_pipeline.domain.allocation.panel import Indices, Panel, build_panel, clean_daily, with_budgets
from adops_pipeline.domain.allocation.plan import allocate_units
from adops_pipeline.domain.allocation.report import SCHEMA, Plan, report
from adops_pipeline.domain.allocation.returns import Knowledge, Returns, learn_returns
from adops_pipeline.domain.allocation.rules import AllocationRules, Flag
from adops_pipeline.domain.allocation.standing import Mask, Standing, spend_of, stand, within_pulls
from adops_pipeline.domain.pacing.pulls import Pull

_REVISIONS = 2
_MAX_NODES = 60
_PULL_FLAGS: Mapping[Pull, Flag] = {
    "unspent": "daily-budget-left-over", "down": "pacing-asks-for-less", "up": "pacing-asks-for-more",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recommended:
    """``budgets``: a row per running campaign (``report.SCHEMA``); ``curves``: one where the response is identified."""

    budgets: pl.DataFrame
    curves: pl.DataFrame


def recommend(daily: pl.DataFrame, as_of: date, rules: AllocationRules | None = None, seed: int = 0) -> pl.DataFrame:
    """The budgets alone; see `recommend_with_curves`."""
    return recommend_with_curves(daily, as_of, rules, seed).budgets


def recommend_with_curves(
    daily: pl.DataFrame,
    as_of: date,
    rules: AllocationRules | None = None,
    seed: int = 0,
    budgets: pl.DataFrame | None = None,
    stopped: Collection[str] = (),
    pulls: Mapping[str, Pull] | None = None,
    ending: Collection[str] = (),
) -> Recommended:
    """A suggested daily budget for every campaign that is running on ``as_of`` (its last complete day).

    ``stopped`` (``platform:campaign_id``) are campaigns that spent lately and are paused or over by now: their days
    tell of demand, and their money is not the plan's to move. ``pulls`` (by the same names) are what pacing asks of the
    spend, against which nothing is moved. ``ending`` are over before a budget test would be.

    ``daily`` has platform, campaign_id, date, currency, spend, revenue, conversions and, if known, maturity (the share
    of the day's conversions that has arrived). ``budgets`` (platform, campaign_id, changed_on, daily_budget) are the
    changes of daily budgets; without them ``daily`` may have a column daily_budget. Rows are sorted by platform and
    campaign; per currency the suggestions add up to the current sum exactly, unless ceilings cannot take it. Raises
    AllocationError where floors ask for more than there is.
    """
    rules = rules or AllocationRules()
    rows = clean_daily(daily, as_of, rules.immature_days)
    panel = build_panel(rows, as_of, rules.history_days)
    panel = panel if budgets is None else with_budgets(panel, budgets)
    standing = within_pulls(stand(rows, panel, as_of, rules), pulls or {})
    standing = replace(standing, is_active=standing.is_active & ~np.isin(standing.names, list(stopped)))
    if not standing.is_active.any():
        return Recommended(pl.DataFrame(schema=SCHEMA), pl.DataFrame(schema=CURVE_SCHEMA))
    plan = Plan.unchanged(standing.current, rules.draws)
    known = None if rules.method == "heuristic" else learn_returns(panel, rules, seed)
    for currency in sorted(set(panel.keys["currency"].to_list())):
        members = standing.is_active & (panel.keys["currency"] == currency).to_numpy()
        try:
            _plan_by_score(plan, panel, standing, np.flatnonzero(members))
            if known is None:
                plan.suggested[members] = plan.scored[members]
            else:
                _Trade(plan, standing, known, rules).plan(members)
        except AllocationError as error:
            raise AllocationError(f"daily budgets in {currency}: {error}") from error
    _say_what_pulls_hold(plan, standing, pulls or {})
    curves = pl.DataFrame(schema=CURVE_SCHEMA)
    if known is not None:
        curves = curve_table(as_of, panel, standing, plan.suggested, known, rules.interval)
    return Recommended(
        report(as_of, panel, standing, plan, known, rules, np.isin(standing.names, list(ending))), curves
    )


def _say_what_pulls_hold(plan: Plan, standing: Standing, pulls: Mapping[str, Pull]) -> None:
    """Flag the campaigns that stay where they are and that pacing would not let move."""
    stays = plan.suggested == standing.current
    for pull, flag in _PULL_FLAGS.items():
        plan.flag(stays & np.array([pulls.get(name) == pull for name in standing.names]), flag)


def _plan_by_score(plan: Plan, panel: Panel, standing: Standing, who: Indices) -> None:
    total, low, high = sum_units(standing.current[who]), standing.low[who], standing.high[who]
    if sum_units(low) > total:
        raise AllocationError(f"the floors add up to {sum_units(low)} steps, more than the total of {total}")
    if who.size:
        plan.scored[who] = heuristic_plan(panel.spend[who], panel.revenue[who], total, low, high)


class _Trade:
    """The plan for the campaigns of one currency: chosen on each half of the weeks, judged by the other half."""

    def __init__(self, plan: Plan, standing: Standing, known: Knowledge, rules: AllocationRules) -> None:
        self._plan, self._standing, self._known, self._rules = plan, standing, known, rules
        self._choices = [_Choice(standing, half, rules) for half in known.halves]
        self._judges = [_Choice(standing, judge, rules) for judge in known.judges]
        self._before = spend_of(standing.current, standing.steps)

    def plan(self, members: Mask) -> None:
        """Fill in suggestions, flags, gains and probabilities of the ``members``."""
        movable = members & ~self._hold_unknown(members)
        if np.count_nonzero(movable) < 2:
            return
        with ThreadPoolExecutor(len(self._choices)) as pool:  # NumPy computes outside of the interpreter's lock
            chosen = list(pool.map(lambda choice: choice.best(movable), self._choices))
        units = self._mean(np.flatnonzero(movable), chosen[0].units, chosen[1].units)
        judged = [judge.gains(choice.units) for judge, choice in zip(self._judges, chosen, strict=True)]
        # Where nothing is to be gained both judgements err alike: each is the product of the same two errors, that of
        # the choosing half and that of the judging one. So the mean of both is no more certain than one of them.
        low = np.mean([np.quantile(gain[movable].sum(axis=0), 1 - self._rules.least_certainty) for gain in judged])
        self._plan.flag(movable & chosen[0].frozen & chosen[1].frozen, "direction-unclear")
        if low <= 0 and not (self._choices[0].forced & movable).any():
            self._plan.flag(movable & (units != self._standing.current), "not-credible")
            return
        self._plan.suggested[movable] = units[movable]
        self._plan.helps[movable] = self._helps(chosen, judged)[movable]
        self._fill_gains(movable, chosen)

    def _mean(self, who: Indices, first: Units, second: Units) -> Units:
        """The mean of both plans in whole steps: as good as the better half of them, for curves bend downwards."""
        at, total = self._standing, sum_units(first[who])
        low, high = np.minimum(at.low, np.minimum(first, second)), np.maximum(at.high, np.maximum(first, second))
        units = at.current.copy()
        units[who] = round_to_total((first[who] + second[who]) / 2, total, low[who], high[who])
        return units

    def _helps(self, chosen: "list[_Chosen]", judged: list[Floats]) -> Floats:
        """Probability that a campaign's move brings more than the money brings elsewhere; 1 where it stays."""
        surplus = np.zeros_like(judged[0])
        moved = np.zeros(len(surplus), bool)
        for choice, gains in zip(chosen, judged, strict=True):
            change = spend_of(choice.units, self._standing.steps) - self._before
            surplus += gains - choice.price * change[:, None]
            moved |= change != 0
        return np.where(moved, (surplus > 0).mean(axis=1), 1.0)

    def _fill_gains(self, movable: Mask, chosen: "list[_Chosen]") -> None:
        """Revenue gained by the plan: its campaigns' gains by the judging halves, and their share of the sum.

        A campaign about which the halves disagree hardly moves, but its judged gain belongs to the sum: without it the
        sum would count only the campaigns that chance made agree. It is spread over those that move, by their money.
        """
        after = [spend_of(choice.units, self._standing.steps) for choice in chosen]
        first, second = (
            judge.revenue_gain(self._before, spend) for judge, spend in zip(self._known.judges, after, strict=True)
        )
        gains = (first + second) / 2
        moved = movable & (self._plan.suggested != self._standing.current)
        change = np.abs(spend_of(self._plan.suggested, self._standing.steps) - self._before)[moved]
        others = gains[movable].sum(axis=0) - gains[moved].sum(axis=0)
        self._plan.gains[moved] = gains[moved] + others * (change / change.sum())[:, None]

    def _hold_unknown(self, members: Mask) -> Mask:
        """Flag the members whose curve is not known well enough to move their money."""
        held = np.zeros_like(members)
        for i, reason in enumerate(self._known.evidence.identification):
            if reason != "identified" and members[i]:
                self._plan.flags[i].append(reason)
                held[i] = True
        worthless = members & ~held & (self._choices[0].weight * self._choices[1].weight <= 0)
        self._plan.flag(worthless, "no-revenue")
        return held | worthless


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The best plan by one half of the weeks: its amounts, the price of money at it, and what it left alone."""

    units: Units
    price: float
    frozen: Mask


class _Choice:
    """Plans by one half of the weeks, and what that half thinks of other plans."""

    def __init__(self, standing: Standing, returns: Returns, rules: AllocationRules) -> None:
        self._standing, self._returns, self._rules = standing, returns, rules
        self.weight = returns.value if rules.objective == "revenue" else np.ones_like(returns.value)
        self.forced: Mask = (standing.current < standing.low) | (standing.current > standing.high)
        self._before = spend_of(standing.current, standing.steps)

    def best(self, movable: Mask) -> _Chosen:
        """The best plan for ``movable`` that moves no campaign whose direction is unclear."""
        frozen = np.zeros_like(movable)
        units, price = self._best(np.flatnonzero(movable), frozen)
        for _ in range(_REVISIONS + 1):
            helps = self._helps(units, price)
            unclear = movable & ~frozen & ~self.forced & (helps < self._rules.least_credibility)
            if not unclear.any():
                break
            frozen |= unclear
            units, price = self._best(np.flatnonzero(movable), frozen)
        return _Chosen(units, price, frozen)

    def gains(self, units: Units) -> Floats:
        """Change of the objective by ``units``, campaigns x draws."""
        after = spend_of(units, self._standing.steps)
        by_outcome = self._rules.objective == "conversions"
        change = self._returns.outcome_gain if by_outcome else self._returns.revenue_gain
        return change(self._before, after)

    def _best(self, who: Indices, frozen: Mask) -> tuple[Units, float]:
        """Best whole amounts for ``who`` (all others as they are), and the price of money at them."""
        at, curves = self._standing, self._returns.curves
        who = np.array(sorted(who.tolist(), key=at.names.__getitem__), dtype=np.intp)
        low = np.where(frozen, at.current, at.low)[who]
        high = np.where(frozen, at.current, at.high)[who]
        step, total = at.steps[who[0]], sum_units(at.current[who])
        offers = CurveArrays(curves.beta[who] * self.weight[who], curves.log_half[who], curves.slope[who])
        offers.check([at.names[i] for i in who])
        best = allocate_units(offers, low, limit_units(low, high, total, step), total, float(step), _MAX_NODES)
        units = at.current.copy()
        units[who] = best.units
        return units, _price(best.marginal, best.units, low, high)

    def _helps(self, units: Units, price: float) -> Floats:
        """Probability that moving a campaign's money brings more than the money brings elsewhere; 1 where it stays."""
        moved = spend_of(units, self._standing.steps) - self._before
        probability = (self.gains(units) > price * moved[:, None]).mean(axis=1)
        return np.where(moved != 0, probability, 1.0)


def _price(marginal: Floats, units: Units, low: Units, high: Units) -> float:
    """What one more unit of money brings: between the best offer that is at its ceiling and the worst at its floor."""
    wanting, giving = marginal[units < high], marginal[units > low]
    if not wanting.size or not giving.size:
        return float(np.median(marginal))
    return float((wanting.max() + giving.min()) / 2)
