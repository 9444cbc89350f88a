"""One comparison from start to end: check the samples, choose the method, test, name the winner.

Samples in, ``Comparison`` out; reading people's tables is units.py, deciding over time is decisions.py.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal, get_args

import numpy as np

from adops_pipeline.domain.experiments.arrays import column
from adops_pipeline.domain.experiments.bayes import probability_higher_ratio
from adops_pipeline.domain.experiments.cuped import AdjustedEffect
from adops_pipeline.domain.experiments.metrics import Metric
from adops_pipeline.domain.experiments.outcomes import (
    Counts,
    Outcomes,
    outcomes_of_counts,
    outcomes_of_ratios,
    too_large_for_exact,
)
from adops_pipeline.domain.experiments.proportions import needs_exact
from adops_pipeline.domain.experiments.ratios import Arms
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, finite, invalidated, without_result
from adops_pipeline.domain.experiments.samples import Proportion, RatioStatistic
from adops_pipeline.domain.experiments.sequential import BURN_IN_UNITS, always_valid_p, normal_equivalent
from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD, two_arm_srm_p


@dataclass(frozen=True, slots=True)
class Terms:
    """How a comparison is made."""

    alpha: float = 0.05
    """Two-sided level."""
    method: MethodChoice = "auto"
    """``auto``: z, or exact at small counts, for proportions; log-delta for ratios."""
    expected_split: float | None = 0.5
    """A's planned share of the traffic; None switches the check of the split off."""
    srm_threshold: float = SRM_THRESHOLD

    @property
    def problem(self) -> Reason | None:
        """Why no comparison can be made on these terms; None where one can."""
        if not 0.0 < self.alpha < 1.0:
            return "alpha-out-of-range"
        if self.expected_split is not None and not 0.0 < self.expected_split < 1.0:
            return "split-out-of-range"
        return None if self.method in get_args(MethodChoice) else "unknown-method"


def compare(
    metric: Metric,
    a: Proportion | RatioStatistic,
    b: Proportion | RatioStatistic,
    terms: Terms,
    exposures: tuple[float, float] | None = None,
) -> Comparison:
    """B against A. ``exposures`` are the counts whose split is checked: by default trials, or units for ratios."""
    if terms.problem is not None:
        return without_result(metric.name, terms.method, terms.problem)
    if isinstance(a, Proportion) and isinstance(b, Proportion):
        if metric.kind != "proportion":
            return _refused_totals(metric, a, b, terms.method)
        result, counted = _of_counts(metric, a, b, terms), (a.trials, b.trials)
    elif isinstance(a, RatioStatistic) and isinstance(b, RatioStatistic):
        result, counted = _of_ratios(metric, a, b, terms), (float(a.n), float(b.n))
    else:
        return without_result(metric.name, terms.method, "different-kinds")
    return checked_split(result, exposures or counted, terms)


def with_effect(plain: Comparison, adjusted: AdjustedEffect, metric: Metric, alpha: float) -> Comparison:
    """``plain`` with the log lift that CUPED found: effect, intervals, probabilities; the arms' values stay measured.

    A lift beyond the numbers of this world leaves the plain comparison as it is.
    """
    t, freedom = column(adjusted.effect / adjusted.standard_error), column(adjusted.degrees_of_freedom)
    variance, is_past = column(adjusted.standard_error**2), np.array([adjusted.units >= BURN_IN_UNITS])
    anytime = float(always_valid_p(normal_equivalent(t, freedom), variance, is_past)[0])
    higher = float(probability_higher_ratio(t, freedom)[0])
    with np.errstate(over="ignore"):
        lift, low, high = (finite(float(np.expm1(x))) for x in (adjusted.effect, *adjusted.interval(alpha)))
    if lift is None or low is None or high is None or plain.value_a is None:
        return plain
    is_significant = adjusted.p_value <= alpha
    return replace(
        plain,
        method=f"{plain.method}+cuped",
        lift=lift,
        ci_low=low,
        ci_high=high,
        abs_ci_low=finite(plain.value_a * low),
        abs_ci_high=finite(plain.value_a * high),
        p_value=adjusted.p_value,
        z=float(t[0]),
        always_valid_p=max(anytime, adjusted.p_value),
        probability_b_beats_a=higher if metric.is_higher_better else 1.0 - higher,
        winner=metric.better(0.0, lift) if is_significant else None,
        verdict="significant" if is_significant else "not-significant",
        reason=None,
    )


def refused_method(metric: Metric, method: MethodChoice) -> Reason | None:
    """Why ``method`` is never right for ``metric``, whatever the data; None where it may be."""
    if metric.kind == "ratio" and method in ("z", "exact"):
        return "z-test-needs-a-proportion" if method == "z" else "metric-is-not-a-proportion"
    return None


