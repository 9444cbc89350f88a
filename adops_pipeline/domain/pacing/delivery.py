"""Delivery of daily budgets: a daily budget is a rate, so spend is held against the budgets in force on the same days.

Nobody set a sum for the month. What platforms may spend is kept in mind: Google up to twice the budget on a day and
30.4 budgets a month, Meta 75 % over on a day and seven budgets a week, so single days say nothing. Arrays only.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.coverage import FOUR_WEEKS
from adops_pipeline.domain.day_panel import Floats, Indices, Mask
from adops_pipeline.domain.pacing.earlier_spans import SpanSums, mean_variance
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.levels import Noise, pauses
from adops_pipeline.domain.tables.pacing import PacingStatus
from adops_pipeline.domain.vocabulary import Platform

WEEK = 7
LIMITED_FROM, UNDER_BELOW = 0.90, 0.85
"""Share of the budgets from which the budget is what limits the spend, and below which something else does."""
_OVER_ABOVE = {Platform.GOOGLE_ADS.value: 1.10}
_OVER_ELSEWHERE = 1.05
"""Google's month may have 30.4 budgets, 8.6 % more than the 28 of four weeks."""
_CERTAIN, _CERTAIN_OVER_IF_CALM = 0.8, 0.6
"""Probability from which a budget is called over or under. Chosen by score: 0.8 misses a third of those that are over
where three days are known. Where days vary much, chance alone reaches 0.6 too often."""
_CALM = 0.15
"""Relative deviation of the measured ratio up to which days do not vary much."""
_LEAST_DAYS = 3
_WEEKDAY_VARIANCE = 0.08**2
"""Variance of a weekday's share of spend, where weekdays are not known yet."""


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
    of_day = noise.deviation**2 * noise.inflation
    of_weekday = np.where(weights.std(axis=1) > 0, 0.0, _WEEKDAY_VARIANCE)
    pulled = _Sums.over(lately & usable, spend, shaped)
    spans = inputs.spans.alike(inputs.budget_days, (pulled.spend, pulled.budget, pulled.days), (of_day, of_weekday))
    judged = pulled.plus(spans)
    variance = mean_variance(judged.days, of_day, of_weekday)
    statuses, probability = _judged(inputs, judged, np.sqrt(variance))
    month, within_month = _month_ratio(inputs), _Sums.over(inputs.month.is_inside, spend, even).ratio
    return Delivery(
        week=_Sums.over(columns >= width - WEEK, spend, even).ratio,
        four_weeks=_Sums.over(in_four_weeks, spend, even).plus(spans).ratio,
        month=np.where(np.isfinite(month), month, within_month),
        ratio=np.where(judged.days >= _LEAST_DAYS, judged.ratio, np.nan),
        days=judged.days,
        probability=probability,
        statuses=statuses,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Spend, budgets and number of the days that delivery is measured over, per entity."""

    spend: Floats
    budget: Floats
    days: Indices

    @classmethod
    def over(cls, chosen: Mask, spend: Floats, budgets: Floats) -> "_Sums":
        """The sums of the chosen days."""
        spent, budget = (np.where(chosen, values, 0.0).sum(axis=1) for values in (spend, budgets))
        return cls(spent, budget, np.broadcast_to(chosen, spend.shape).sum(axis=1))

    def plus(self, spans: SpanSums) -> "_Sums":
        """These days and the spans before them."""
        return _Sums(self.spend + spans.spend, self.budget + spans.budget, self.days + spans.days)

    @property
    def ratio(self) -> Floats:
        """Spend over budgets; NaN without budgets."""
        return np.divide(self.spend, self.budget, out=np.full_like(self.spend, np.nan), where=self.budget > 0)


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


def _month_ratio(inputs: Inputs) -> Floats:
    """Spend over budgets of the month so far where both are known for all its days; NaN elsewhere."""
    so_far = inputs.month.so_far
    is_known = inputs.month.is_whole & np.isfinite(inputs.spent) & (so_far > 0) & inputs.is_kind("daily")
    return np.divide(inputs.spent, so_far, out=np.full_like(so_far, np.nan), where=is_known)


def _judged(inputs: Inputs, sums: _Sums, relative_deviation: Floats) -> tuple[list[PacingStatus], Floats]:
    """Under and over take evidence, for something is wrong then; in between the ratio itself decides."""
    ratio = sums.ratio
    deviation = np.maximum(ratio, 0.1) * relative_deviation
    over = np.array([_OVER_ABOVE.get(name, _OVER_ELSEWHERE) for name in inputs.entities["platform"].to_list()])
    is_under_with = special.ndtr((UNDER_BELOW - ratio) / deviation)
    is_over_with = special.ndtr((ratio - over) / deviation)
    is_limited_with = special.ndtr((ratio - LIMITED_FROM) / deviation)
    certain = np.where(relative_deviation <= _CALM, _CERTAIN_OVER_IF_CALM, _CERTAIN)
    known = (sums.days >= _LEAST_DAYS) & np.isfinite(ratio)
    choices = [~known, is_over_with >= certain, is_under_with >= _CERTAIN, ratio >= LIMITED_FROM]
    names: list[PacingStatus] = ["unknown", "over-delivering", "under-delivering", "limited"]
    found = np.select(choices, names, "delivering").tolist()
    probability = np.select(
        choices, [np.full_like(ratio, np.nan), is_over_with, is_under_with, is_limited_with], 1.0 - is_under_with
    )
    return found, probability
