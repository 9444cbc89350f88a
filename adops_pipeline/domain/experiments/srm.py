"""Sample ratio mismatch: whether traffic was split as planned. A mismatch makes every other number worthless.

Impressions are the bluntest counts to check (an auction delivers them in clumps, so a tiny imbalance of a huge count is
flagged): count users where they are known, or switch the check off.
"""

from math import comb

import numpy as np
from scipy.special import chdtrc, gammaln

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.exact import binomial_exact_p

SRM_THRESHOLD = 0.001
"""p below which a split is taken as broken: low, for the check is made at every look (Fabijan et al., KDD 2019)."""
_COCHRAN_COUNT = 5.0
_MOST_OUTCOMES = 200_000


def two_arm_srm_p(counts_a: Floats, counts_b: Floats, share_a: Floats) -> Floats:
    """Probability of each split, shape (n,): chi-square, or the exact binomial where an expected count is below 5.

    ``share_a`` is the planned share of A, inside (0, 1). Without any traffic p is 1.
    """
    total = counts_a + counts_b
    expected = total * share_a
    variance = expected * (1.0 - share_a)
    squared = np.divide((counts_a - expected) ** 2, variance, out=np.zeros_like(total), where=variance > 0)
    p = np.asarray(chdtrc(1.0, squared), dtype=np.float64)
    whole = (counts_a == np.floor(counts_a)) & (counts_b == np.floor(counts_b))
    rows = np.flatnonzero(whole & (np.minimum(expected, total - expected) < _COCHRAN_COUNT))
    p[rows] = binomial_exact_p(counts_a[rows], total[rows], share_a[rows])
    return p


def srm_p_value(counts: list[float], shares: list[float]) -> float:
    """Probability of a split at least as uneven, for any number of variants.

    Chi-square, or the exact multinomial where an expected count is below 5. ``counts`` are 0 or more, ``shares``
    positive (they are normalised). Raises ValueError.
    """
    observed, share = np.asarray(counts, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if observed.shape != share.shape or observed.size < 2:
        raise ValueError("every variant needs a count and a share, and there must be at least two")
    if not (np.isfinite(observed).all() and np.isfinite(share).all() and (observed >= 0).all() and (share > 0).all()):
        raise ValueError("counts must be 0 or more and shares above 0")
    share = share / share.sum()
    total = float(observed.sum())
    expected = total * share
    if observed.size == 2:
        return float(two_arm_srm_p(observed[:1], observed[1:], share[:1])[0])
    whole = bool((observed == np.floor(observed)).all())
    if (
        whole
        and expected.min() < _COCHRAN_COUNT
        and comb(int(total) + share.size - 1, share.size - 1) <= _MOST_OUTCOMES
    ):
        return _multinomial_p(observed, share)
    return float(chdtrc(observed.size - 1.0, ((observed - expected) ** 2 / expected).sum())) if total > 0 else 1.0


def _multinomial_p(observed: Floats, share: Floats) -> float:
    """Sum of the probabilities of all outcomes no more probable than the observed one."""
    outcomes = _compositions(int(observed.sum()), observed.size)

    def log_probability(x: Floats) -> Floats:
        return np.asarray(
            gammaln(x.sum(axis=-1) + 1.0) - gammaln(x + 1.0).sum(axis=-1) + (x * np.log(share)).sum(axis=-1)
        )

    logs = log_probability(outcomes)
    return min(1.0, float(np.exp(logs[logs <= log_probability(observed) + 1e-7]).sum()))


def _compositions(total: int, parts: int) -> Floats:
    """All ways to write ``total`` as an ordered sum of ``parts`` whole numbers, shape (ways, parts)."""
    rows = np.zeros((1, 0))
    for _ in range(parts - 1):
        left = total - rows.sum(axis=1).astype(int)
        repeated = np.repeat(rows, left + 1, axis=0)
        next_part = np.concatenate([np.arange(room + 1) for room in left])
        rows = np.column_stack([repeated, next_part])
    return np.column_stack([rows, total - rows.sum(axis=1)])
