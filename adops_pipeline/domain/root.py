"""The root of a function between two points. SciPy has it too, in a package that takes 0.3 s to import."""

from collections.abc import Callable
from sys import float_info

_MOST_STEPS = 400


def root_between(function: Callable[[float], float], low: float, high: float, tolerance: float = 0.0) -> float:
    """Where ``function`` changes its sign between ``low`` and ``high``, within ``tolerance`` and rounding.

    Inverse quadratic interpolation where it is safe, else bisection (T. R. Chandrupatla, "A new hybrid
    quadratic/bisection algorithm for finding the zero of a nonlinear function without using derivatives", Advances in
    Engineering Software 28, 1997). Raises ValueError where the ends have the same sign.
    """
    b, a = low, high
    at_b, at_a = function(b), function(a)
    if at_a * at_b > 0:
        raise ValueError(f"the function has the same sign at {low} and {high}: {at_b} and {at_a}")
    share = 0.5
    for _ in range(_MOST_STEPS):
        x = a + share * (b - a)
        at_x = function(x)
        if (at_x > 0) == (at_a > 0):
            c, at_c = a, at_a
        else:
            c, at_c, b, at_b = b, at_b, a, at_a
        a, at_a = x, at_x
        best, at_best = (a, at_a) if abs(at_a) < abs(at_b) else (b, at_b)
        least = (2.0 * float_info.epsilon * abs(best) + tolerance / 2.0 + float_info.min) / max(abs(b - a), 1e-300)
        if least > 0.5 or at_best == 0:
            return best
        share = min(max(_share((a, at_a), (b, at_b), (c, at_c)), least), 1.0 - least)
    return best


def _share(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """The next point's share of the way from ``a`` to ``b``: each a point and the function there."""
    (x_a, at_a), (x_b, at_b), (x_c, at_c) = a, b, c
    position, height = (x_a - x_b) / (x_c - x_b), (at_a - at_b) / (at_c - at_b) if at_c != at_b else 2.0
    if not (height**2 < position and (1.0 - height) ** 2 < 1.0 - position):
        return 0.5
    return at_a / (at_b - at_a) * at_c / (at_b - at_c) + (x_c - x_a) / (x_b - x_a) * at_a / (at_c - at_a) * at_b / (
        at_c - at_b
    )
