"""Many small symmetric linear systems at once: a call per system, as in LAPACK, costs more than its arithmetic."""

import numpy as np

from adops_pipeline.domain.allocation.curves import Floats


def solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Solutions x of ``matrix @ x = right`` by LDL' decomposition, in place: both arguments are overwritten.

    ``matrix`` (size x size x ...) holds positive definite matrices, of which the lower triangles are read; ``right`` is
    size x .... The trailing axes number the systems.
    """
    size = len(right)
    product = np.empty_like(right[0])
    for k in range(size):
        pivot, below = matrix[k, k], matrix[k + 1 :, k]
        factors = below / pivot
        for i in range(k + 1, size):
            factor = factors[i - k - 1]
            for j in range(k + 1, i + 1):
                matrix[i, j] -= np.multiply(factor, matrix[j, k], out=product)
            right[i] -= np.multiply(factor, right[k], out=product)
        below[:] = factors
        right[k] /= pivot
    for k in reversed(range(size)):
        for i in range(k + 1, size):
            right[k] -= np.multiply(matrix[i, k], right[i], out=product)
    return right
