"""What the fitted curves say a plan is worth: money per outcome, the gains of a plan with their spread."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.curves import CurveArrays, Floats
from adops_pipeline.domain.allocation.fitting import fit_curves
from adops_pipeline.domain.allocation.panel import Panel
from adops_pipeline.domain.allocation.plan import marginal_at
from adops_pipeline.domain.allocation.rules import AllocationRules
from adops_pipeline.domain.allocation.uncertainty import Draws, draw_parameters

_VALUE_STRENGTH = 4.0
"""Outcomes of the platform's average worth that are added to a campaign's own."""


@dataclass(frozen=True, slots=True)
class Returns:
    """Curves of all campaigns of a panel, and their random alternatives. Values are revenue per outcome."""

    curves: CurveArrays
    draws: Draws
    value: Floats
    value_draws: Floats
    days_used: Floats
    outcome_days: Floats
    lowest_spend: Floats
    highest_spend: Floats

    def outcome_gain(self, before: Floats, after: Floats) -> Floats:
        """Change in outcomes per day, campaigns x draws; 0 for a campaign whose spend does not change."""
        gain, moved = np.zeros(self.value_draws.shape), np.flatnonzero(after != before)
        gain[moved] = self.draws.response(after, moved) - self.draws.response(before, moved)
        return gain

    def revenue_gain(self, before: Floats, after: Floats) -> Floats:
        """Change in revenue per day, campaigns x draws."""
        return self.outcome_gain(before, after) * self.value_draws

    def marginal_roas(self, spend: Floats, step: Floats) -> Floats:
        """Extra revenue per extra unit of money at ``spend``."""
        return marginal_at(self.curves, spend, step) * self.value

    def outside_observed(self, spend: Floats) -> Floats:
        """Share of ``spend`` beyond the highest, or short of the lowest, daily spend seen; 0 inside that range."""
        over = np.maximum(spend - self.highest_spend, 0.0) / np.maximum(spend, 1e-9)
        under = np.maximum(self.lowest_spend - spend, 0.0) / np.maximum(self.lowest_spend, 1e-9)
        return np.clip(np.maximum(over, under), 0.0, 1.0)


def estimate_returns(panel: Panel, rules: AllocationRules, seed: int) -> Returns:
    """Fit all campaigns: conversions where a campaign has any, else its revenue (its value is then 1 per unit)."""
    used = panel.maturity > 0
    conversions, revenue = panel.conversions * used, panel.revenue * used
    converts = conversions.sum(axis=1) > 0
    counts = converts | (rules.objective == "conversions")
    outcome = np.where(counts[:, None], conversions, revenue)
    fit = fit_curves(panel, outcome, rules.adstock_decay)
    draws = draw_parameters(fit, rules.draws, seed)
    value, value_draws = _values(panel, revenue, conversions, draws.week_weights)
    return Returns(
        fit.curves(),
        draws,
        np.where(converts, value, 1.0),
        np.where(converts[:, None], value_draws, 1.0),
        fit.days_used.astype(np.float64),
        ((outcome > 0) & (panel.spend > 0)).sum(axis=1).astype(np.float64),
        fit.lowest_spend,
        fit.highest_spend,
    )


def _values(panel: Panel, revenue: Floats, conversions: Floats, week_weights: Floats) -> tuple[Floats, Floats]:
    """Revenue per conversion, drawn towards the mean of the campaigns with the same platform and currency.

    Estimate per campaign, and campaigns x draws under the week weights of the curves' bootstrap.
    """
    peers = [f"{platform}/{currency}" for platform, currency in panel.keys.select("platform", "currency").iter_rows()]
    _, peer = np.unique(peers, return_inverse=True)
    member = np.eye(int(peer.max()) + 1)[peer]
    totals = revenue.sum(axis=1), conversions.sum(axis=1)
    shared = member @ ((member.T @ totals[0]) / np.maximum(member.T @ totals[1], 1e-9))
    starts = np.arange(0, revenue.shape[1], 7)
    weights = week_weights.T / week_weights.mean(axis=1)
    money = np.add.reduceat(revenue, starts, axis=1) @ weights
    sold = np.add.reduceat(conversions, starts, axis=1) @ weights
    prior = (_VALUE_STRENGTH * shared)[:, None]
    estimate = (totals[0] + prior[:, 0]) / (totals[1] + _VALUE_STRENGTH)
    return estimate, (money + prior) / (sold + _VALUE_STRENGTH)
