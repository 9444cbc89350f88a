"""The continuous problem: best response under floors, ceilings and a fixed total, with a proven bound.

Each curve is replaced by its concave envelope on its interval; that problem is solved exactly through the price of
money (the Lagrange multiplier). Where its solution lies on the chord of an envelope, intervals are split: branch and
bound as in Udell and Boyd, "Maximizing a Sum of Sigmoids" (2013). Cents and names are the business of plan.py.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.allocation.curves import CurveArrays, Floats
from adops_pipeline.domain.root import root_between

Indices = npt.NDArray[np.intp]

_RELATIVE_GAP = 1e-9


@dataclass(frozen=True, slots=True)
class Node:
    """Intervals of spend, and the envelopes: a chord from ``low`` to ``tangent``, from there to ``high`` the curve."""

    low: Floats
    high: Floats
    tangent: Floats
    log_chord: Floats
    """Logarithm of the chord's slope; of the marginal at ``low`` where there is no chord."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Spend per curve, its response, an upper bound no plan can exceed, and the logarithm of the price of money."""

    spend: Floats
    response: float
    bound: float
    log_price: float


def maximise(curves: CurveArrays, low: Floats, high: Floats, total: float, max_nodes: int) -> Solution:
    """Spend ``total`` (from ``sum(low)`` to ``sum(high)``) for the largest response; every ``beta`` is above 0.

    Concave curves need one node. With S-shaped ones the search ends when the response is proven within 1e-9 of the
    bound or ``max_nodes`` nodes were tried; ``bound - response`` then says what at most is left.
    """
    root = envelope(curves, low, high)
    relaxed = relax(curves, root, total)
    twins = _twins(curves, low, high)
    best = max((relaxed, *_settled(curves, root, relaxed, total)), key=_response)
    order = count()
    queue = [(-relaxed.bound, next(order), root, relaxed)]
    nodes, settled = 1, 0.0
    while queue and nodes < max_nodes and not _is_settled(best.response, -queue[0][0]):
        _, _, node, relaxed = heapq.heappop(queue)
        for child in _split(curves, node, relaxed, total, twins):
            solution = relax(curves, child, total, relaxed.log_price)
            nodes += 1
            if _is_settled(best.response, solution.bound):
                settled = max(settled, solution.bound)
                continue
            best = max((best, solution, *_settled(curves, child, solution, total)), key=_response)
            heapq.heappush(queue, (-solution.bound, next(order), child, solution))
    return replace(best, bound=max(best.response, settled, -queue[0][0] if queue else 0.0))


def _response(solution: Solution) -> float:
    return solution.response


def _twins(curves: CurveArrays, low: Floats, high: Floats) -> Indices:
    """A number per curve, equal for equal curves: of those, only plans that give the earlier one more are tried."""
    rows = np.column_stack((curves.beta, curves.log_half, curves.slope, low, high))
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)


def _settled(curves: CurveArrays, node: Node, relaxed: Solution, total: float) -> Iterator[Solution]:
    """Real plans near a relaxed one: what lies on a chord is switched off or on; the rest shares on concave parts."""
    bent = relaxed.spend < node.tangent
    concave_from = np.minimum(np.maximum(node.low, curves.inflection()), node.high)
    for off in (bent, bent & (relaxed.spend <= node.low)):
        low, high = np.where(off, node.low, concave_from), np.where(off, node.low, node.high)
        if bent.any() and float(low.sum()) <= total <= float(high.sum()):
            yield relax(curves, Node(low, high, low, curves.log_marginal(low)), total, relaxed.log_price)


def _is_settled(response: float, bound: float) -> bool:
    return bound - response <= _RELATIVE_GAP * abs(bound)


def envelope(curves: CurveArrays, low: Floats, high: Floats) -> Node:
    """The concave envelope of each curve on ``[low, high]``."""
    inflection = curves.inflection()
    tangent = low.copy()
    bent = np.flatnonzero((inflection > low) & (high > low))
    if bent.size:
        part = curves.take(bent)
        tangent[bent] = _tangent(part, low[bent], np.maximum(inflection[bent], low[bent]), high[bent])
    with np.errstate(divide="ignore", invalid="ignore"):
        chord = np.log(curves.gain(low, tangent)) - np.log(tangent - low)
    return Node(low, high, tangent, np.where(tangent > low, chord, curves.log_marginal(low)))


