"""The two parts of a change in CPA add up to it, whatever the figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.anomalies import decompose_cpa

amounts = st.tuples(*(st.floats(min_value=1e-6, max_value=1e9) for _ in range(3)))


def test_dearer_clicks_and_better_conversion_are_told_apart() -> None:
    # CPC 1 → 2, CVR 5 % → 8 %: CPA 20 → 25.
    change = decompose_cpa((100.0, 100.0, 5.0), (200.0, 100.0, 8.0))
    assert change is not None
    assert change.change_ratio == pytest.approx(0.25)
    assert change.cpc_ratio == pytest.approx(1.0)
    assert change.cvr_ratio == pytest.approx(0.05 / 0.08 - 1)


@given(before=amounts, after=amounts)
def test_log_parts_add_up_to_the_change(before: tuple[float, float, float], after: tuple[float, float, float]) -> None:
    change = decompose_cpa(before, after)
    assert change is not None
    assert change.cpc_log + change.cvr_log == pytest.approx(math.log(change.cpa_after / change.cpa_before), abs=1e-9)


@pytest.mark.parametrize("broken", [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0), (math.nan, 1.0, 1.0)])
def test_a_side_without_spend_clicks_or_sales_has_no_decomposition(broken: tuple[float, float, float]) -> None:
    assert decompose_cpa(broken, (1.0, 1.0, 1.0)) is None
    assert decompose_cpa((1.0, 1.0, 1.0), broken) is None
