"""Verdict on a measured effect: helped, hurt, unclear or not measurable, with the reason as a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import expm1
from types import MappingProxyType
from typing import Literal

from scipy.special import ndtr, ndtri

from adops_pipeline.domain.outcomes.counterfactual import COVERAGE
from adops_pipeline.domain.probability import format_probability
from adops_pipeline.domain.tables.outcomes import Action, OutcomeMethod, OutcomeMetric, OutcomeVerdict

Problem = Literal[
    "too-young", "did-not-run", "stopped", "too-few", "no-controls", "never-ran", "shared-budget", "small-account"
]
SURE = 0.95
"""Probability from which a change counts as having helped or hurt."""
PRETREND_ALPHA = 0.01
_Z = float(ndtri(0.5 + COVERAGE / 2))
_LARGER_IS_BETTER: Mapping[OutcomeMetric, bool] = MappingProxyType(
    {"conversions": True, "revenue": True, "cpa": False, "roas": True}
)
_BY_CONVERSIONS: frozenset[Action] = frozenset({"raise_budget", "bid_up"})
_BUYS_MORE: frozenset[Action] = frozenset({"raise_budget", "bid_up", "activate", "create"})
_BUYS_LESS: frozenset[Action] = frozenset({"cut_budget", "bid_down", "pause"})
_PROBLEMS: Mapping[Problem, str] = MappingProxyType(
    {
        "too-young": "The campaign has no two weeks of days before the change that nothing else was changed on.",
        "did-not-run": "The campaign did not run before the change, so there is nothing to compare with.",
        "stopped": "The campaign stopped delivering; what it would have brought is its level before the change.",
        "too-few": "There are too few results before the change to measure this metric.",
        "never-ran": "The campaign has not delivered since the change, so it did nothing yet.",
        "shared-budget": "The campaign shares a budget: what it does not spend, the campaigns that share it do.",
        "small-account": "The account's other campaigns have too few conversions to say what the campaign did to it.",
        "no-controls": "Fewer than three campaigns can be compared with, and there is no forecast of its own.",
    }
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured effect on the log scale with half the width of its 80 % interval."""

    effect: float
    half_width: float
    controls: int
    pretrend_p: float | None
    method: OutcomeMethod
    forecast_ratio: float | None
    expected: float
    """The metric without the change."""
    known_above: float | None = None
    """Probability that the effect is above 0, where it is known better than from the interval."""

    @property
    def ratio(self) -> float:
        """After over expected, less one."""
        return expm1(self.effect)

    @property
    def low(self) -> float:
        """Lower end of the 80 % interval of the ratio."""
        return expm1(self.effect - self.half_width)

    @property
    def high(self) -> float:
        """Upper end of it."""
        return expm1(self.effect + self.half_width)

    @property
    def error(self) -> float:
        """Standard error on the log scale."""
        return self.half_width / _Z

    @property
    def probability_above(self) -> float:
        """Probability that the effect is above 0."""
        if self.known_above is not None:
            return self.known_above
        return float(ndtr(self.effect / max(self.error, 1e-12)))


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and its reason; ``probability_better`` is None where nothing was measured or no direction is wanted."""

    verdict: OutcomeVerdict
    reason: str
    probability_better: float | None = None


def primary_metric(action: Action) -> OutcomeMetric:
    """The metric that the change is judged by: conversions where a running campaign was to buy more, else CPA.

    A campaign that is switched on always adds conversions: the question is at what price.
    """
    return "conversions" if action in _BY_CONVERSIONS else "cpa"


def judge(metric: OutcomeMetric, action: Action, estimate: Estimate | None, problem: Problem) -> Judged:
    """The verdict on one metric; ``problem`` is the reason where there is no estimate."""
    if estimate is None:
        return Judged("not-measurable", _PROBLEMS[problem])
    if estimate.pretrend_p is not None and estimate.pretrend_p < PRETREND_ALPHA:
        p = format_probability(estimate.pretrend_p)
        return Judged(
            "not-measurable",
            f"The campaign moved unlike its controls before the change already (probability by chance {p}).",
        )
    interval = f"80 % interval {estimate.low:+.1%} to {estimate.high:+.1%}"
    measured = f"{estimate.ratio:+.1%} against {_compared(estimate, action)}, {interval}"
    better = _better(metric, action, estimate.probability_above)
    if better is None:
        return Judged("unclear", f"{measured}. More or less {metric} is neither good nor bad by itself here.")
    chance = f"probability of an improvement {format_probability(better)}"
    if metric == "spend":
        chance = f"probability of the intended direction {format_probability(better)}"
    verdict: OutcomeVerdict = "helped" if better >= SURE else "hurt" if better <= 1 - SURE else "unclear"
    return Judged(verdict, f"{measured}; {chance}.", better)


def pending(due: date) -> Judged:
    """Before the days after the change are mature."""
    return Judged("pending", f"Measured once the days up to {due} are complete and their conversions known.")


def queued(place: int, each: int) -> Judged:
    """Mature, but a run measures ``each`` changes and others come first."""
    runs = -(-place // each)
    when = "the next run" if runs == 1 else f"the run after the next {runs - 1}"
    return Judged("pending", f"Its days are complete; {when} measures it (each run measures {each}, oldest first).")


def overlaps(others: Sequence[tuple[Action, date]]) -> Judged:
    """Another change of the same campaign in the days before or after: neither can be told from the other."""
    names = ", ".join(f"{action.replace('_', ' ')} on {day}" for action, day in others)
    return Judged("not-measurable", f"Overlaps with {names} on the same campaign; neither is credited alone.")


def _better(metric: OutcomeMetric, action: Action, above: float) -> float | None:
    if metric == "spend":
        return above if action in _BUYS_MORE else 1 - above if action in _BUYS_LESS else None
    return above if _LARGER_IS_BETTER[metric] else 1 - above


def _compared(estimate: Estimate, action: Action) -> str:
    if estimate.method == "own-forecast":
        return "its own forecast (no controls)"
    if estimate.method == "account" and action == "pause":
        return f"its account as if the campaign had gone on (by {estimate.controls} controls)"
    if estimate.method == "account":
        return "its account without the campaign"
    return f"{estimate.controls} controls"
