"""Deciding running experiments: running, then completed, inconclusive or invalid. One entry point, ``evaluate_all``.

Time is an argument (days of mature data so far). The statistics are comparison.py's; here is only when they count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite
from types import MappingProxyType
from typing import Literal

import numpy as np
from scipy.special import ndtri

from adops_pipeline.domain.experiments.comparison import Case, compare_all, with_effect
from adops_pipeline.domain.experiments.cuped import AdjustedEffect
from adops_pipeline.domain.experiments.group_sequential import spending_bounds
from adops_pipeline.domain.experiments.metrics import Metric, find_metric
from adops_pipeline.domain.experiments.pairs import DayPairs
from adops_pipeline.domain.experiments.power import days_to_collect, days_to_decision, log_variance_needed
from adops_pipeline.domain.experiments.reasons import CURABLE, Reason
from adops_pipeline.domain.experiments.results import Comparison, Winner, without_result
from adops_pipeline.domain.experiments.samples import Proportion, Sample
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline.domain.experiments.words import Spending, Stopping, TestStatus
from adops_pipeline.domain.vocabulary import DateRange

Step = Literal[
    "difference-shown",
    "max-days-reached",
    "too-few-days",
    "sample-too-small",
    "waiting-for-horizon",
    "waiting-for-look",
    "waiting-for-data",
    "not-shown-yet",
    "not-shown-in-family",
    "stopped",
]

STEPS: Mapping[str, str] = MappingProxyType(
    {
        "difference-shown": "The difference is shown under the stopping rule.",
        "max-days-reached": "The planned days are over and no difference is shown.",
        "too-few-days": "The shortest running time has not passed yet.",
        "sample-too-small": "A variant has not reached the smallest sample yet.",
        "waiting-for-horizon": "This test is judged once, on its last planned day.",
        "waiting-for-look": "The next planned look at this test is not due yet.",
        "waiting-for-data": "No complete day of this test can be judged yet.",
        "not-shown-yet": "No difference is shown yet; the test goes on.",
        "not-shown-in-family": "Alone this test shows a difference; among all tests of its family it does not yet.",
        "stopped": "Somebody stopped the test before a difference was shown.",
    }
)


_WAITING: frozenset[Reason | Step] = frozenset(
    {"too-few-days", "sample-too-small", "waiting-for-horizon", "waiting-for-look", "waiting-for-data"}
)


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant as measured so far."""

    sample: Sample
    currency: str | None = None
    """Three-letter code of the money in the sample; None where there is none or only one is in use."""
    window: DateRange | None = None
    """Days the sample comes from."""
    exposures: float | None = None
    """Count whose split is checked (users, impressions); None takes trials or units."""


@dataclass(frozen=True, slots=True)
class ExperimentInput:
    """A running experiment as of today."""

    metric: str
    a: Arm
    b: Arm
    days: int
    """Days of mature data."""
    earlier_looks: tuple[int, ...] = ()
    """Days of data at the earlier looks of a group-sequential test, increasing."""
    is_look: bool = True
    """False between the planned looks of a group-sequential test: nothing is judged then, and no error is spent."""
    adjusted: AdjustedEffect | None = None
    """The log lift after CUPED; it takes the place of the plain one."""
    problem: Reason | None = None
    """What is wrong with the data before any statistics."""
    pairs: DayPairs | None = None
    """The arms' days, paired; None where the samples' units are independent of each other."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What was agreed before the experiment began."""

    terms: Terms = field(default_factory=Terms)
    stopping: Stopping = "always-valid"
    min_days: int = 7
    max_days: int = 28
    min_sample_size: float = 0.0
    """Per variant, in the metric's denominator: impressions for ctr, clicks for cvr and cpc, conversions for cpa."""
    smallest_lift_of_interest: float = 0.1
    """Relative; the days to a decision are reckoned for it, at a power of 80 %."""
    spending: Spending = "obrien-fleming"

    def __post_init__(self) -> None:
        if not 1 <= self.min_days <= self.max_days:
            raise ValueError(f"min_days ({self.min_days}) must be at least 1 and at most max_days ({self.max_days})")
        if not (isfinite(self.smallest_lift_of_interest) and self.smallest_lift_of_interest > 0):
            raise ValueError(f"smallest_lift_of_interest must be above 0, got {self.smallest_lift_of_interest}")


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """Where an experiment stands."""

    status: TestStatus
    comparison: Comparison
    """Its winner and verdict are the decision's, not those of a single look."""
    reason: Reason | Step
    days_to_decision: int | None
    """Further days until a decision is due: 0 when decided; None where the traffic so far gives nothing to go by."""

    @property
    def winner(self) -> Winner | None:
        """The better variant of a completed experiment."""
        return self.comparison.winner

    @property
    def explanation(self) -> str:
        """The standing as a sentence for people."""
        step = STEPS.get(self.reason)
        if step and self.comparison.value_a is None and self.comparison.reason is None:
            return step
        return f"{step} {self.comparison.explanation}" if step else self.comparison.explanation


