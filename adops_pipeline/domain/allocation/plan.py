"""The plan: which curve gets how much of a fixed total, exact to the cent and independent of the curves' order."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from adops_pipeline.domain.allocation.amounts import (
    Amount,
    Bounds,
    Units,
    bound_units,
    round_to_total,
    share_out,
    sum_units,
    total_units,
)
from adops_pipeline.domain.allocation.curves import SMALLEST, AllocationError, Curve, CurveArrays, Floats
from adops_pipeline.domain.allocation.relaxation import maximise

CENT = Decimal("0.01")
_CURVE_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Allocation:
    """A plan and what it brings, all keyed by curve name in alphabetical order.

    ``response`` is the expected total; ``bound`` is proven: no plan under the same bounds responds with more.
    ``marginal`` is the extra response per extra unit of money; at no spend on a curve that starts with an unbounded
    one, the mean over its first step. ``unspent`` is what all ceilings together could not take.
    """

    allocation: dict[str, Decimal]
    response: float
    marginal: dict[str, float]
    bound: float
    unspent: Decimal


def allocate(
    curves: Sequence[Curve],
    total: Amount,
    bounds: Bounds | None = None,
    *,
    step: Decimal = CENT,
    max_nodes: int | None = None,
) -> Allocation:
    """Spend ``total`` for the largest total response, within a floor and a ceiling per name.

    The amounts add up to ``min(total, sum of ceilings)`` exactly, each a whole number of ``step`` (``Decimal(1)`` for
    a currency without decimals; bounds are rounded inwards to it). On concave curves all amounts between their bounds
    have one marginal response; with S-shaped curves the global optimum is searched by branch and bound over at most
    ``max_nodes`` nodes (default: 100,000 divided by the number of curves, from 100 to 500), and ``Allocation.bound``
    tells how far from it the plan can be at most. Money that earns nothing anywhere is divided evenly.
    Raises AllocationError (a ValueError) for doubled names and impossible bounds.
    """
    ordered = sorted(curves, key=lambda c: c.name)
    names = [c.name for c in ordered]
    doubled = sorted({a for a, b in pairwise(names) if a == b})
    if doubled:
        raise AllocationError(f"curve names must be unique; repeated: {', '.join(map(repr, doubled))}")
    wanted = total_units(total, step)
    low, high = bound_units(names, bounds or {}, wanted, step)
    found = allocate_units(CurveArrays.of(ordered), low, high, wanted, float(step), max_nodes)
    return Allocation(
        allocation={name: count * step for name, count in zip(names, found.units.tolist(), strict=True)},
        response=found.response,
        marginal=dict(zip(names, found.marginal.tolist(), strict=True)),
        bound=found.bound,
        unspent=(wanted - sum_units(found.units)) * step,
    )


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What `Allocation` says, as arrays in the order of the curves; amounts in steps."""

    units: Units
    marginal: Floats
    response: float
    bound: float


def allocate_units(
    arrays: CurveArrays, low: Units, high: Units, total: int, step: float, max_nodes: int | None = None
) -> UnitPlan:
    """As `allocate`, with floors and ceilings in steps, as `amounts.limit_units` gives them."""
    units, bound = _best_units(arrays, low, high, min(total, sum_units(high)), step, max_nodes)
    spend = units.astype(np.float64) * step
    response = float(arrays.response(spend).sum())
    return UnitPlan(units, marginal_at(arrays, spend, step), response, max(bound, response))


def marginal_at(arrays: CurveArrays, spend: Floats, step: float | Floats) -> Floats:
    """Marginal response per curve; where it is unbounded at no spend, the mean over the first ``step``."""
    with np.errstate(over="ignore"):
        exact = np.exp(arrays.log_marginal(spend))
    return np.where(np.isfinite(exact), exact, arrays.gain(spend, spend + step) / step)


def _best_units(
    arrays: CurveArrays, low: Units, high: Units, total: int, step: float, max_nodes: int | None
) -> tuple[Units, float]:
    """Steps per curve and the bound on the response. Curves that never respond take only what no other curve can."""
    live = np.flatnonzero(arrays.beta >= SMALLEST)
    idle = np.flatnonzero(arrays.beta < SMALLEST)
    units = low.copy()
    for_live = min(total - sum_units(low[idle]), sum_units(high[live]))
    if idle.size:
        units[idle] = share_out(total - for_live, np.ones(idle.size), low[idle], high[idle])
    if not live.size:
        return units, 0.0
    part, floor, ceiling = arrays.take(live), low[live], high[live]
    nodes = max_nodes or min(max(_CURVE_NODES // live.size, 100), 500)
    found = maximise(part, floor.astype(np.float64) * step, ceiling.astype(np.float64) * step, for_live * step, nodes)
    whole = round_to_total(found.spend / step, for_live, floor, ceiling)
    units[live] = _exchange(part, whole, floor, ceiling, step)
    return units, found.bound


def _exchange(arrays: CurveArrays, units: Units, low: Units, high: Units, step: float) -> Units:
    """Move single steps from the curve that loses least to the one that gains most, as long as that helps.

    Rounding leaves each amount within a step of the continuous optimum; on concave curves exchanges of steps then
    reach the best whole amounts. The small margin keeps rounding errors from moving the same step for ever.
    """
    units = units.copy()
    for _ in range(4 * units.size):
        spend = units.astype(np.float64) * step
        gain = np.where(units < high, arrays.gain(spend, spend + step), -np.inf)
        loss = np.where(units > low, arrays.gain(np.maximum(spend - step, 0.0), spend), np.inf)
        best, worst = int(np.argmax(gain)), int(np.argmin(loss))
        if best == worst or not gain[best] > loss[worst] * (1 + 1e-9):
            break
        units[best] += 1
        units[worst] -= 1
    return units
