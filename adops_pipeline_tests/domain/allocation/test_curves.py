"""The Hill curve itself, and curves read from a document."""

from math import isfinite, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.allocation import AllocationError, Curve, parse_curves
from adops_pipeline.domain.allocation.curves import CurveArrays
from adops_pipeline_tests.domain.allocation.oracles import hill

positive = st.floats(1e-6, 1e6)


@given(beta=positive, half=positive, slope=st.floats(0.01, 20), spend=st.floats(0, 1e6))
def test_response_is_the_hill_formula_and_never_infinite(beta: float, half: float, slope: float, spend: float) -> None:
    curve = Curve("a", beta, half, slope)
    assert 0 <= curve.response(spend) <= beta
    marginal = curve.marginal(spend)
    assert marginal is None or (isfinite(marginal) and marginal >= 0)
    if 1e-3 < spend / half < 1e3:
        assert curve.response(spend) == pytest.approx(hill(curve, spend), rel=1e-9)
    assert CurveArrays.of([curve]).response(np.array([spend]))[0] == pytest.approx(curve.response(spend), rel=1e-9)


@pytest.mark.parametrize("slope", [0.4, 1.0, 2.5])
def test_marginal_is_the_derivative(slope: float) -> None:
    curve = Curve("a", 80, 120, slope)
    for spend in (3.0, 50.0, 120.0, 900.0):
        numeric = (hill(curve, spend + 1e-4) - hill(curve, spend - 1e-4)) / 2e-4
        assert curve.marginal(spend) == pytest.approx(numeric, rel=1e-6)
        arrays = CurveArrays.of([curve])
        assert np.exp(arrays.log_marginal(np.array([spend])))[0] == pytest.approx(numeric, rel=1e-6)
        gain = arrays.gain(np.array([spend]), np.array([spend + 1e-6]))
        assert gain[0] == pytest.approx(numeric * 1e-6, rel=1e-4)


def test_marginal_at_no_spend_is_a_limit_or_nothing() -> None:
    assert Curve("a", 10, 5, 0.5).marginal(0) is None
    assert Curve("a", 10, 5, 1).marginal(0) == 2.0
    assert Curve("a", 10, 5, 2).marginal(0) == 0.0
    assert Curve("a", 0, 5, 0.5).marginal(0) == 0.0


@given(half=positive, slope=st.floats(0.05, 20), height=st.floats(-8, 8))
def test_the_spend_at_a_price_has_that_price(half: float, slope: float, height: float) -> None:
    arrays = CurveArrays.of([Curve("a", 1.0, half, slope)])
    log_price = height - np.log(half)
    spend = arrays.spend_at(log_price)
    top = arrays.inflection()
    assert spend[0] >= top[0] * (1 - 1e-9)
    if spend[0] > max(top[0] * (1 + 1e-6), 1e-250):
        assert arrays.log_marginal(spend)[0] == pytest.approx(log_price, abs=1e-6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("beta", -1.0),
        ("beta", nan),
        ("half_saturation", 0.0),
        ("half_saturation", float("inf")),
        ("slope", -0.5),
        ("slope", nan),
    ],
)
def test_parameters_out_of_range_are_named(field: str, value: float) -> None:
    parameters = {"beta": 1.0, "half_saturation": 1.0, "slope": 1.0, field: value}
    with pytest.raises(AllocationError, match=f"curve 'shop': {field} must be"):
        Curve("shop", **parameters)


def row(**changes: object) -> dict[str, object]:
    return {"name": "a", "beta": 10, "half_saturation": 5.5, "slope": 1, "min": 1, "max": 20.1} | changes


def test_a_document_gives_curves_and_exact_bounds() -> None:
    curves, bounds = parse_curves({"curves": [row(), row(name="b", min=None, max=None)]})
    assert curves == [Curve("a", 10, 5.5, 1), Curve("b", 10, 5.5, 1)]
    assert str(bounds["a"]) == "(Decimal('1'), Decimal('20.1'))"
    assert bounds["b"] == (None, None)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("x", r"curves\[1\] must be an object"),
        (row(), r"curves\[1\]\.name 'a' is not unique: curves\[0\]"),
        (row(name="b", beta="ten"), r"curves\[1\]\.beta must be a number, got 'ten'"),
        (row(name="b", slope=True), r"curves\[1\]\.slope must be a number"),
        (row(name="b", half_saturation=0), r"curves\[1\]: curve 'b': half_saturation must be"),
        (row(name="b", min=30), r"curves\[1\]\.min 30 is above its max 20\.1"),
        (row(name="b", max=-1, min=None), r"curves\[1\]\.max must be a finite amount of at least 0"),
        (row(name=""), r"curves\[1\]\.name must be non-empty text"),
        ({"name": "b"}, r"curves\[1\]\.beta is missing"),
    ],
)
def test_a_broken_document_names_index_and_field(second: object, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        parse_curves({"curves": [row(), second]})


@pytest.mark.parametrize("document", [{}, {"curves": []}, {"curves": "a"}, {"curves": 3}])
def test_a_document_without_curves_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(AllocationError, match="at least one curve"):
        parse_curves(document)
