"""One ratio of sums against another: change, z score, and bounds where the counts ran out. Arrays only.

The unit is the day. The delta method gives the variance of a ratio of sums from its days' residuals (Cochran 1977,
Sampling Techniques, 6.3), the days' dependence is `dependence.py`'s, and what the days cannot show because they are few
is bounded below by the counts' own Poisson variance.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.benchmarks.dependence import change_variance
from adops_pipeline.domain.day_panel import Floats, Indices, Mask

_LEAST_TAIL = 1e-300
_LEAST_VARIATION = 1e-6
_BOUND_LEVEL = 0.975
"""Of one-sided bounds, as of an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class RatioSide:
    """Of each campaign in one period: ratio of sums (NaN on a zero denominator), sums, days with delivery and events.

    ``residuals`` (campaigns x days) are what a day adds to the relative change of the ratio, times the days; 0 on days
    without delivery and where the ratio is not above 0.
    """

    ratio: Floats
    residuals: Floats
    days: Floats
    events: Floats
    exposure: Floats


@dataclass(frozen=True, slots=True)
class Span:
    """Columns of a panel: the baseline from ``start`` up to ``middle``, the current period from there up to ``end``."""

    start: int
    middle: int
    end: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is known to change a ratio: per campaign, a range of its logarithm's change that is none, and a variance."""

    low: Floats
    high: Floats
    variance: Floats

    @classmethod
    def of(cls, change: Floats, variance: Floats) -> "Allowance":
        """Everything between no change and the expected one."""
        return cls(np.minimum(change, 0.0), np.maximum(change, 0.0), variance)

    def together(self, other: "Allowance") -> "Allowance":
        """What both allow, one on top of the other."""
        return Allowance(self.low + other.low, self.high + other.high, self.variance + other.variance)

    def beyond(self, change: Floats) -> Floats:
        """How far ``change`` lies outside the range."""
        return np.asarray(change - np.clip(change, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Comparison:
    """``z`` is NaN where there is nothing to compare; ``stopped`` where it compares counts, which are ``expected``."""

    z: Floats
    stopped: Mask
    expected: Floats


def ratio_side(numerator: Floats, denominator: Floats, events: Floats, exposure: Floats, has_row: Mask) -> RatioSide:
    """Arrays are campaigns x days; ``events`` are the counts behind the ratio, ``exposure`` what brings them.

    Days without a row (delivery) are 0 in all of them.
    """
    top, bottom, days = numerator.sum(axis=1), denominator.sum(axis=1), has_row.sum(axis=1).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
    known = (top > 0) & (bottom > 0) & np.isfinite(ratio)
    # Shares of the sums: free of units, and of overflow for any finite figures.
    residuals = numerator / np.where(top > 0, top, 1.0)[:, None]
    residuals -= denominator / np.where(bottom > 0, bottom, 1.0)[:, None]
    residuals *= (days * known)[:, None]
    return RatioSide(ratio, residuals, days, events.sum(axis=1), exposure.sum(axis=1))


def compare(
    now: RatioSide, before: RatioSide, group: Indices, least_events: float, allowance: Allowance | None = None
) -> Comparison:
    """Standard scores of the log changes; a score above 0 is a higher ratio, or fewer events where those have stopped.

    ``group`` numbers campaigns whose days behave alike. Few days make the variance itself uncertain: the t statistic is
    given as the normal score of the same tail. Where fewer than ``least_events`` events came and at least as many were
    expected, their count is compared instead. A change within the ``allowance`` is none, and its variance counts.
    """
    allowance = allowance or Allowance(*np.zeros((3, len(now.ratio))))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        expected = np.nan_to_num(before.events * (now.exposure / before.exposure), posinf=0.0)
    stopped = (now.events < least_events) & (expected >= least_events) & (before.events >= least_events)
    # The days of a period without events say nothing about how ratios vary.
    residuals = np.concatenate([before.residuals, now.residuals], axis=1)
    residuals[stopped, before.residuals.shape[1] :] = 0.0
    shown = before.days + np.where(stopped, 0.0, now.days)
    days = change_variance(residuals, shown, (before.days, now.days), now.residuals.shape[1], group)
    counted = [_per_event(side.events) for side in (now, before)]
    usual_now = np.where(stopped, 1.0 / np.maximum(expected, 1.0), counted[0])
    # The days' variance contains that of their counts, as of an average day of both periods.
    average = (now.days * now.days * usual_now + before.days**2 * counted[1]) / np.maximum(now.days + before.days, 1.0)
    average = np.where(stopped, before.days * counted[1], average)
    pooled = average * (1.0 / np.maximum(now.days, 1.0) + 1.0 / np.maximum(before.days, 1.0))
    counts = usual_now + counted[1]
    variance = np.maximum(days.variance + counts - pooled, counts)
    z = _log_change_z(now, before, variance, days.freedom, allowance)
    own = np.maximum(variance - counts, 0.0) + counted[1] + allowance.variance
    own += np.maximum(allowance.high, -allowance.low) ** 2
    z[stopped] = _count_z(now.events[stopped], expected[stopped], own[stopped])
    return Comparison(z, stopped, expected)


def most_events(events: Floats) -> Floats:
    """Upper bound (97.5 %, Poisson) of the mean that these counts allow: 3.7 for none."""
    return np.asarray(special.gammaincinv(events + 1.0, _BOUND_LEVEL))


def _per_event(events: Floats) -> Floats:
    """Relative variance of counts; without any events nothing is compared by it."""
    return np.divide(1.0, events, out=np.ones_like(events), where=events > 0)


def _log_change_z(now: RatioSide, before: RatioSide, variance: Floats, freedom: float, allowance: Allowance) -> Floats:
    usable = np.isfinite(variance) & (variance > 0) & np.isfinite(now.ratio) & np.isfinite(before.ratio)
    for side in (now, before):
        usable &= (side.ratio > 0) & (side.days > 1) & (side.events > 0)
    change = np.log(np.where(usable, now.ratio, 1.0)) - np.log(np.where(usable, before.ratio, 1.0))
    t = allowance.beyond(change) / np.sqrt(np.where(usable, variance + allowance.variance, 1.0))
    tail = np.maximum(special.stdtr(freedom, -np.abs(t)), _LEAST_TAIL)
    depth = np.maximum(-special.ndtri(tail), 0.0)
    return np.where(usable, np.sign(t) * depth, np.nan)


def _count_z(observed: Floats, expected: Floats, variation: Floats) -> Floats:
    """Score of so few events: negative binomial of this mean whose relative variance beyond counting is ``variation``.

    Only fewer events are asked for, so the tail counts twice, as in a two-sided test.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        size = 1.0 / np.maximum(variation, _LEAST_VARIATION)
        tail = special.betainc(size, np.ceil(observed) + 1.0, size / (size + np.maximum(expected, _LEAST_VARIATION)))
    usable = np.isfinite(tail)
    return np.where(usable, np.maximum(-special.ndtri(np.clip(tail, _LEAST_TAIL, 0.5)), 0.0), np.nan)
