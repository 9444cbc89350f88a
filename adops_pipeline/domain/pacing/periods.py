"""Elapsed share of each period: in days, in daily budgets in force, and in weekday weights. Arrays only."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.pacing.basis import Basis
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.linear import weekday_expected
from adops_pipeline.domain.pacing.weights import weight_between


@dataclass(frozen=True, slots=True)
class Periods:
    """Per entity. The shares say which part of the budget should be spent by now: evenly, and on the weekday curve.

    ``weight_ahead`` is the sum of the weekday weights of the days that remain.
    """

    elapsed: Indices
    total: Indices
    even_share: Floats
    seasonal_share: Floats
    weight_ahead: Floats

    @property
    def remaining(self) -> Indices:
        """Days of the period after today."""
        return self.total - self.elapsed

    @property
    def elapsed_share(self) -> Floats:
        """Share of the period's days that are over."""
        return self.elapsed / self.total


def measure_periods(inputs: Inputs, weights: Floats) -> Periods:
    """The periods of ``inputs`` as of its day; ``weights`` are campaigns x 7."""
    day = inputs.day.toordinal()
    first = np.array([basis.period_start.toordinal() for basis in inputs.bases])
    last = np.array([basis.period_end.toordinal() for basis in inputs.bases])
    total = last - first + 1
    elapsed = np.clip(day - first + 1, 0, total)
    even = elapsed / total
    seasonal = weekday_expected(np.ones(len(weights)), weights, first, last, day)
    for row, basis in enumerate(inputs.bases):
        if len(basis.steps) > 1:
            even[row], seasonal[row] = _shares_of_steps(basis, day, weights[row])
    ahead = weight_between(weights, np.maximum(first, day + 1), last)
    return Periods(elapsed, total, even, seasonal, ahead)


def budget_in_force(basis: Basis, days: Indices) -> Floats:
    """The daily budget in force on each of ``days`` (ordinals)."""
    starts = np.array([step.toordinal() for step, _ in basis.steps])
    amounts = np.array([float(amount) for _, amount in basis.steps])
    return amounts[np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)]


def _shares_of_steps(basis: Basis, day: int, weights: Floats) -> tuple[float, float]:
    """The even and the seasonal share where the daily budget was moved within its history."""
    days = np.arange(basis.period_start.toordinal(), basis.period_end.toordinal() + 1)
    in_force, is_over = budget_in_force(basis, days), days <= day
    shaped = in_force * weights[(days - 1) % 7]  # ordinal 1 is a Monday
    even, seasonal = (part[is_over].sum() / max(part.sum(), 1e-300) for part in (in_force, shaped))
    return float(even), float(seasonal)
