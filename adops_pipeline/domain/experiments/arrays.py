"""The array types of this package, and one-element arrays for a single experiment: nothing else."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def column(value: float) -> Floats:
    """``value`` as an array of one experiment."""
    return np.array([value], dtype=np.float64)
