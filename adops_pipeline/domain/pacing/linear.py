"""The baseline rules of pacing: an even pace with fixed ratios, and expected spend on a weekday curve.

One element per entity. The linear columns of the table are these numbers; the status is judged on the weekday curve.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from adops_pipeline.domain.day_panel import Floats, Indices
from adops_pipeline.domain.pacing.rules import PacingRules
from adops_pipeline.domain.pacing.weights import weight_between
from adops_pipeline.domain.tables.pacing import PacingStatus


@dataclass(frozen=True, slots=True)
class LinearPacing:
    """``expected`` in the budget's currency, ``ratio`` is spent / expected; NaN and None where nothing is expected."""

    expected: Floats
    ratio: Floats
    statuses: list[PacingStatus | None]


def linear_pacing(expected: Floats, spent: Floats, rules: PacingRules) -> LinearPacing:
    """Overpacing above ``rules.linear_over`` × expected, underpacing below ``rules.linear_under`` × expected.

    ``expected`` is budget × share of the period that is over: days elapsed / days of the period.
    """
    ratio = np.divide(spent, expected, out=np.full_like(spent, np.nan), where=expected > 0)
    statuses = [_status(used, target, rules) for used, target in zip(spent.tolist(), expected.tolist(), strict=True)]
    return LinearPacing(expected, ratio, statuses)


def _status(spent: float, expected: float, rules: PacingRules) -> PacingStatus | None:
    if not (expected > 0 and isfinite(spent)):
        return None
    if spent > float(rules.linear_over) * expected:
        return "overpacing"
    return "underpacing" if spent < float(rules.linear_under) * expected else "on-track"


def weekday_expected(budget: Floats, weights: Floats, first: Indices, last: Indices, day: int) -> Floats:
    """Spend to expect by the end of ``day``: budget × Σ weights(days so far) / Σ weights(all days of the period).

    ``weights`` are entities x 7, Monday to Sunday; days are ordinals. 0 before the period, the budget after it.
    """
    so_far = weight_between(weights, first, np.minimum(day, last))
    return budget * np.clip(so_far / weight_between(weights, first, last), 0.0, 1.0)
