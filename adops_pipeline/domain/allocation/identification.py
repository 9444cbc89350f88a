"""What the data can say about a campaign's response to spend, as one reason per campaign. No curves, no decisions.

A curve is known from spend that varied for a reason of its own. What weekday, trend or the demand shared with other
campaigns explain says nothing, and a budget that is not spent changes nothing.
"""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.delivery import Delivery, delivery
from adops_pipeline.domain.allocation.panel import Panel
from adops_pipeline.domain.allocation.rules import AllocationRules
from adops_pipeline.domain.allocation.weeks import Weeks
from adops_pipeline.domain.tables.allocation import Identification

_WHOLE_DAYS = 5
"""Days with spend that make a week's mean spend comparable with that of other weeks."""
_RIDGE = 1e-6
_SPARE_WEEKS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Per campaign: standard deviations of its weekly spend in percent, all of it and its own part, and the verdict."""

    spend_variation_pct: Floats
    own_variation_pct: Floats
    identification: tuple[Identification, ...]


def find_evidence(panel: Panel, weeks: Weeks, demand: Floats, outcome_days: Floats, rules: AllocationRules) -> Evidence:
    """Judge every campaign by the first reason that applies, in the order of ``Identification``."""
    total, own = variation(weeks, demand)
    short = (weeks.days.sum(axis=1) < rules.min_days) | (outcome_days < rules.min_outcomes) | ~np.isfinite(own)
    least = 100 * rules.least_variation
    delivered = delivery(panel)
    reasons = [
        _reason(bool(lack), how, float(spread), float(part), least)
        for lack, how, spread, part in zip(short, delivered, total, own, strict=True)
    ]
    return Evidence(total, own, tuple(reasons))


def _reason(is_short: bool, delivered: Delivery, total: float, own: float, least: float) -> Identification:
    if is_short:
        return "too-little-data"
    if delivered in ("demand-bound", "budget-not-spent"):
        return delivered
    if total < least:
        return "spend-never-varied"
    return "spend-follows-demand" if own < least else "identified"


def variation(weeks: Weeks, demand: Floats) -> tuple[Floats, Floats]:
    """Standard deviation in percent of the weekly logarithm of spend: as it is, and what is left of it.

    The second is of what neither trend nor shared demand explain (least squares, freedom taken off). NaN for campaigns
    with too few whole weeks for it.
    """
    weight = np.where(weeks.days >= _WHOLE_DAYS, 1.0, 0.0)
    count = weight.sum(axis=1)
    ones = np.ones((*weight.shape, 1))
    years = np.broadcast_to(weeks.years[None, :, None], ones.shape)
    explained = np.concatenate((ones, years, demand), axis=2)
    total = _left_over(weeks.log_spend, weight, ones)
    own = _left_over(weeks.log_spend, weight, explained)
    freedom = count - explained.shape[2]
    enough = freedom >= _SPARE_WEEKS
    return (
        100 * np.sqrt(total / np.maximum(count - 1, 1)),
        np.where(enough, 100 * np.sqrt(own / np.maximum(freedom, 1)), np.nan),
    )


def _left_over(values: Floats, weight: Floats, design: Floats) -> Floats:
    """Weighted sum of squares that a regression on ``design`` (campaigns x weeks x columns) leaves."""
    weighted = design * weight[..., None]
    gram = np.einsum("cwi,cwj->cij", weighted, design) + _RIDGE * np.eye(design.shape[2])
    moment = np.einsum("cwi,cw->ci", weighted, values)
    coefficients = np.linalg.solve(gram, moment[..., None])[..., 0]
    left = values - np.einsum("cwi,ci->cw", design, coefficients)
    return np.asarray((weight * left**2).sum(axis=1), dtype=np.float64)
