"""The value of a plan under the fitted curves: revenue per outcome, and gains with their uncertainty.

The whole data and two halves of them are fitted apart, so that a plan chosen on one half is judged by the other.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from adops_pipeline.domain.allocation.carry_over import CarryOver, fit_carry_over
from adops_pipeline.domain.allocation.curves import CurveArrays, Floats
from adops_pipeline.domain.allocation.demand import shared_demand
from adops_pipeline.domain.allocation.fitting import Fit, adstocked, fit_curves, unshrunk
from adops_pipeline.domain.allocation.identification import Evidence, find_evidence
from adops_pipeline.domain.allocation.panel import Panel
from adops_pipeline.domain.allocation.plan import marginal_at
from adops_pipeline.domain.allocation.rules import AllocationRules
from adops_pipeline.domain.allocation.uncertainty import Draws, draw_parameters
from adops_pipeline.domain.allocation.weeks import Weeks, add_weeks, halves, sum_weeks, week_starts

_THREADS = 2
"""The parts of the data are fitted at the same time: NumPy computes outside of the interpreter's lock."""
_VALUE_STRENGTH = 4.0
"""Outcomes of the platform's average worth that are added to a campaign's own."""


@dataclass(frozen=True, slots=True)
class Returns:
    """Curves of all campaigns by a part of the weeks, and their random alternatives. Values are revenue per outcome."""

    curves: CurveArrays
    draws: Draws
    value: Floats
    value_draws: Floats

    def outcome_gain(self, before: Floats, after: Floats) -> Floats:
        """Change in outcomes per day, campaigns x draws; 0 for a campaign whose spend does not change."""
        gain, moved = np.zeros(self.value_draws.shape), np.flatnonzero(after != before)
        gain[moved] = self.draws.response(after, moved) - self.draws.response(before, moved)
        return gain

    def revenue_gain(self, before: Floats, after: Floats) -> Floats:
        """Change in revenue per day, campaigns x draws."""
        return self.outcome_gain(before, after) * self.value_draws


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the data say about a panel's campaigns."""

    halves: tuple[Returns, Returns]
    judges: tuple[Returns, Returns]
    """Of a plan chosen by the first half (the second half's weeks), and of one chosen by the second."""
    whole: Fit
    value: Floats
    evidence: Evidence
    lowest_spend: Floats
    highest_spend: Floats
    carry_over: CarryOver

    def marginal_roas(self, spend: Floats, step: Floats) -> Floats:
        """Extra revenue per extra unit of money at ``spend``."""
        return marginal_at(self.whole.curves(), spend, step) * self.value

    def outside_observed(self, spend: Floats) -> Floats:
        """Share of ``spend`` beyond the highest, or short of the lowest, daily spend seen; 0 inside that range."""
        over = np.maximum(spend - self.highest_spend, 0.0) / np.maximum(spend, 1e-9)
        under = np.maximum(self.lowest_spend - spend, 0.0) / np.maximum(self.lowest_spend, 1e-9)
        return np.clip(np.maximum(over, under), 0.0, 1.0)


def learn_returns(panel: Panel, rules: AllocationRules, seed: int) -> Knowledge:
    """Fit all campaigns: conversions where a campaign has any, else its revenue (its value is then 1 per unit)."""
    known = panel.maturity > 0
    conversions, revenue = panel.conversions * known, panel.revenue * known
    converts = conversions.sum(axis=1) > 0
    counts = converts | (rules.objective == "conversions")
    outcome = np.where(counts[:, None], conversions, revenue)
    weeks, carry_over = _felt_weeks(panel, outcome, rules.adstock_decay)
    demand = shared_demand(weeks, panel.account, panel.group)
    starts = week_starts(outcome.shape[1])
    worth = _Worth(panel, add_weeks(revenue, starts), add_weeks(conversions, starts), converts)
    split, every = halves(weeks), np.ones(weeks.days.shape[1], bool)

    def learn(number: int) -> tuple[Returns, Returns]:
        """Returns by one half of the weeks: for choosing a plan, and for judging one."""
        kept = split[number]
        fit = fit_curves(weeks.only(kept), demand[:, kept], panel.group)
        found = []
        for way, noise in ((fit, 1.0), (unshrunk(fit), 0.0)):
            draws = draw_parameters(way, rules.draws, 2 * seed + number, noise)
            found.append(Returns(way.curves(), draws, *worth.of(kept, draws.week_weights)))
        return found[0], found[1]

    with ThreadPoolExecutor(_THREADS) as pool:
        learning = [pool.submit(learn, number) for number in (0, 1)]
        whole = pool.submit(fit_curves, weeks, demand, panel.group)
    (half, judge), (other_half, other_judge) = (part.result() for part in learning)
    outcome_days = ((outcome > 0) & (panel.spend > 0)).sum(axis=1).astype(np.float64)
    spend = np.where((panel.spend > 0) & known, panel.spend, np.nan)
    spend[np.isnan(spend).all(axis=1)] = 0.0
    return Knowledge(
        (half, other_half),
        (other_judge, judge),
        whole.result(),
        worth.of(every, np.ones((1, len(every))))[0],
        find_evidence(panel, weeks, demand, outcome_days, rules),
        np.nanmin(spend, axis=1),
        np.nanmax(spend, axis=1),
        carry_over,
    )


def _felt_weeks(panel: Panel, outcome: Floats, decay: float | None) -> tuple[Weeks, CarryOver]:
    """The weeks by the spend that is felt: with the carry-over that is set, else with the one that the data show."""
    plain = sum_weeks(panel, outcome)
    if decay is None:
        found = fit_carry_over(panel, outcome, plain)
    else:
        found = replace(CarryOver.none(len(outcome)), decay=np.full(len(outcome), decay))
    if not found.decay.any():
        return plain, found
    return sum_weeks(panel, outcome, adstocked(panel.spend, found.decay)), found


@dataclass(frozen=True, slots=True)
class _Worth:
    """Revenue per conversion, drawn towards the mean of the campaigns with the same platform and currency."""

    panel: Panel
    revenue: Floats
    conversions: Floats
    converts: np.typing.NDArray[np.bool_]

    def of(self, kept: np.typing.NDArray[np.bool_], week_weights: Floats) -> tuple[Floats, Floats]:
        """Estimate per campaign from the ``kept`` weeks, and campaigns x draws under their weights of the bootstrap."""
        keys = self.panel.keys.select("platform", "currency")
        _, peer = np.unique([f"{platform}/{currency}" for platform, currency in keys.iter_rows()], return_inverse=True)
        money, sold = self.revenue[:, kept], self.conversions[:, kept]
        sums = [np.bincount(peer, values.sum(axis=1))[peer] for values in (money, sold)]
        prior = _VALUE_STRENGTH * sums[0] / np.maximum(sums[1], 1e-9)
        estimate = (money.sum(axis=1) + prior) / (sold.sum(axis=1) + _VALUE_STRENGTH)
        weights = week_weights.T / week_weights.mean(axis=1)
        draws = (money @ weights + prior[:, None]) / (sold @ weights + _VALUE_STRENGTH)
        return np.where(self.converts, estimate, 1.0), np.where(self.converts[:, None], draws, 1.0)
