"""How sure a claim is: the Beta posterior of the share of outcomes that support it, beginning at Beta(1, 1).

Evidence loses half its weight every half-life: the posterior returns towards 0.5 and widens, and nothing is forgotten.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv

_LOWER_TAIL = 0.05
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Belief:
    """Of each claim, the weighted counts of the outcomes that support it, and of those that contradict it."""

    supporting: Floats
    contradicting: Floats

    @property
    def mean(self) -> Floats:
        """The confidence: posterior mean, 0.5 without evidence."""
        return (1 + self.supporting) / (2 + self.supporting + self.contradicting)

    @property
    def lower_bound(self) -> Floats:
        """The posterior's 5 % quantile: the share is higher with a probability of 95 %."""
        return np.asarray(betaincinv(1 + self.supporting, 1 + self.contradicting, _LOWER_TAIL))

    @property
    def p_value(self) -> Floats:
        """Two-sided: twice the posterior probability that the claim is wrong more often than right; at most 1."""
        return np.minimum(2 * betainc(1 + self.supporting, 1 + self.contradicting, 0.5), 1.0)


def weight_left(age_days: Floats, half_life_days: float) -> Floats:
    """The weight of evidence of that age."""
    return np.asarray(0.5 ** (age_days / half_life_days))
