"""The probability that B beats A: exact beta-binomial for proportions, Student t on the log ratio for ratio metrics.

Arrays in, arrays out. "Beats" is the callers' business: these give the probability that B's value is the higher one.
"""

from functools import cache

import numpy as np
from scipy.special import betainc, betaln, stdtr

from adops_pipeline.domain.experiments.arrays import Floats

_NODES = 56
_REACH_SD, _REACH = 7.0, 24.5  # a beta is sub-gamma: beyond 7 sd + 24.5 / (alpha + beta) lies less than 1e-10
_ROWS_AT_ONCE = 256  # keeps the quadrature inside the processor's cache


def probability_higher_proportion(
    successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats
) -> Floats:
    """P(p_b > p_a) under independent uniform priors, shape (n,); absolute error below 1e-9 for whole counts.

    The integral of f(x) G(x) over the narrower posterior's support, f its density and G the other's distribution
    function, by Gauss-Legendre quadrature. The closed sum (Miller 2014) gives the same and takes a term per success.
    """
    result = np.empty(successes_a.shape)
    for start in range(0, result.size, _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        result[rows] = _higher(successes_a[rows], trials_a[rows], successes_b[rows], trials_b[rows])
    return result


def probability_higher_ratio(statistic: Floats, degrees_of_freedom: Floats) -> Floats:
    """P(ratio_b > ratio_a) under a flat prior on the log ratio: Student's t at the statistic."""
    return np.asarray(stdtr(degrees_of_freedom, statistic), dtype=np.float64)


def _higher(successes_a: Floats, trials_a: Floats, successes_b: Floats, trials_b: Floats) -> Floats:
    alphas = np.stack([successes_a, successes_b]) + 1.0
    betas = np.stack([trials_a - successes_a, trials_b - successes_b]) + 1.0
    totals = alphas + betas
    means, sds = alphas / totals, np.sqrt(alphas * betas / (totals * totals * (totals + 1.0)))
    reaches = _REACH_SD * sds + _REACH / totals
    b_is_narrow = reaches[1] <= reaches[0]

    def narrow_wide(pair: Floats) -> tuple[Floats, Floats]:
        return np.where(b_is_narrow, pair[1], pair[0]), np.where(b_is_narrow, pair[0], pair[1])

    (alpha, alpha_wide), (beta, beta_wide) = narrow_wide(alphas), narrow_wide(betas)
    (mean, _), (reach, _) = narrow_wide(means), narrow_wide(reaches)
    low, high = np.maximum(mean - reach, 0.0), np.minimum(mean + reach, 1.0)
    narrow_is_higher = _integral(alpha, beta, alpha_wide, beta_wide, low, high)
    return np.where(b_is_narrow, narrow_is_higher, 1.0 - narrow_is_higher)


def _integral(alpha: Floats, beta: Floats, alpha_wide: Floats, beta_wide: Floats, low: Floats, high: Floats) -> Floats:
    """P(X > Y) for X ~ Beta(alpha, beta), whose support is [low, high], and Y the wider one."""
    nodes, weights, cumulate = _rule()
    half = (high - low)[:, None] / 2.0
    x = low[:, None] + half * (1.0 + nodes)
    log_x, log_rest = np.log(x), np.log1p(-x)
    with np.errstate(under="ignore"):
        mass = _density(log_x, log_rest, alpha, beta) * weights
        # the wider one's distribution function: its value at the left end, then its own density summed up from there
        risen = (_density(log_x, log_rest, alpha_wide, beta_wide) * half) @ cumulate
    below = np.clip(betainc(alpha_wide, beta_wide, low)[:, None] + risen, 0.0, 1.0)
    return np.asarray(np.clip((mass * below).sum(axis=1) / mass.sum(axis=1), 0.0, 1.0), dtype=np.float64)


def _density(log_x: Floats, log_rest: Floats, alpha: Floats, beta: Floats) -> Floats:
    a, b = alpha[:, None] - 1.0, beta[:, None] - 1.0
    return np.asarray(np.exp(a * log_x + b * log_rest - betaln(alpha, beta)[:, None]), dtype=np.float64)


@cache
def _rule() -> tuple[Floats, Floats, Floats]:
    """Gauss-Legendre nodes and weights on [-1, 1], and the matrix that integrates from -1 up to each node.

    Column j of the matrix holds the weights of the integral up to node j of the Legendre interpolant.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    values = np.polynomial.legendre.legvander(nodes, _NODES)
    degrees = np.arange(1, _NODES)
    rising = np.empty((_NODES, _NODES))
    rising[:, 0] = nodes + 1.0
    rising[:, 1:] = (values[:, degrees + 1] - values[:, degrees - 1]) / (2 * degrees + 1)
    coefficients = values[:, :_NODES] * weights[:, None] * (np.arange(_NODES) + 0.5)
    return nodes, weights, coefficients @ rising.T
