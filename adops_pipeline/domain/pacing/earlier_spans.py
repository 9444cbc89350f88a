"""Delivery before the first pulled day: spend of short spans as the platform totals it, over the budgets in force.

Arrays and frames only.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.coverage import EARLIER_SPANS, SPAN_DAYS, span_starts
from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.pacing.in_force import BudgetDays

_KEY = ("platform", "entity_id")
_ALIKE = 2.5
"""Deviations by which a span's delivery may differ from that of the days after it."""


def mean_variance(days: Indices, of_day: Floats, of_weekday: Floats) -> Floats:
    """Relative variance of a mean over consecutive days, from those of one day by its noise and by its weekday.

    Whole weeks hold each weekday as often as every other.
    """
    count = np.maximum(days, 1)
    return np.asarray(of_day / count + of_weekday * np.where(count < 7, count, count % 7) / count**2)


@dataclass(frozen=True, slots=True)
class SpanSums:
    """Spend, budgets and number of days of some spans, per entity."""

    spend: Floats
    budget: Floats
    days: Indices


@dataclass(frozen=True, slots=True)
class EarlierSpans:
    """``spend`` is entities x spans, the newest first; NaN where the platform gave no total.

    ``end`` is the column of the day after the newest span, ``begin`` that of the entity's own first day.
    """

    spend: Floats
    end: Indices
    begin: Indices

    @classmethod
    def of(cls, entities: pl.DataFrame, totals: pl.DataFrame, day: date, first_day: date) -> "EarlierSpans":
        """The spans of ``entities`` as of ``day``, in their order; columns count from ``first_day``.

        Each total reaches from the first day of a span to the first pulled day: a span is the difference of two.
        """
        named = entities.select(*_KEY, "known_from").with_row_index("row")
        wanted = [
            (first_pulled, start, first_pulled - timedelta(days=1), number)
            for first_pulled in entities["known_from"].drop_nulls().unique()
            for number, start in enumerate(span_starts(first_pulled, day))
        ]
        columns = {"known_from": pl.Date(), "period_start": pl.Date(), "period_end": pl.Date(), "number": pl.Int64()}
        spans = named.join(pl.DataFrame(wanted, schema=columns, orient="row"), on="known_from")
        found = spans.join(totals, on=[*_KEY, "period_start", "period_end"])
        sums = np.full((entities.height, EARLIER_SPANS), np.nan)
        sums[found["row"].to_numpy(), found["number"].to_numpy()] = found["spend"].cast(pl.Float64).to_numpy()
        end, begin = (
            (entities[name] - first_day).dt.total_days().fill_null(0).clip(lower_bound=0).to_numpy().astype(np.intp)
            for name in ("known_from", "start_date")
        )
        return cls(np.diff(sums, axis=1, prepend=0.0), end, begin)

    def alike(
        self, budget_days: BudgetDays, after: tuple[Floats, Floats, Indices], variance: tuple[Floats, Floats]
    ) -> SpanSums:
        """Sums of the spans that tell of the same delivery as what comes ``after`` them: spend, budgets and days.

        ``variance`` is that of a day's ratio by its noise and by its weekday. Spans before one whose budgets are not
        known, or before one that differs, do not count: the campaign was paused or moved then.
        """
        spend, budget, days = after
        found = SpanSums(np.zeros_like(spend), np.zeros_like(spend), np.zeros_like(days))
        counts = np.ones(len(spend), dtype=np.bool_)
        for number in range(self.spend.shape[1]):
            own, own_budget = self.spend[:, number], self._budget(budget_days, number)
            error = mean_variance(np.full_like(days, SPAN_DAYS), *variance)
            error = error + mean_variance(days + found.days, *variance)
            with np.errstate(divide="ignore", invalid="ignore"):
                apart = np.log((own / own_budget) / ((spend + found.spend) / (budget + found.budget)))
                is_alike = ~(np.abs(apart) > _ALIKE * np.sqrt(error))
                counts = counts & (own > 0) & (own_budget > 0) & is_alike
            found = SpanSums(
                found.spend + np.where(counts, own, 0.0),
                found.budget + np.where(counts, own_budget, 0.0),
                found.days + np.where(counts, SPAN_DAYS, 0),
            )
        return found

    def _budget(self, budget_days: BudgetDays, number: int) -> Floats:
        """The sum of the budgets in force; NaN where a day is before the first known budget or the entity's start."""
        first = self.end - (number + 1) * SPAN_DAYS
        columns = np.maximum(first, 0)[:, None] + np.arange(SPAN_DAYS)
        amounts = np.take_along_axis(budget_days.amounts, columns, axis=1)
        return np.where(first >= self.begin, amounts.sum(axis=1), np.nan)
