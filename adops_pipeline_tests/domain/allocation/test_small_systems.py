"""Many small positive definite systems against NumPy's own solver, badly scaled ones included."""

import numpy as np
import pytest

from adops_pipeline.domain.allocation.small_systems import solve_positive


@pytest.mark.parametrize("size", [1, 2, 6])
def test_solutions_are_those_of_a_general_solver(size: int) -> None:
    rng = np.random.default_rng(size)
    roots = rng.standard_normal((40, 30, size, size)) * np.exp(rng.normal(0, 3, (40, 30, size, 1)))
    matrices = roots @ np.swapaxes(roots, -1, -2) + np.eye(size)
    right = rng.standard_normal((40, 30, size))
    expected = np.linalg.solve(matrices, right[..., None])[..., 0]

    lower = np.moveaxis(np.tril(matrices), (2, 3), (0, 1)).copy()  # the upper triangle is not read
    found = np.moveaxis(solve_positive(lower, np.moveaxis(right, 2, 0).copy()), 0, 2)

    residual = np.einsum("abij,abj->abi", matrices, found) - right
    scale = np.abs(matrices).sum(axis=(2, 3)) * np.abs(expected).max(axis=2)
    assert (np.abs(residual).max(axis=2) <= 1e-14 * scale).all()
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