def _tangent(curves: CurveArrays, low: Floats, start: Floats, high: Floats) -> Floats:
    """Where the line from (low, response) touches the concave part; ``high`` where it would do so beyond."""
    left, right = np.minimum(start, high), high
    for _ in range(60):
        middle = np.sqrt(left * right)
        touched = curves.gain(low, middle) >= np.exp(np.clip(curves.log_marginal(middle), -700, 700)) * (middle - low)
        left, right = np.where(touched, left, middle), np.where(touched, middle, right)
    return right


def relax(curves: CurveArrays, node: Node, total: float, near: float = 0.0) -> Solution:
    """Solve the node's concave problem: the price at which ``total`` is asked for, searched ``near`` a log price."""

    def excess(log_price: float) -> float:
        return float(_demand(curves, node, log_price).sum()) - total

    cheap, dear = _bracket(excess, near)
    # The capacity may miss the total by a rounding error: then everything is at its ceiling at any price.
    if excess(cheap) > 0 > excess(dear):
        price = root_between(excess, cheap, dear)
        margin = 4e-15 * max(1.0, abs(price))
        cheap, dear = price - margin, price + margin
    spend = _demand(curves, node, dear)
    room = np.maximum(_demand(curves, node, cheap) - spend, 0.0)
    missing = max(total - float(spend.sum()), 0.0)
    before = np.concatenate(([0.0], np.cumsum(room)[:-1]))
    spend = spend + np.clip(missing - before, 0.0, room)
    response = curves.response(spend)
    return Solution(spend, float(response.sum()), float(_envelope_value(curves, node, spend).sum()), dear)


def _bracket(excess: Callable[[float], float], near: float) -> tuple[float, float]:
    """Two log prices, at the first of which too much is asked for and at the second too little."""
    cheap = dear = near
    width = 0.5
    while excess(cheap) < 0 and width < 1e6:
        dear, cheap, width = cheap, cheap - width, width * 4
    width = 0.5
    while excess(dear) > 0 and width < 1e6:
        cheap, dear, width = dear, dear + width, width * 4
    return cheap, dear


def _demand(curves: CurveArrays, node: Node, log_price: float) -> Floats:
    wanted = np.clip(curves.spend_at(log_price), node.tangent, node.high)
    return np.where(node.log_chord > log_price, wanted, node.low)


def _envelope_value(curves: CurveArrays, node: Node, spend: Floats) -> Floats:
    on_chord = (spend > node.low) & (spend < node.tangent)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(on_chord, (spend - node.low) / (node.tangent - node.low), 0.0)
    chord = curves.response(node.low) + share * curves.gain(node.low, np.where(on_chord, node.tangent, node.low))
    return np.where(on_chord, chord, curves.response(spend))


def _split(curves: CurveArrays, node: Node, solution: Solution, total: float, twins: Indices) -> list[Node]:
    """Two nodes, cut at the spend of the curve whose envelope lies highest above it; only those that hold ``total``."""
    gap = _envelope_value(curves, node, solution.spend) - curves.response(solution.spend)
    worst = int(np.argmax(gap))
    cut = float(solution.spend[worst])
    alike = np.flatnonzero(twins == twins[worst])
    lower, upper = node.high.copy(), node.low.copy()
    later, earlier = alike[alike >= worst], alike[alike <= worst]
    lower[later] = np.minimum(lower[later], cut)
    upper[earlier] = np.maximum(upper[earlier], cut)
    children = ((node.low, lower, later), (upper, node.high, earlier))
    return [
        _narrowed(curves, node, low, high, changed)
        for low, high, changed in children
        if float(low.sum()) <= total <= float(high.sum()) and bool((low <= high).all())
    ]


def _narrowed(curves: CurveArrays, node: Node, low: Floats, high: Floats, changed: Indices) -> Node:
    part = envelope(curves.take(changed), low[changed], high[changed])
    tangent, log_chord = node.tangent.copy(), node.log_chord.copy()
    tangent[changed], log_chord[changed] = part.tangent, part.log_chord
    return Node(low, high, tangent, log_chord)
