"""Exact two-sided tests of small counts: Fisher's for two proportions, the binomial for a split. Arrays of any length.

Both order outcomes by probability, as R and SciPy do. Probabilities come from the ratio of neighbours, which keeps
full precision at any size; factorials would not.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from adops_pipeline.domain.experiments.arrays import Floats

Rows = NDArray[np.intp]

_TIE = 1e-7  # R's tolerance: outcomes as probable as the observed one count, rounding aside
_REACH_SD, _REACH = 40.0, 200.0  # beyond this distance from the mean a tail is below 1e-300
_CELLS = 2_000_000


def fisher_exact_p(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Floats:
    """Two-sided p of Fisher's exact test for whole counts, shape (n,) each."""
    total = successes_a + successes_b
    trials = trials_a + trials_b
    mean = total * trials_a / trials
    variance = mean * (trials_b / trials) * (trials - total) / np.maximum(trials - 1.0, 1.0)
    low, high = np.maximum(0.0, total - trials_b), np.minimum(total, trials_a)

    def steps(x: Floats, rows: Rows) -> Floats:
        k, a, b = total[rows], trials_a[rows], trials_b[rows]
        moves: Floats = np.log(k - x) + np.log(a - x) - np.log(x + 1.0) - np.log(b - k + x + 1.0)
        return moves

    return _p_by_probability(successes_a, low, high, mean, np.sqrt(variance), steps)


def binomial_exact_p(count_a: Floats, total: Floats, share_a: Floats) -> Floats:
    """Two-sided p of ``count_a`` out of ``total`` where ``share_a`` was expected, whole counts, shape (n,) each."""
    mean = total * share_a
    odds = np.log(share_a) - np.log1p(-share_a)

    def steps(x: Floats, rows: Rows) -> Floats:
        moves: Floats = np.log(total[rows] - x) - np.log(x + 1.0) + odds[rows]
        return moves

    return _p_by_probability(count_a, np.zeros_like(total), total, mean, np.sqrt(mean * (1.0 - share_a)), steps)


def _p_by_probability(
    observed: Floats,
    low: Floats,
    high: Floats,
    mean: Floats,
    sd: Floats,
    steps: Callable[[Floats, Rows], Floats],
) -> Floats:
    """Sum of the probabilities not above the observed one's; ``steps(x, rows)`` is log P(x + 1) - log P(x)."""
    reach = _REACH_SD * sd + _REACH
    low, high = np.maximum(low, np.floor(mean - reach)), np.minimum(high, np.ceil(mean + reach))
    p = np.zeros(observed.shape)
    widths = (high - low).astype(np.intp) + 1
    inside = np.flatnonzero((observed >= low) & (observed <= high))
    order = inside[np.argsort(widths[inside], kind="stable")]
    start = 0
    while start < order.size:
        rows = order[start : start + max(1, _CELLS // int(widths[order[start]]))]
        rows = rows[widths[rows] <= 2 * widths[rows[0]]]
        p[rows] = _rows_p(observed[rows], low[rows], widths[rows], rows, steps)
        start += rows.size
    return p


def _rows_p(
    observed: Floats,
    low: Floats,
    widths: Rows,
    rows: Rows,
    steps: Callable[[Floats, Rows], Floats],
) -> Floats:
    within = np.arange(int(widths.max())) < widths[:, None]
    logs = np.zeros(within.shape)
    row, column = np.nonzero(within[:, 1:])
    logs[row, column + 1] = steps(low[row] + column, rows[row])
    np.cumsum(logs, axis=1, out=logs)
    logs[~within] = -np.inf
    logs -= logs.max(axis=1, keepdims=True)
    weights = np.exp(logs)
    at = np.take_along_axis(weights, (observed - low).astype(np.intp)[:, None], axis=1)
    p = np.where(weights <= at * (1.0 + _TIE), weights, 0.0).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(np.minimum(p, 1.0))
