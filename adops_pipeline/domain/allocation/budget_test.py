"""A two-week budget test for a campaign whose response is not known: how far to move its budget, what it will tell."""

from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.allocation.amounts import Units
from adops_pipeline.domain.allocation.curves import Floats
from adops_pipeline.domain.allocation.fitting import Fit

DAYS = 14
"""One week above the present budget, one week below it; whole weeks, so that weekdays cancel."""
_STEPS = (0.20, 0.25, 0.30)
"""Smaller ones do not make the response known to the plan (identification.py), unless two tests follow each other."""
_WANTED_ERROR = 0.2
_FALLBACK_STEP = 0.20


@dataclass(frozen=True, slots=True)
class BudgetTests:
    """Per campaign: budgets of the two weeks in steps of the currency, and the standard error of the elasticity."""

    high: Units
    low: Units
    elasticity_error: Floats


def design_tests(current: Units, fit: Fit, max_step_change: float | None) -> BudgetTests:
    """The smallest change of the usual sizes that tells the elasticity well enough, else the largest one allowed.

    The elasticity is the percent of results per percent of spend. Its error follows from how much the campaign's weeks
    differ for no known reason: sqrt(2) relative errors of a week over the distance of the two weeks' log spend.
    """
    most = _FALLBACK_STEP if max_step_change is None else max_step_change
    steps = np.array([step for step in _STEPS if step <= most] or [most])
    week = 7 * np.exp(fit.theta[:, 0])
    noise = np.sqrt(2 * fit.dispersion / np.maximum(week, 1e-9))
    distance = np.log((1 + steps) / np.maximum(1 - steps, 1e-9))
    errors = noise[:, None] / np.maximum(distance, 1e-9)
    good = errors <= _WANTED_ERROR
    choice = np.where(good.any(axis=1), good.argmax(axis=1), len(steps) - 1)
    step = steps[choice]
    high = np.floor(current * (1 + step)).astype(np.int64)
    low = np.ceil(current * (1 - step)).astype(np.int64)
    return BudgetTests(high, low, errors[np.arange(len(step)), choice])
