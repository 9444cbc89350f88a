"""Sums over units, and the jackknife's variance of their ratio."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.experiments.comparison import Case, compare_all
from adops_pipeline.domain.experiments.metrics import METRICS
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import RatioUnits, sum_units
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline_tests.domain.experiments.toy_tests import sums_of

amounts = st.floats(0.01, 1e6)


@pytest.mark.parametrize(
    ("numerators", "denominators", "reason"),
    [
        ([], [], "too-few-units"),
        ([1.0], [2.0], "too-few-units"),
        ([1.0, -1.0, 3.0], [2.0, 2.0, 2.0], "negative-input"),
        ([1.0, float("nan")], [2.0, 2.0], "not-finite"),
        ([0.0, 0.0], [2.0, 3.0], "zero-numerator"),
        ([4.0, 5.0], [0.0, 0.0], "zero-denominator"),
        ([0.0, 5.0], [2.0, 3.0], "one-unit-holds-all"),
        ([1e308, 1e308], [1.0, 2.0], "out-of-range"),
        ([1.0, 2.0], [2.0, 2.0], None),
    ],
)
def test_units_that_make_no_ratio_say_why(
    numerators: list[float], denominators: list[float], reason: Reason | None
) -> None:
    good = sums_of([1.0, 2.0, 4.0], [1.0, 1.0, 1.0])
    found = sums_of(numerators, denominators) if numerators else good._replace(units=0.0)
    for a, b in ((found, good), (good, found)):
        assert compare_all([Case(METRICS["cpa"], a, b, Terms(expected_split=None))])[0].reason == reason


def test_sums_are_those_of_each_group() -> None:
    units = pl.DataFrame(
        {"test": [1, 1, 2, 1], "numerator": [3, 8, 5, 4], "denominator": [1.0, 2.0, 7.0, 2.0], "seen": [1, 2, 3, 4]}
    )
    found = sum_units(units, ["test"], pl.col("seen").max())
    assert found.select("test", "units", "sum_num", "sum_den", "smallest", "seen").rows() == [
        (1, 3.0, 15.0, 5.0, 1.0, 4),
        (2, 1.0, 5.0, 7.0, 5.0, 3),
    ]


def test_the_jackknife_is_the_textbooks_leave_one_out() -> None:
    num, den = np.array([3.0, 8.0, 4.0, 9.0]), np.array([1.0, 2.0, 2.0, 3.0])
    left = np.array([np.log(np.delete(num, i).sum() / np.delete(den, i).sum()) for i in range(4)])
    assert sums_of(num, den).log_variance == pytest.approx(3 / 4 * ((left - left.mean()) ** 2).sum())


def test_the_jackknifes_variance_is_right_for_few_and_uneven_units() -> None:
    rng = np.random.default_rng(8)
    den = rng.lognormal(0.0, 1.0, (3000, 14))
    num = den**0.8 * rng.lognormal(0.0, 1.0, (3000, 14))
    units = pl.DataFrame({"test": np.repeat(np.arange(3000), 14), "numerator": num.ravel(), "denominator": den.ravel()})
    truth = np.var(np.log(num.sum(axis=1) / den.sum(axis=1)))
    assert sum_units(units, ["test"])["log_variance"].mean() == pytest.approx(truth, rel=0.12)


@given(st.lists(st.tuples(amounts, amounts), min_size=2, max_size=20), st.floats(1e-6, 1e6))
def test_the_log_variance_does_not_depend_on_the_currency(units: list[tuple[float, float]], rate: float) -> None:
    num, den = [u[0] for u in units], [u[1] for u in units]
    base, scaled = sums_of(num, den), sums_of([x * rate for x in num], den)
    assert scaled.log_variance == pytest.approx(base.log_variance, rel=1e-6, abs=1e-20)


@given(amounts, st.lists(amounts, min_size=2, max_size=20))
def test_units_of_one_and_the_same_ratio_have_no_variance_at_all(ratio: float, denominators: list[float]) -> None:
    assert sums_of([ratio * den for den in denominators], denominators).log_variance == 0.0


def test_numerators_and_denominators_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        RatioUnits.of([1.0, 2.0], [1.0])
