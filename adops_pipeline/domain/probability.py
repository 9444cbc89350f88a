"""Probabilities as people and programs read them: never as certain, for no estimate is."""

import numpy as np
import numpy.typing as npt

_LEAST = 0.005
"""The least probability that is stated, and the most is as far from 1: whole percentages of both are no estimate's."""


def never_certain(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Estimates between 0 and 1, both excluded; NaN stays."""
    return np.clip(probabilities, _LEAST, 1.0 - _LEAST)


def format_probability(probability: float) -> str:
    """``93 %``; ``under 1 %`` and ``over 99 %`` at the ends."""
    if probability < 0.01:
        return "under 1 %"
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
