"""Roots against SciPy's, also of functions with kinks, jumps and flat parts."""

from collections.abc import Callable
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from adops_pipeline.domain.root import root_between
from adops_pipeline_tests.profiles import examples

CASES: dict[str, tuple[Callable[[float], float], float, float]] = {
    "cubic": (lambda x: x**3 - 2.0 * x - 5.0, 0.0, 4.0),
    "steep": (lambda x: exp(20.0 * x) - 1e6, -1.0, 5.0),
    "flat": (lambda x: (x - 0.3) ** 9, -2.0, 2.0),
    "kink": (lambda x: min(x - 1.0, 50.0 * (x - 1.0)), -3.0, 9.0),
    "falling": (lambda x: -log(x) + 1.5, 0.1, 99.0),
}


@pytest.mark.parametrize("name", CASES)
def test_a_root_is_scipys(name: str) -> None:
    function, low, high = CASES[name]
    expected = float(brentq(function, low, high, xtol=1e-15, rtol=1e-15, maxiter=500))
    found = root_between(function, low, high)
    if name == "flat":  # nine equal roots: every number nearby gives 0
        assert abs(function(found)) <= 1e-25
    else:
        assert found == pytest.approx(expected, rel=1e-14)


def test_a_jump_is_found_to_the_last_digit() -> None:
    found = root_between(lambda x: -1.0 if x < 0.7 else 3.0, 0.0, 5.0)
    assert found == pytest.approx(0.7, rel=1e-15)


def test_a_tolerance_saves_steps_and_is_kept() -> None:
    seen: list[float] = []

    def function(x: float) -> float:
        seen.append(x)
        return exp(x) - 3.0

    rough = root_between(function, 0.0, 10.0, 1e-3)
    steps = len(seen)
    root_between(function, 0.0, 10.0)
    assert abs(rough - log(3.0)) <= 1e-3
    assert steps < len(seen) - steps <= 20


def test_ends_of_the_same_sign_are_refused() -> None:
    with pytest.raises(ValueError, match=r"same sign at 1\.0 and 2\.0"):
        root_between(lambda x: x, 1.0, 2.0)


@examples(100)
@given(root=st.floats(-1e6, 1e6), power=st.sampled_from([1, 3]), low=st.floats(1e-6, 1e7), high=st.floats(1e-6, 1e7))
def test_any_monotone_function_is_solved(root: float, power: int, low: float, high: float) -> None:
    found = root_between(lambda x: (x - root) ** power, root - low, root + high)
    assert found == pytest.approx(root, abs=1e-4 if power == 3 else 1e-9, rel=1e-12)
