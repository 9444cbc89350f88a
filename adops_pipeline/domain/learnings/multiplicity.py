"""Correction for searching many patterns: Benjamini and Hochberg's false discovery rate over all patterns at once.

Each outcome is evidence of one pattern only, so the p-values are independent, as the method assumes.
"""

import numpy as np
import numpy.typing as npt


def adjusted(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The rate of false discoveries at which each pattern would still be found. NaN (no p) stays, yet it counts."""
    known = np.where(np.isnan(p_values), 1.0, p_values)
    order = np.argsort(-known, kind="stable")
    ranks = np.arange(len(known), 0, -1)
    found = np.empty_like(known)
    found[order] = np.minimum.accumulate(np.minimum(known[order] * len(known) / ranks, 1.0))
    return np.where(np.isnan(p_values), np.nan, found)
