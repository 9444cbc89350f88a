"""One ratio of sums against another: change and z score from day-level units. Arrays only.

The delta method gives the variance of a ratio of sums from its days' residuals (Cochran 1977, Sampling Techniques,
6.3); what the days cannot show because they are few is bounded below by the counts' own Poisson variance.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from adops_pipeline.domain.day_panel import Floats

_LEAST_TAIL = 1e-300


@dataclass(frozen=True, slots=True)
class RatioSide:
    """Per campaign: ratio of sums (NaN on a zero denominator), variance of its logarithm, and days with delivery."""

    ratio: Floats
    log_variance: Floats
    days: Floats
    events: Floats


def ratio_side(numerator: Floats, denominator: Floats, events: Floats, delivered: Floats) -> RatioSide:
    """Arrays are campaigns x days; ``events`` are the counts behind the ratio, ``delivered`` 1 on days with a row."""
    top, bottom, days = numerator.sum(axis=1), denominator.sum(axis=1), delivered.sum(axis=1)
    known = (top > 0) & (bottom > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
    known &= np.isfinite(ratio)
    # Shares of the sums: free of units, and of overflow for any finite figures.
    share_top = numerator / np.where(top > 0, top, 1.0)[:, None]
    share_bottom = denominator / np.where(bottom > 0, bottom, 1.0)[:, None]
    squares = ((share_top - share_bottom) ** 2 * delivered).sum(axis=1)
    counted = events.sum(axis=1)
    spread = squares * days / np.maximum(days - 1.0, 1.0)
    floor = np.divide(1.0, counted, out=np.full_like(counted, np.inf), where=counted > 0)
    return RatioSide(ratio, np.where(known, np.maximum(spread, floor), np.inf), days, counted)


def log_change_z(now: RatioSide, before: RatioSide) -> Floats:
    """Standard score of the log change; NaN where a side has no ratio above 0.

    Few days make the variance itself uncertain: the t statistic (Welch's degrees of freedom) is given as the normal
    score of the same tail.
    """
    variance = now.log_variance + before.log_variance
    usable = np.isfinite(variance) & np.isfinite(now.ratio) & np.isfinite(before.ratio)
    usable &= (now.ratio > 0) & (before.ratio > 0) & (now.days > 1) & (before.days > 1)
    safe = np.where(usable, variance, 1.0)
    change = np.log(np.where(usable, now.ratio, 1.0)) - np.log(np.where(usable, before.ratio, 1.0))
    t = change / np.sqrt(safe)
    parts = [np.where(usable, side.log_variance, 1.0) ** 2 / np.maximum(side.days - 1.0, 1.0) for side in (now, before)]
    freedom = np.clip(safe**2 / np.maximum(parts[0] + parts[1], 1e-300), 1.0, 1e6)
    tail = np.maximum(special.stdtr(freedom, -np.abs(t)), _LEAST_TAIL)
    depth = np.maximum(-special.ndtri(tail), 0.0)
    return np.where(usable, np.sign(t) * depth, np.nan)
