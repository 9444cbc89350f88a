"""Elapsed share of each period: in days, and in weekday weights. Arrays only."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.linear import weekday_expected
from adops_pipeline.domain.pacing.weights import weight_between


@dataclass(frozen=True, slots=True)
class Periods:
    """Per entity: days, and the spend that is expected by now, evenly and on the weekday curve (NaN without a budget).

    ``weight_ahead`` is the sum of the weekday weights of the days that remain, with what events of the calendar add;
    ``weight_deviation`` is how uncertain that is.
    """

    elapsed: Indices
    total: Indices
    even_target: Floats
    seasonal_target: Floats
    weight_ahead: Floats
    weight_deviation: Floats

    @property
    def remaining(self) -> Indices:
        """Days of the period after today."""
        return self.total - self.elapsed

    @property
    def elapsed_share(self) -> Floats:
        """Share of the period's days that are over."""
        return self.elapsed / self.total


def measure_periods(inputs: Inputs, weights: Floats) -> Periods:
    """The periods of ``inputs`` as of its day; ``weights`` are campaigns x 7.

    Of a sum, its share of the period that is over is expected; of daily budgets, those that were in force on the
    month's known days; of a cap nothing.
    """
    day = inputs.day.toordinal()
    first = np.array([basis.period_start.toordinal() for basis in inputs.bases])
    last = np.array([basis.period_end.toordinal() for basis in inputs.bases])
    total = last - first + 1
    elapsed = np.clip(day - first + 1, 0, total)
    even = inputs.budget * (elapsed / total)
    today = np.full_like(first, day)
    over, _ = inputs.occasions.added(weights, first, np.minimum(last, today))
    added, deviation = inputs.occasions.added(weights, np.maximum(first, day + 1), last)
    seasonal = weekday_expected(inputs.budget, weights, first, last, day)
    seasonal = _with_events(seasonal, inputs.budget, over, added, weight_between(weights, first, last))
    is_daily, is_cap = inputs.is_kind("daily"), inputs.is_kind("cap")
    shaped = np.where(inputs.month.is_inside, inputs.budget_days.amounts, 0.0) * weights[:, inputs.panel.weekday]
    even = np.where(is_cap, np.nan, np.where(is_daily, inputs.month.so_far, even))
    seasonal = np.where(is_cap, np.nan, np.where(is_daily, shaped.sum(axis=1), seasonal))
    ahead = weight_between(weights, np.maximum(first, day + 1), last)
    return Periods(elapsed, total, even, seasonal, np.maximum(ahead + added, 0.0), deviation)


def _with_events(seasonal: Floats, budget: Floats, over: Floats, ahead: Floats, weight: Floats) -> Floats:
    """The expected spend by now, where events add weight to the days that are ``over`` and to those ``ahead``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = (seasonal * weight + budget * over) / (weight + over + ahead)
    return np.where((over != 0) | (ahead != 0), np.clip(moved, 0.0, budget), seasonal)
