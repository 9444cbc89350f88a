"""Variant B against variant A, for any number of experiments: what may be compared, and which are computed together.

Samples in, a ``Comparison`` each out. Reading people's tables is units.py, deciding over time is decisions.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from adops_pipeline.domain.experiments.batch import RatioArm, compare_counts, compare_ratios
from adops_pipeline.domain.experiments.cuped import AdjustedEffect
from adops_pipeline.domain.experiments.dependence import judge_effect
from adops_pipeline.domain.experiments.metrics import Metric
from adops_pipeline.domain.experiments.outcomes import Counts
from adops_pipeline.domain.experiments.pairs import DayPairs
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, finite, without_result
from adops_pipeline.domain.experiments.samples import Proportion, Sample
from adops_pipeline.domain.experiments.sequential import BURN_IN_UNITS
from adops_pipeline.domain.experiments.terms import Terms


class Case(NamedTuple):
    """One experiment to compare. ``exposures``: the counts whose split is checked; None takes trials or units.

    ``pairs``: the arms' days, where the units are days; their split is in them.
    """

    metric: Metric
    a: Sample
    b: Sample
    terms: Terms
    exposures: tuple[float, float] | None = None
    pairs: DayPairs | None = None


def compare_all(cases: Sequence[Case]) -> list[Comparison]:
    """B against A in every case, in the given order; cases of one metric and terms are computed together."""
    found: dict[int, Comparison] = {}
    groups: dict[tuple[Metric, Terms, bool, bool], list[int]] = {}
    for number, case in enumerate(cases):
        refused = _refused(case)
        if refused is not None:
            found[number] = refused
        else:
            kind = (isinstance(case.a, Proportion), case.pairs is not None)
            groups.setdefault((case.metric, case.terms, *kind), []).append(number)
    for (metric, terms, is_counted, is_paired), numbers in groups.items():
        members = [cases[number] for number in numbers]
        a, b = (np.array([case[arm] for case in members], dtype=np.float64).T for arm in (1, 2))
        counted = [case.exposures or (case.a.counted, case.b.counted) for case in members]
        exposures = np.array(counted, dtype=np.float64).T
        many = (
            compare_counts(metric, Counts(*a, *b), terms, (exposures[0], exposures[1]))
            if is_counted
            else compare_ratios(
                metric,
                RatioArm(*a),
                RatioArm(*b),
                terms,
                (exposures[0], exposures[1]),
                DayPairs.stacked([case.pairs for case in members if case.pairs is not None]) if is_paired else None,
            )
        )
        found.update(zip(numbers, many.rows(metric), strict=True))
    return [found[number] for number in range(len(cases))]


def with_effect(plain: Comparison, adjusted: AdjustedEffect, metric: Metric, alpha: float) -> Comparison:
    """``plain`` with the log lift that CUPED found: effect, intervals, probabilities; the arms' values stay measured.

    A lift outside the range of floats leaves the plain comparison as it is.
    """
    effect, days = np.array([adjusted.effect]), adjusted.errors.days
    test = judge_effect(effect, adjusted.errors, alpha, days >= BURN_IN_UNITS)
    half, p, higher = float(test.half_width[0]), float(test.p_value[0]), float(test.probability_positive[0])
    with np.errstate(over="ignore"):
        ends = adjusted.effect, adjusted.effect - half, adjusted.effect + half
        lift, low, high = (finite(float(np.expm1(x))) for x in ends)
    if lift is None or low is None or high is None or plain.value_a is None:
        return plain
    is_significant = p <= alpha
    return replace(
        plain,
        method=f"{plain.method}+cuped",
        lift=lift,
        ci_low=low,
        ci_high=high,
        abs_ci_low=finite(plain.value_a * low),
        abs_ci_high=finite(plain.value_a * high),
        p_value=p,
        z=float(test.z[0]),
        always_valid_p=float(test.always_valid_p[0]),
        probability_b_beats_a=higher if metric.is_higher_better else 1.0 - higher,
        winner=metric.better(0.0, lift) if is_significant else None,
        verdict="significant" if is_significant else "not-significant",
        reason=None,
        effective_sample_size=float(adjusted.errors.effective_days[0]),
    )


def refused_method(metric: Metric, method: MethodChoice) -> Reason | None:
    """Why ``method`` is never right for ``metric``, whatever the data; None where it may be."""
    if metric.kind == "ratio" and method in ("z", "exact"):
        return "z-test-needs-a-proportion" if method == "z" else "metric-is-not-a-proportion"
    return None


def _refused(case: Case) -> Comparison | None:
    """What the terms, the metric and the kinds of the samples rule out before any data are looked at."""
    metric, a, b, terms = case[:4]
    reason: Reason | None = terms.problem
    if reason is None and type(a) is not type(b):
        reason = "different-kinds"
    if reason is not None:
        return without_result(metric.name, terms.method, reason)
    if isinstance(a, Proportion) and isinstance(b, Proportion):
        if metric.kind != "proportion":
            # the two values are known all the same, only not how far chance may move them
            reason = refused_method(metric, terms.method) or "metric-is-not-a-proportion"
            value_a, value_b = (metric.scale * arm.successes / arm.trials if arm.trials > 0 else None for arm in (a, b))
            return without_result(metric.name, terms.method, reason, value_a=value_a, value_b=value_b)
        fits = terms.method not in ("log-delta", "fieller")
    else:
        fits = terms.method not in ("z", "exact")
    if fits:
        return None
    return without_result(metric.name, terms.method, refused_method(metric, terms.method) or "method-does-not-fit")
