"""Delivery of daily budgets: a daily budget is a rate, so spend is held against the budgets in force on the same days.

Nobody set a sum for the month. What platforms may spend is kept in mind: Google up to twice the budget on a day and
30.4 budgets a month, Meta 75 % over on a day and seven budgets a week, so single days say nothing. Arrays only.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.levels import Noise, pauses
from adops_pipeline.domain.tables.pacing import PacingStatus
from adops_pipeline.domain.vocabulary import Platform

WEEK, FOUR_WEEKS = 7, 28
LIMITED_FROM, UNDER_BELOW = 0.90, 0.85
"""Share of the budgets from which the budget is what limits the spend, and below which something else does."""
_OVER_ABOVE = {Platform.GOOGLE_ADS.value: 1.10}
_OVER_ELSEWHERE = 1.05
"""Google's month may have 30.4 budgets, 8.6 % more than the 28 of four weeks."""
_CERTAIN = 0.8
_LEAST_DAYS = 3
_ALIKE = 2.5
"""Deviations by which the delivery of the known days may differ from that of the month."""
_WEEKDAY_DEVIATION = 0.08
"""Deviation of a weekday's share of spend, where weekdays are not known yet."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Spend over daily budgets per entity: of the last 7 and 28 days, of the month, and as it is judged.

    ``ratio`` rests on ``days`` days, weekdays allowed for; NaN and 0 where too little is known. ``probability`` is that
    of the status.
    """

    week: Floats
    four_weeks: Floats
    month: Floats
    ratio: Floats
    days: Indices
    probability: Floats
    statuses: list[PacingStatus]


def measure_delivery(inputs: Inputs, weights: Floats, noise: Noise, level_since: Indices) -> Delivery:
    """The delivery of every entity with a daily budget; ``level_since`` is the column of its last change of level."""
    width = inputs.panel.has_row.shape[1]
    usable = _usable_days(inputs)
    columns = np.arange(width)
    spend = np.where(usable, inputs.panel["spend"], 0.0)
    even = np.where(usable, inputs.budget_days.amounts, 0.0)
    shaped = even * weights[:, inputs.panel.weekday]
    in_four_weeks = columns >= width - FOUR_WEEKS
    lately: Mask = in_four_weeks & (columns >= level_since[:, None])
    days = (usable & lately).sum(axis=1)
    ratio = _ratio(spend, shaped, lately)
    is_known_week = weights.std(axis=1) > 0
    variance = noise.deviation**2 * noise.inflation + np.where(is_known_week, 0.0, _WEEKDAY_DEVIATION**2)
    month, month_days = _month_ratio(inputs)
    reaches_back = (month_days > days) & ~(inputs.is_known | ~inputs.month.is_inside).all(axis=1)
    is_alike = _is_alike(ratio, month, variance / np.maximum(days, 1))
    ratio, days = np.where(reaches_back & is_alike, month, ratio), np.where(reaches_back & is_alike, month_days, days)
    deviation = np.maximum(ratio, 0.1) * np.sqrt(variance / np.maximum(days, 1))
    statuses, probability = _judged(inputs, ratio, days, deviation)
    within_month = _ratio(spend, even, inputs.month.is_inside)
    return Delivery(
        week=_ratio(spend, even, columns >= width - WEEK),
        four_weeks=_ratio(spend, even, in_four_weeks),
        month=np.where(np.isfinite(month), month, within_month),
        ratio=np.where(days >= _LEAST_DAYS, ratio, np.nan),
        days=days,
        probability=probability,
        statuses=statuses,
    )


def _usable_days(inputs: Inputs) -> Mask:
    """Days that say something: pulled, with a known budget that did not move on them, since the start, not paused."""
    panel, budgets = inputs.panel, inputs.budget_days
    spend = panel["spend"]
    has_begun = np.maximum.accumulate(panel.has_row | (spend > 0), axis=1)
    starts = (inputs.entities["start_date"] - panel.first_day).dt.total_days().fill_null(-1).to_numpy()
    has_begun |= (starts[:, None] >= 0) & (np.arange(spend.shape[1]) >= starts[:, None])
    with np.errstate(invalid="ignore"):
        has_budget = budgets.amounts > 0
    usable = inputs.is_known & has_budget & ~budgets.is_changed & has_begun & ~pauses(spend)
    return np.asarray(usable & inputs.is_kind("daily")[:, None])


def _month_ratio(inputs: Inputs) -> tuple[Floats, Indices]:
    """Spend over budgets of the month so far where both are known for all its days; NaN and 0 elsewhere."""
    so_far = inputs.month.so_far
    is_known = inputs.month.is_whole & np.isfinite(inputs.spent) & (so_far > 0) & inputs.is_kind("daily")
    ratio = np.divide(inputs.spent, so_far, out=np.full_like(so_far, np.nan), where=is_known)
    return ratio, np.where(is_known, inputs.month.is_inside.sum(axis=1), 0)


def _is_alike(ratio: Floats, month: Floats, variance: Floats) -> Mask:
    """Whether the month's total, whose days before the pulled ones are not known, tells of the same delivery.

    Otherwise it was paused or moved in them, and the days that are known count alone.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(~(np.abs(np.log(ratio / month)) > _ALIKE * np.sqrt(variance)))


def _ratio(spend: Floats, budgets: Floats, chosen: Mask) -> Floats:
    spent, budget = np.where(chosen, spend, 0.0).sum(axis=1), np.where(chosen, budgets, 0.0).sum(axis=1)
    return np.asarray(np.divide(spent, budget, out=np.full_like(spent, np.nan), where=budget > 0))


def _judged(inputs: Inputs, ratio: Floats, days: Indices, deviation: Floats) -> tuple[list[PacingStatus], Floats]:
    """Under and over take evidence, for something is wrong then; in between the ratio itself decides."""
    over = np.array([_OVER_ABOVE.get(name, _OVER_ELSEWHERE) for name in inputs.entities["platform"].to_list()])
    is_under_with = special.ndtr((UNDER_BELOW - ratio) / deviation)
    is_over_with = special.ndtr((ratio - over) / deviation)
    is_limited_with = special.ndtr((ratio - LIMITED_FROM) / deviation)
    known = (days >= _LEAST_DAYS) & np.isfinite(ratio)
    choices = [~known, is_over_with >= _CERTAIN, is_under_with >= _CERTAIN, ratio >= LIMITED_FROM]
    names: list[PacingStatus] = ["unknown", "over-delivering", "under-delivering", "limited"]
    found = np.select(choices, names, "delivering").tolist()
    probability = np.select(
        choices, [np.full_like(ratio, np.nan), is_over_with, is_under_with, is_limited_with], 1.0 - is_under_with
    )
    return found, probability
