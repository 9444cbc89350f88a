"""Looks planned beforehand: Lan-DeMets spending, and bounds by exact recursive numerical integration.

Two-sided and symmetric throughout; each side spends alpha / 2. Method: Armitage, McPherson & Rowe 1969; Lan & DeMets
1983; Jennison & Turnbull, "Group Sequential Methods" (2000), ch. 19. Looking at will is in sequential.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import e, log1p, sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.words import Spending
from adops_pipeline.domain.root import root_between

_EDGE = 8.5  # a standard normal beyond this has no mass worth integrating (1e-17)
_POINTS_PER_SD = 4.0
_FEWEST_POINTS, _MOST_POINTS = 48, 4000


def spent(spending: Spending, information: float, alpha: float) -> float:
    """Two-sided error that may be used up by the share ``information`` (above 0, capped at 1) of the planned data."""
    t, side = min(information, 1.0), alpha / 2.0
    if spending == "pocock":
        return 2.0 * side * log1p((e - 1.0) * t)
    return 4.0 * float(ndtr(ndtri(side / 2.0) / sqrt(t)))


def spending_bounds(information: Sequence[float], alpha: float, spending: Spending) -> list[float]:
    """Z bound of each look: reject where \\|z\\| is at or above it.

    ``information`` is increasing, above 0 and at most 1: the share of the planned data at each look, as it really was.
    Raises ValueError.
    """
    _check(information, alpha)
    walk, bounds, used = _Walk.start(), list[float](), 0.0
    previous = 0.0
    for share in information:
        target = spent(spending, share, alpha)
        step = share - previous
        bound = _solve(walk, sqrt(share), step, max(target - used, 0.0))
        walk = walk.move(step, bound * sqrt(share))
        bounds.append(bound)
        used, previous = target, share
    return bounds


@dataclass(frozen=True, slots=True)
class _Walk:
    """Density of the score (Brownian motion in information) on the paths that have not crossed, at quadrature nodes."""

    nodes: Floats
    mass: Floats

    @classmethod
    def start(cls) -> "_Walk":
        return cls(np.zeros(1), np.ones(1))

    def beyond(self, step: float, edge: float) -> float:
        """Probability of leaving [-edge, edge] in the next step."""
        sd = sqrt(step)
        return float(self.mass @ (ndtr((-edge - self.nodes) / sd) + ndtr((self.nodes - edge) / sd)))

    def move(self, step: float, edge: float) -> "_Walk":
        """The walk after the next step, without the paths that leave [-edge, edge]."""
        sd = sqrt(step)
        reach = min(edge, float(np.abs(self.nodes).max()) + _EDGE * sd)
        if reach <= 0:
            return _Walk(np.zeros(1), np.zeros(1))
        count = max(_FEWEST_POINTS, int(np.ceil(_POINTS_PER_SD * 2.0 * reach / sd)))
        nodes, weights = _quadrature(min(count, _MOST_POINTS))
        at = nodes * reach
        kernel = np.exp(-0.5 * ((at[:, None] - self.nodes) / sd) ** 2) / (sd * sqrt(2.0 * np.pi))
        return _Walk(at, weights * reach * (kernel @ self.mass))


@lru_cache(maxsize=256)
def _quadrature(points: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights


def _solve(walk: _Walk, root: float, step: float, target: float) -> float:
    """The z bound at which ``target`` of the probability leaves in this step."""

    def exits(z: float) -> float:
        return walk.beyond(step, z * root) - target

    if exits(_EDGE) >= 0:
        return _EDGE
    return root_between(exits, 0.0, _EDGE, 1e-10)


def _check(information: Sequence[float], alpha: float) -> None:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie inside (0, 1), got {alpha}")
    if not information or information[0] <= 0 or information[-1] > 1.0 + 1e-12:
        raise ValueError("information must be above 0 and at most 1")
    if any(later <= earlier for earlier, later in pairwise(information)):
        raise ValueError("information must increase from look to look")
