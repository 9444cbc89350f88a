"""A test day by day: what its evaluation would have said on each day, by the data that are known now.

The band holds at every look at once, so it may be watched: where it leaves 0 out, the always-valid p is at most alpha.
Nothing is decided here; what was said on a day is in `ab_test_results`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.experiments.decisions import ExperimentInput, evaluate_all
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.dependence import Errors, always_valid_half_width
from adops_pipeline.domain.experiments.measurement import arm_days, judged_window, measure
from adops_pipeline.domain.experiments.pairs import DayPairs
from adops_pipeline.domain.experiments.results import Comparison, finite
from adops_pipeline.domain.experiments.sequential import BURN_IN_UNITS, confidence_sequence
from adops_pipeline.domain.vocabulary import DateRange


@dataclass(frozen=True, slots=True)
class DayOfTest:
    """A test by the data through ``day``; ``low`` and ``high`` are the always-valid interval of the lift.

    There is none in the first week, and none where the data give no lift.
    """

    day: date
    days: int
    value_a: float | None
    value_b: float | None
    lift: float | None
    low: float | None
    high: float | None
    always_valid_p: float | None


def day_by_day(
    test: TestDefinition, daily: pl.DataFrame, as_of: pl.DataFrame, mature_after_days: Mapping[str, int], last: date
) -> list[DayOfTest]:
    """The test by the data through each day, up to ``last``. The frames are those of `evaluate_tests`."""
    windows = _windows(test, mature_after_days, last)
    copies = [(replace(test, id=f"{number}", family=None), window) for number, window in enumerate(windows)]
    if not copies:
        return []
    measured = measure(copies, arm_days([copy for copy, _ in copies], daily, as_of))
    results = evaluate_all([(one, copy.rules) for one, (copy, _) in zip(measured, copies, strict=True)])
    found = zip(windows, measured, results, strict=True)
    return [_day(test, window, one, result.comparison) for window, one, result in found]


def _windows(test: TestDefinition, mature_after_days: Mapping[str, int], last: date) -> Sequence[DateRange]:
    """The growing windows of data, each once."""
    span = range((last - test.started_on).days + 1)
    found = (judged_window(test, test.started_on + timedelta(days=day), mature_after_days) for day in span)
    return [*dict.fromkeys(window for window in found if window is not None)]


def _day(test: TestDefinition, window: DateRange, measured: ExperimentInput, found: Comparison) -> DayOfTest:
    low, high = _band(measured, found, test.alpha)
    return DayOfTest(
        window.end + timedelta(days=test.period_days or 0),
        measured.days, found.value_a, found.value_b, found.lift, low, high, found.always_valid_p,
    )  # fmt: skip


def _band(measured: ExperimentInput, found: Comparison, alpha: float) -> tuple[float | None, float | None]:
    if found.lift is None or found.p_value is None or found.lift <= -1:
        return None, None
    effect = float(np.log1p(found.lift))
    errors = _errors(measured)
    if errors is None:
        low, high = _of_independent_units(effect, found, alpha)
    elif measured.days < BURN_IN_UNITS:
        return None, None
    else:
        half = float(always_valid_half_width(errors, alpha)[0])
        low, high = effect - half, effect + half
    with np.errstate(over="ignore"):
        return finite(float(np.expm1(low))), finite(float(np.expm1(high)))


def _of_independent_units(effect: float, found: Comparison, alpha: float) -> tuple[float, float]:
    """Ends of the interval of the log lift; NaN during the burn-in: the always-valid p is 1 then, whatever the data."""
    if not found.z or found.always_valid_p is None:
        return float("nan"), float("nan")
    low, high = confidence_sequence(effect, abs(effect / found.z), alpha)
    is_burn_in = found.always_valid_p == 1.0 and (low > 0 or high < 0)
    return (float("nan"), float("nan")) if is_burn_in else (low, high)


def _errors(measured: ExperimentInput) -> Errors | None:
    """Errors of the lift where days are paired; None where units are independent."""
    if measured.adjusted is not None:
        return measured.adjusted.errors
    return None if measured.pairs is None else DayPairs.stacked([measured.pairs]).fitted