def stopped(result: ExperimentResult) -> ExperimentResult:
    """The result of a test that was stopped: undecided, unless the data decide it."""
    if result.status != "running":
        return result
    comparison = replace(result.comparison, winner=None)
    return replace(result, status="inconclusive", comparison=comparison, reason="stopped", days_to_decision=None)


def evaluate_all(experiments: Sequence[tuple[ExperimentInput, Rules]]) -> list[ExperimentResult]:
    """The state of running experiments, in the given order; a decided one must not be evaluated again.

    Invalid: the split is broken, or the two variants or the metric and the method do not fit together. Data that are
    merely not enough leave it running until ``max_days``. Raises ValueError for earlier looks that do not increase.
    """
    comparisons = _compared(experiments)
    return [_decided(*one, comparison) for one, comparison in zip(experiments, comparisons, strict=True)]


def _decided(test_input: ExperimentInput, rules: Rules, comparison: Comparison) -> ExperimentResult:
    if comparison.reason is not None and comparison.reason not in CURABLE:
        return ExperimentResult("invalid", replace(comparison, winner=None, verdict="invalid"), comparison.reason, 0)
    is_last = test_input.days >= rules.max_days
    if comparison.verdict == "no-result":
        reason = comparison.reason or "not-shown-yet"
        return _open(comparison, "max-days-reached" if is_last else reason, test_input, rules, is_last=is_last)
    waiting = _waiting(test_input, rules)
    if waiting is None and _is_shown(comparison, test_input, rules):
        return _completed(comparison)
    step: Step = "max-days-reached" if is_last else waiting or "not-shown-yet"
    return _open(replace(comparison, winner=None, verdict="not-significant"), step, test_input, rules, is_last=is_last)


def is_waiting(result: ExperimentResult) -> bool:
    """Whether the data of this evaluation were not judged: it spent nothing of a planned look."""
    return result.comparison.p_value is None or result.reason in _WAITING


def before_data(metric: str, rules: Rules) -> ExperimentResult:
    """The standing of an experiment without a single complete day."""
    return ExperimentResult("running", Comparison(metric, rules.terms.method), "waiting-for-data", None)


def withheld(result: ExperimentResult, test_input: ExperimentInput, rules: Rules) -> ExperimentResult:
    """The standing of an experiment that shows a difference alone, but not among the tests of its family."""
    comparison = replace(result.comparison, winner=None, verdict="not-significant")
    is_last = test_input.days >= rules.max_days
    return _open(comparison, "not-shown-in-family", test_input, rules, is_last=is_last)


def _compared(experiments: Sequence[tuple[ExperimentInput, Rules]]) -> list[Comparison]:
    found: dict[int, Comparison] = {}
    cases: dict[int, Case] = {}
    for number, (test_input, rules) in enumerate(experiments):
        metric = find_metric(test_input.metric)
        if metric is None:
            found[number] = without_result(test_input.metric, rules.terms.method, "unknown-metric")
            continue
        problem = test_input.problem or _not_comparable(metric, test_input.a, test_input.b)
        if problem is not None:
            found[number] = without_result(metric.name, rules.terms.method, problem)
            continue
        a, b = test_input.a, test_input.b
        exposures = None if a.exposures is None or b.exposures is None else (a.exposures, b.exposures)
        cases[number] = Case(metric, a.sample, b.sample, rules.terms, exposures, test_input.pairs)
    for (number, case), plain in zip(cases.items(), compare_all(list(cases.values())), strict=True):
        adjusted = experiments[number][0].adjusted
        if adjusted is None or plain.p_value is None or plain.verdict == "invalid":
            found[number] = plain
        else:
            found[number] = with_effect(plain, adjusted, case.metric, case.terms.alpha)
    return [found[number] for number in range(len(experiments))]


