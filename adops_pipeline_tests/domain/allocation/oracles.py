"""Slow, independent answers to check the allocator against: brute force on a grid of spends, SciPy's SLSQP."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, minimize

from adops_pipeline.domain.allocation import Curve


def best_on_grid(curves: Sequence[Curve], total: int, low: Sequence[int], high: Sequence[int]) -> float:
    """Largest total response over all plans of whole units between ``low`` and ``high`` that add up to ``total``.

    Dynamic programming over curves, written from the definition of the response: no code of the allocator is used.
    """
    best = np.full(total + 1, -np.inf)
    best[0] = 0.0
    for curve, floor, ceiling in zip(curves, low, high, strict=True):
        extended = np.full(total + 1, -np.inf)
        for spend in range(floor, min(ceiling, total) + 1):
            reached = best[: total + 1 - spend] + hill(curve, spend)
            extended[spend:] = np.maximum(extended[spend:], reached)
        best = extended
    return float(best[total])


def best_by_scipy(
    curves: Sequence[Curve], total: float, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> float:
    """Largest total response of concave curves, by sequential quadratic programming."""

    def loss(spend: npt.NDArray[np.float64]) -> float:
        return -sum(hill(c, float(x)) for c, x in zip(curves, spend, strict=True))

    start: npt.NDArray[np.float64] = np.clip(np.full(len(curves), total / len(curves)), low, high)
    constraint = LinearConstraint(np.ones(len(curves)), total, total)
    found = minimize(
        loss,
        start,
        method="SLSQP",
        bounds=Bounds(low, high),
        constraints=constraint,
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return -float(found.fun)


def hill(curve: Curve, spend: float) -> float:
    """The response as the formula says."""
    raised = float(spend**curve.slope)
    return float(curve.beta * raised / (curve.half_saturation**curve.slope + raised))
