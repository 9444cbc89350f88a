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
_QUARTER_WEEKS = 13
_OF_A_QUARTER = 1.4
"""How much more own variation than in all weeks makes a response known in the quarter of a year that has most of it.

Two weeks of a budget test of 20 % bring 8 % there, after a steady year as after a steady month; in all weeks of that
year it is 4 %. Where spend follows demand, some quarter of many campaigns has 5 or 6 % by chance.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Per campaign: standard deviations of its weekly spend in percent, all of it and its own part, and the verdict."""

    spend_variation_pct: Floats
    own_variation_pct: Floats
    identification: tuple[Identification, ...]


def find_evidence(panel: Panel, weeks: Weeks, demand: Floats, outcome_days: Floats, rules: AllocationRules) -> Evidence:
    """Judge every campaign by the first reason that applies, in the order of ``Identification``."""
    found = variation(weeks, demand)
    short = (weeks.days.sum(axis=1) < rules.min_days) | (outcome_days < rules.min_outcomes) | ~np.isfinite(found.own)
    least = 100 * rules.least_variation
    # Demand that never moved the spend explains no part of a test's two weeks, except by chance.
    in_a_quarter = np.where(found.total < least, found.total_in_a_quarter, found.own_in_a_quarter)
    known = (found.own >= least) | (in_a_quarter >= _OF_A_QUARTER * least)
    reasons = [
        _reason(bool(lack), how, is_known=bool(tells), has_varied=bool(total >= least))
        for lack, how, tells, total in zip(short, delivery(panel), known, found.total, strict=True)
    ]
    return Evidence(found.total, found.own, tuple(reasons))


def _reason(is_short: bool, delivered: Delivery, *, is_known: bool, has_varied: bool) -> Identification:
    if is_short:
        return "too-little-data"
    if delivered in ("demand-bound", "budget-not-spent"):
        return delivered
    if is_known:
        return "identified"
    return "spend-follows-demand" if has_varied else "spend-never-varied"


@dataclass(frozen=True, slots=True)
class Variation:
    """Standard deviations in percent of the weekly logarithm of spend, per campaign.

    ``own`` is of what neither trend nor shared demand explain (least squares, freedom taken off), NaN for campaigns
    with too few whole weeks for it. The other two are those of the quarter of a year in which they are largest.
    """

    total: Floats
    own: Floats
    total_in_a_quarter: Floats
    own_in_a_quarter: Floats


def variation(weeks: Weeks, demand: Floats) -> Variation:
    """How much the spend of each campaign varied; weeks that are not whole do not count."""
    weight = np.where(weeks.days >= _WHOLE_DAYS, 1.0, 0.0)
    count = weight.sum(axis=1)
    ones = np.ones((*weight.shape, 1))
    years = np.broadcast_to(weeks.years[None, :, None], ones.shape)
    explained = np.concatenate((ones, years, demand), axis=2)
    total, own = (_left_over(weeks.log_spend, weight, design) for design in (ones, explained))
    freedom = count - explained.shape[2]
    of_total = count / np.maximum(count - 1, 1)
    of_own = np.where(freedom >= _SPARE_WEEKS, count / np.maximum(freedom, 1), np.nan)
    weeks_or_one = np.maximum(count, 1)
    return Variation(
        100 * np.sqrt(total.sum(axis=1) / weeks_or_one * of_total),
        100 * np.sqrt(own.sum(axis=1) / weeks_or_one * of_own),
        100 * np.sqrt(_most_in_a_quarter(total) * of_total),
        100 * np.sqrt(_most_in_a_quarter(own) * of_own),
    )


def _most_in_a_quarter(squares: Floats) -> Floats:
    """The largest mean of ``squares`` (campaigns x weeks, 0 where a week does not count) over 13 weeks in a row."""
    span = min(_QUARTER_WEEKS, squares.shape[1])
    sums = np.lib.stride_tricks.sliding_window_view(squares, span, axis=1).sum(axis=2)
    return np.asarray(sums.max(axis=1) / _QUARTER_WEEKS, dtype=np.float64)


def _left_over(values: Floats, weight: Floats, design: Floats) -> Floats:
    """Weighted squares, campaigns x weeks, that a regression on ``design`` (campaigns x weeks x columns) leaves."""
    weighted = design * weight[..., None]
    gram = np.einsum("cwi,cwj->cij", weighted, design) + _RIDGE * np.eye(design.shape[2])
    moment = np.einsum("cwi,cw->ci", weighted, values)
    coefficients = np.linalg.solve(gram, moment[..., None])[..., 0]
    left = values - np.einsum("cwi,ci->cw", design, coefficients)
    return np.asarray(weight * left**2, dtype=np.float64)
