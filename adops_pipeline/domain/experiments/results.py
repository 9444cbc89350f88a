"""What a comparison can say: the typed result, and the words for it.

A number that does not exist is None. NaN and infinity never get past this module.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from adops_pipeline.domain.experiments.reasons import EXPLANATIONS, Reason

Winner = Literal["A", "B"]
Verdict = Literal["significant", "not-significant", "invalid", "no-result"]
"""``invalid``: the data must not be trusted, whatever they say. ``no-result``: there is nothing to test, and why."""
MethodChoice = Literal["auto", "z", "exact", "log-delta", "fieller"]
Unit = Literal["trial", "unit", "day"]
"""What varies by chance: single trials (impressions, clicks), units such as people, or days with both arms on each."""
Dependence = Literal["declared-independent", "paired-days"]
"""``declared-independent``: the caller says that units do not influence each other. ``paired-days``: arms are compared
day by day, and how days depend on each other is estimated from them."""
Assignment = Literal["randomised", "observational"]
"""Whether chance decided who saw which variant, as somebody declared; else a difference may have other causes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variant B against variant A on one metric. Relative numbers are shares of 1 (0.12 is +12 %)."""

    metric: str
    method: str
    """The method used; the one asked for where nothing could be computed."""
    value_a: float | None = None
    value_b: float | None = None
    lift: float | None = None
    """Relative effect, B / A - 1."""
    ci_low: float | None = None
    """Interval of the relative effect at level 1 - alpha."""
    ci_high: float | None = None
    abs_ci_low: float | None = None
    """Interval of the absolute effect, B - A, at level 1 - alpha, in the metric's own unit."""
    abs_ci_high: float | None = None
    p_value: float | None = None
    """Two-sided, for a single look planned beforehand."""
    z: float | None = None
    """Test statistic (standard normal; Student t for ratio metrics); above 0 where B's value is the higher."""
    always_valid_p: float | None = None
    """Two-sided, valid however often the test is looked at."""
    probability_b_beats_a: float | None = None
    """Posterior probability that B's true value is the better one: the lower one for costs."""
    srm_p: float | None = None
    """Probability of a split at least as uneven as the observed one, if traffic was split as planned."""
    effective_sample_size: float | None = None
    """Independent units that the data are worth: both arms' units, or days of which dependent ones count in part."""
    winner: Winner | None = None
    verdict: Verdict = "no-result"
    reason: Reason | None = None
    """Why there is no result or the result is incomplete; None for a complete one."""
    unit: Unit | None = None
    dependence: Dependence | None = None
    assignment: Assignment | None = None

    @property
    def explanation(self) -> str:
        """The outcome as a sentence for people."""
        if self.reason is not None:
            return EXPLANATIONS[self.reason]
        return f"{_outcome(self)} {basis(self)}".strip()

    def as_dict(self) -> dict[str, float | str | None]:
        """The fields by name, in their order: the JSON of ``adops ab-test``."""
        return {name: getattr(self, name) for name in self.__slots__}


def basis(result: Comparison) -> str:
    """Unit, dependence, effective sample size and assignment of a comparison as sentences; empty without a unit."""
    if result.unit is None:
        return ""
    size = result.effective_sample_size
    if result.unit == "day":
        worth = "" if size is None else f", worth {size:.1f} independent days"
        text = f"Unit: the day, both variants paired by day{worth}."
    else:
        worth = "" if size is None else f", {size:,.0f} of them"
        text = f"Unit: the {result.unit}, taken as independent because the caller declares so{worth}."
    return f"{text} Observational, not randomised." if result.assignment == "observational" else text


def without_result(
    metric: str,
    method: str,
    reason: Reason,
    *,
    value_a: float | None = None,
    value_b: float | None = None,
) -> Comparison:
    """A comparison that says only why there is none, with what is known all the same."""
    return Comparison(metric, method, value_a=finite(value_a), value_b=finite(value_b), reason=reason)


def finite(value: float | None) -> float | None:
    """``value`` as a plain float, or None where it is not a finite number."""
    return float(value) if value is not None and isfinite(value) else None


def _outcome(result: Comparison) -> str:
    a, b = (_written(result.metric, value) for value in (result.value_a, result.value_b))
    values = f"{result.metric.upper()} {a} (A) against {b} (B)"
    change = "" if result.lift is None else f", {result.lift:+.1%}"
    if result.ci_low is not None and result.ci_high is not None:
        change += f" (interval of a single look {result.ci_low:+.1%} to {result.ci_high:+.1%})"
    if result.always_valid_p is not None:
        change += f"; looked at daily, p is {result.always_valid_p:.2g}"
    shown = "No difference shown" if result.winner is None else f"{result.winner} is better"
    return f"{shown}: {values}{change}."


def _written(metric: str, value: float | None) -> str:
    """A value of the metric: rates in percent, ratios and amounts with two decimals, small ones with three digits."""
    if value is None:
        return "unknown"
    if metric in ("ctr", "cvr"):
        return f"{value:.3g}" if not 0.0001 <= value <= 1 else f"{100 * value:.2f} %"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
