"""Several tests judged together: Benjamini-Hochberg and Holm over a family that was declared beforehand."""

from collections.abc import Sequence

import numpy as np

from adops_pipeline.domain.experiments.words import Adjustment


def adjusted_p_values(p_values: Sequence[float], method: Adjustment) -> list[float]:
    """Adjusted p of each test, in the given order: significant at alpha where it is at or below alpha.

    ``benjamini-hochberg`` (1995) bounds the share of false among all discoveries, ``holm`` (1979) the
    probability of any false one. Raises ValueError for a p outside [0, 1].
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("every p must lie in [0, 1]")
    order, m = np.argsort(p, kind="stable"), p.size
    ranked = p[order]
    ranks = np.arange(1, m + 1)
    if method == "holm":
        steps = np.maximum.accumulate(ranked * (m - ranks + 1))
    else:
        steps = np.minimum.accumulate((ranked * m / ranks)[::-1])[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]
