"""Whole steps within bounds, and daily rows as the fitting reads them."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.allocation.amounts import round_to_total
from adops_pipeline.domain.allocation.panel import build_panel, clean_daily

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("amounts", "low", "high", "expected"),
    [
        ([0.2, 5.8], [0, 0], [9, 9], [0, 6]),
        ([0.2, 5.8], [1, 0], [9, 9], [1, 5]),
        ([0.2, 5.8], [0, 0], [9, 4], [2, 4]),
        ([2.5, 2.5, 1.0], [0, 0, 0], [9, 9, 9], [3, 2, 1]),
    ],
)
def test_amounts_become_whole_steps_within_their_bounds_that_add_up(
    amounts: list[float], low: list[int], high: list[int], expected: list[int]
) -> None:
    assert round_to_total(np.array(amounts), 6, np.array(low), np.array(high)).tolist() == expected


def rows(**columns: list[object]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    plain = {"platform": "meta-ads", "campaign_id": "7", "currency": "EUR", "date": AS_OF}
    values = {"spend": 1.0, "revenue": 1.0, "conversions": 1.0}
    return pl.DataFrame({**{n: [v] * count for n, v in (plain | values).items()}, **columns})


def test_small_amounts_are_kept_and_what_is_no_amount_counts_as_nothing() -> None:
    odd: list[object] = [0.25, -3.0, float("nan"), float("inf"), None]
    cleaned = clean_daily(rows(spend=odd, revenue=odd, conversions=odd), AS_OF, 0)
    for name in ("spend", "revenue", "conversions"):
        assert cleaned[name].cast(pl.Float64).to_list() == [0.25, 0.0, 0.0, 0.0, 0.0]


def test_rows_of_one_campaign_and_day_are_added_up_and_those_after_the_day_left_out() -> None:
    days: list[object] = [AS_OF, AS_OF, date(2026, 3, 30), date(2026, 4, 1)]
    panel = build_panel(clean_daily(rows(date=days), AS_OF, 1), AS_OF, 3)
    assert panel.spend.tolist() == [[0.0, 1.0, 2.0]]
    assert panel.maturity.tolist() == [[0.0, 1.0, 0.0]]
    assert panel.weekday.tolist() == [6, 0, 1]