def checked_split(result: Comparison, counts: tuple[float, float], terms: Terms) -> Comparison:
    """The result with the p of the split, and without a winner where that p is below the threshold."""
    split = terms.expected_split
    if split is None or not all(isfinite(count) and count >= 0 for count in counts) or sum(counts) == 0:
        return result
    with np.errstate(all="ignore"):
        p = finite(float(two_arm_srm_p(column(counts[0]), column(counts[1]), column(split))[0]))
    result = replace(result, srm_p=p)
    return invalidated(result, "sample-ratio-mismatch") if p is not None and p < terms.srm_threshold else result


def _refused_totals(metric: Metric, a: Proportion, b: Proportion, method: MethodChoice) -> Comparison:
    """The two values all the same: they are known, only not what chance would do to them."""
    reason = refused_method(metric, method) or "metric-is-not-a-proportion"
    value_a, value_b = (metric.scale * arm.successes / arm.trials if arm.trials > 0 else None for arm in (a, b))
    return without_result(metric.name, method, reason, value_a=value_a, value_b=value_b)


def _of_counts(metric: Metric, a: Proportion, b: Proportion, terms: Terms) -> Comparison:
    problem = a.problem or b.problem
    if problem is not None:
        return without_result(metric.name, terms.method, problem)
    if terms.method in ("log-delta", "fieller"):
        return without_result(metric.name, terms.method, "method-does-not-fit")
    value_a, value_b = a.successes / a.trials, b.successes / b.trials
    counts = Counts(*(column(x) for x in (a.successes, a.trials, b.successes, b.trials)))
    with np.errstate(all="ignore"):
        exact = terms.method == "exact" or (terms.method == "auto" and bool(needs_exact(*counts)[0]))
    method: Literal["exact", "z"] = "exact" if exact else "z"
    reason = _count_reason(a, b, counts, exact)
    if reason is not None:
        return without_result(metric.name, method, reason, value_a=value_a, value_b=value_b)
    outcomes = outcomes_of_counts(counts, np.array([exact]), terms.alpha)
    return _judged(metric, method, outcomes, terms.alpha)


def _count_reason(a: Proportion, b: Proportion, counts: Counts, exact: bool) -> Reason | None:
    if a.successes + b.successes == 0:
        return "zero-successes"
    if a.successes == a.trials and b.successes == b.trials:
        return "no-variation"
    if exact and not all(float(x).is_integer() for x in (a.successes, a.trials, b.successes, b.trials)):
        return "fractional-successes"
    return "counts-too-large" if exact and too_large_for_exact(counts)[0] else None


def _of_ratios(metric: Metric, a: RatioStatistic, b: RatioStatistic, terms: Terms) -> Comparison:
    if terms.method in ("z", "exact"):
        return without_result(metric.name, terms.method, refused_method(metric, terms.method) or "method-does-not-fit")
    method: Literal["log-delta", "fieller"] = "fieller" if terms.method == "fieller" else "log-delta"
    problem = a.problem or b.problem
    if problem is None and a.log_variance + b.log_variance <= 0:
        problem = "no-variation"
    if problem is not None:
        values = {"value_a": _value(a, metric), "value_b": _value(b, metric)}
        return without_result(metric.name, method, problem, **values)
    numbers = (a.ratio, a.log_variance, a.n, b.ratio, b.log_variance, b.n)
    arms = Arms(*(column(x) for x in numbers))
    return _judged(metric, method, outcomes_of_ratios(arms, method, terms.alpha, metric.scale), terms.alpha)


def _value(statistic: RatioStatistic, metric: Metric) -> float | None:
    return finite(metric.scale * statistic.sum_num / statistic.sum_den) if statistic.sum_den > 0 else None


def _judged(metric: Metric, method: str, outcomes: Outcomes, alpha: float) -> Comparison:
    numbers = {name: finite(float(column[0])) for name, column in outcomes._asdict().items()}
    higher = numbers.pop("probability_b_higher")
    value_a, value_b, p = numbers["value_a"], numbers["value_b"], numbers["p_value"]
    if value_a is None or value_b is None or p is None or numbers["z"] is None:
        return without_result(metric.name, method, "out-of-range", value_a=value_a, value_b=value_b)
    is_significant = p <= alpha
    return Comparison(
        metric.name,
        method,
        **numbers,
        probability_b_beats_a=higher if higher is None or metric.is_higher_better else 1.0 - higher,
        winner=metric.better(value_a, value_b) if is_significant else None,
        verdict="significant" if is_significant else "not-significant",
        reason=_gap(value_a, numbers["ci_high"]),
    )


def _gap(value_a: float, ci_high: float | None) -> Reason | None:
    if ci_high is not None:
        return None
    return "zero-baseline" if value_a == 0 else "interval-unbounded"
