"""Sample ratio mismatch: whether traffic was split as planned. A mismatch makes every other number worthless.

Impressions are the bluntest counts to check (an auction delivers them in clumps, so a tiny imbalance of a huge count is
flagged): count users where they are known, or switch the check off.
"""

import numpy as np
from scipy.special import chdtrc

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.exact import binomial_exact_p

SRM_THRESHOLD = 0.001
"""p below which a split is taken as broken: low, for the check is made at every look (Fabijan et al., KDD 2019)."""
_COCHRAN_COUNT = 5.0


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