def _not_comparable(metric: Metric, a: Arm, b: Arm) -> Reason | None:
    if metric.has_money and a.currency != b.currency:
        return "different-currency"
    return "unequal-windows" if a.window != b.window else None


def _waiting(test_input: ExperimentInput, rules: Rules) -> Step | None:
    if test_input.days < rules.min_days:
        return "too-few-days"
    if min(test_input.a.sample.size, test_input.b.sample.size) < rules.min_sample_size:
        return "sample-too-small"
    if rules.stopping == "fixed-horizon" and test_input.days < rules.max_days:
        return "waiting-for-horizon"
    if rules.stopping == "group-sequential" and not test_input.is_look:
        return "waiting-for-look"
    return None


def _is_shown(comparison: Comparison, test_input: ExperimentInput, rules: Rules) -> bool:
    p, alpha = comparison.p_value, rules.terms.alpha
    if p is None:
        return False
    if rules.stopping == "always-valid":
        return comparison.always_valid_p is not None and comparison.always_valid_p <= alpha
    if rules.stopping == "fixed-horizon":
        return p <= alpha
    looks = [min(day / rules.max_days, 1.0) for day in (*test_input.earlier_looks, test_input.days)]
    bound = spending_bounds(looks, alpha, rules.spending)[-1]
    return -float(ndtri(p / 2.0)) >= bound


def _completed(comparison: Comparison) -> ExperimentResult:
    metric = find_metric(comparison.metric)
    winner = None
    if metric is not None and comparison.lift is not None:
        winner = metric.better(0.0, comparison.lift)
    elif metric is not None and comparison.value_a is not None and comparison.value_b is not None:
        winner = metric.better(comparison.value_a, comparison.value_b)
    decided = replace(comparison, winner=winner, verdict="significant")
    return ExperimentResult("completed", decided, "difference-shown", 0)


def _open(
    comparison: Comparison, reason: Reason | Step, test_input: ExperimentInput, rules: Rules, *, is_last: bool
) -> ExperimentResult:
    if is_last:
        return ExperimentResult("inconclusive", comparison, reason, 0)
    return ExperimentResult("running", comparison, reason, _days_left(test_input, rules))


def _days_left(test_input: ExperimentInput, rules: Rules) -> int | None:
    horizon = rules.max_days - test_input.days
    if rules.stopping == "fixed-horizon":
        return horizon
    is_anytime = rules.stopping == "always-valid"
    needed = log_variance_needed(rules.smallest_lift_of_interest, rules.terms.alpha, always_valid=is_anytime)
    smaller = min(test_input.a.sample.size, test_input.b.sample.size)
    by_power = days_to_decision(test_input.days, _log_variance(test_input), needed)
    by_size = days_to_collect(rules.min_sample_size, smaller, smaller / max(test_input.days, 1))
    if by_power is None or by_size is None:
        return None
    return min(max(by_power, by_size, rules.min_days - test_input.days, 1), horizon)


def _log_variance(test_input: ExperimentInput) -> float:
    """Variance of the log lift's estimate; 0 or not finite where the data give none."""
    if test_input.pairs is not None:
        fitted = DayPairs.stacked([test_input.pairs]).fitted
        with np.errstate(all="ignore"):
            return float((np.square(fitted.errors[:, 0]) * fitted.days / fitted.effective_days)[0])
    total = 0.0
    for sample in (test_input.a.sample, test_input.b.sample):
        if isinstance(sample, Proportion):
            total += 1.0 / sample.successes - 1.0 / sample.trials if min(sample) > 0 else inf
        else:
            total += sample.log_variance if min(sample.sum_num, sample.sum_den) > 0 and sample.units > 1 else inf
    return total
