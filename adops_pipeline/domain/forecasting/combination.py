"""How to combine forecasts: the weights with which their sum would have missed past outcomes least.

Errors of similar forecasts go together, so the best combination is not the one of those that are best alone: weights
are fitted jointly (stacked regression, Breiman 1996: none below 0, sum 1), by absolute errors, and drawn towards the
weights that each forecast's own error gives.
"""

import numpy as np

from adops_pipeline.domain.forecasting.outlook import Floats, Indices, Mask

_SHARPNESS = 40.0
_ROUNDS, _NOTHING = 4, 1e-9
_USUAL_DAYS = np.log([2.0, 7.0, 11.0, 16.0, 28.0])
_USUAL = np.array(
    [
        [0.11, 0.01, 0.01, 0.01, 0.01, 0.23, 0.30, 0.01, 0.08, 0.03, 0.08, 0.01, 0.01, 0.10],
        [0.09, 0.01, 0.01, 0.01, 0.01, 0.23, 0.26, 0.01, 0.11, 0.01, 0.09, 0.01, 0.06, 0.10],
        [0.06, 0.01, 0.01, 0.01, 0.01, 0.19, 0.24, 0.01, 0.13, 0.01, 0.11, 0.02, 0.10, 0.10],
        [0.04, 0.01, 0.01, 0.01, 0.01, 0.18, 0.20, 0.01, 0.12, 0.01, 0.10, 0.04, 0.15, 0.11],
        [0.02, 0.01, 0.01, 0.01, 0.02, 0.17, 0.14, 0.01, 0.07, 0.01, 0.07, 0.07, 0.27, 0.13],
    ]
)
"""Usual weights of VARIANTS over so many days, with which an account begins: those at which the errors of 29 simulated
accounts together were smallest, mean of the three metrics, and 0.01 (benchmarks/forecast_weights.py)."""
_USUAL_SCORES = 30.0
"""Independent scores of its own at which an account's record counts as much as the usual weights."""
_PRIOR, _PRIOR_SCORES = 0.02, 20.0
"""Weight of the prior, as a share of the mean square error of one forecast, and what it has more of for few scores."""
_LARGEST = 1.0
"""Relative errors of a score are scaled down to this: single disasters count little."""
_SMALL = 0.3
"""Absolute errors below this share of their median count as squares, so that rounds of least squares settle."""


def single_weights(losses: Floats, judged: Floats) -> Floats:
    """Weights by each forecast's own mean error; a high power leaves them to those nearly as good as the best.

    ``losses`` (origins x forecasts) are sums of relative errors over ``judged`` (origins) campaigns.
    """
    mean = np.maximum(losses.sum(axis=0) / max(float(judged.sum()), 1.0), 1e-6)
    weights = (mean / mean.min()) ** -_SHARPNESS
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def drawn_to_usual(weights: Floats, horizon: int, independent: float) -> Floats:
    """``weights`` of VARIANTS, drawn to those usual over ``horizon`` days, in proportion.

    The more ``independent`` scores the weights come from, the less.
    """
    usual = np.array([np.interp(np.log(horizon), _USUAL_DAYS, column) for column in _USUAL.T])
    own = independent / (independent + _USUAL_SCORES)
    drawn = np.maximum(weights, 1e-300) ** own * np.tile(usual, len(weights) // len(usual)) ** (1.0 - own)
    return np.asarray(drawn / drawn.sum(), dtype=np.float64)


def stacked_weights(errors: Floats, prior: Floats, count: int) -> Floats:
    """Weights at which the absolute value of the combined ``errors`` (scores x forecasts, relative) is smallest.

    Found by rounds of weighted least squares, drawn to ``prior``, the less the more scores there are: ``count``, of
    which ``errors`` may be a part.
    """
    strength = _PRIOR + _PRIOR_SCORES / max(count, 1)
    by_forecast = np.array(errors.T, order="C")
    largest = np.maximum(np.abs(by_forecast).max(axis=0), 1e-12)
    by_forecast *= np.minimum(_LARGEST / largest, 1.0)
    weights = prior
    for _ in range(_ROUNDS):
        apart = np.abs(weights @ by_forecast)
        near = 1.0 / np.maximum(apart, _SMALL * np.median(apart) + 1e-9)
        square = (by_forecast * near) @ by_forecast.T / near.sum()
        pull = strength * float(np.trace(square)) / len(square) + 1e-15
        weights = simplex_least_squares(square + pull * np.eye(len(square)), pull * prior, weights)
    return weights


def simplex_least_squares(square: Floats, linear: Floats, start: Floats) -> Floats:
    """The w with no part below 0 and sum 1 that minimises w'Sw / 2 - w'l, S (positive definite) and l given.

    Lawson and Hanson's active sets (1974), with the sum kept. They begin at the best of the parts of ``start``, any w
    that is allowed, without those that fall below 0 together: that many are seldom missed later.
    """
    right = np.column_stack((linear, np.ones_like(linear)))
    used = start > _NOTHING
    at, best = _best(square, right, used)
    while best.min() <= 0:
        used[at] = best > 0
        at, best = _best(square, right, used)
    weights = np.zeros(len(linear))
    weights[at] = best
    tolerance = 1e-10 * float(np.abs(square).max())
    for _ in range(4 * len(linear)):
        gradient = square @ weights - linear
        gain = np.where(used, -np.inf, float(gradient @ weights) - gradient)
        if float(gain.max()) <= tolerance:
            break
        used[int(np.argmax(gain))] = True
        _descend(square, right, weights, used)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _descend(square: Floats, right: Floats, weights: Floats, used: Mask) -> None:
    """Move ``weights`` to the best of those ``used``, leaving out the ones that would fall below 0 on the way."""
    while True:
        at, aim = _best(square, right, used)
        if aim.min() > 0:
            weights[at] = aim
            return
        now = weights[at]
        falling = aim <= 0
        step = float((now[falling] / np.maximum(now[falling] - aim[falling], 1e-300)).min())
        moved = now + step * (aim - now)
        moved[falling & (moved <= _NOTHING)] = 0.0
        weights[at] = moved
        used[at] = moved > 0


def _best(square: Floats, right: Floats, used: Mask) -> tuple[Indices, Floats]:
    """Which parts are ``used``, and the best of them with sum 1 where they may be below 0.

    ``right`` are the linear part and ones: the solutions for both together keep the sum.
    """
    at = used.nonzero()[0]
    free, along = np.linalg.solve(square[at[:, None], at], right[at]).T
    return at, free + (1.0 - free.sum()) / along.sum() * along
