"""Benchmarks on their edges: the floor of a ratio's error, and the day on which sales are mature."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.benchmarks import benchmark_campaigns
from adops_pipeline.domain.benchmarks.comparison import log_change_z, ratio_side

AS_OF = date(2025, 6, 29)


def test_a_ratios_error_is_no_smaller_than_that_of_its_counts() -> None:
    even, ones = np.full((1, 7), 10.0), np.ones((1, 7))
    side = ratio_side(even * 5, even, even, ones)
    assert side.log_variance[0] == pytest.approx(1 / 70)
    uneven = even * np.array([[0.5, 1.5, 0.5, 1.5, 0.5, 1.5, 1.0]])
    assert ratio_side(even * 5, uneven, even * 100, ones).log_variance[0] > 1 / 7000
    twice = ratio_side(even * 10, even, even, ones)
    assert abs(log_change_z(twice, side)[0]) < np.log(2) / np.sqrt(2 / 70)  # few days: t, not normal


@pytest.mark.parametrize("mature_after", [1, 3, 8])
def test_ratios_by_sales_end_on_the_last_mature_day_and_use_no_younger_one(mature_after: int) -> None:
    dates = [AS_OF - timedelta(days=n) for n in range(140)]
    young = [n < mature_after - 1 for n in range(140)]
    daily = pl.DataFrame(
        {
            "platform": "google-ads", "campaign_id": "c", "date": dates, "spend": 100.0, "impressions": 1000.0,
            "clicks": 50.0, "conversions": [0.0 if is_young else 10.0 for is_young in young],
            "revenue": [0.0 if is_young else 400.0 for is_young in young],
        }
    )  # fmt: skip
    known = pl.DataFrame({"platform": ["google-ads"], "external_id": ["c"], "objective": ["x"], "currency": ["EUR"]})
    table = benchmark_campaigns(daily, known, AS_OF, {"google-ads": mature_after})
    by_sales = table.filter(pl.col("metric").is_in(["cpa", "roas"]))
    assert set(by_sales["period_end"]) == {AS_OF - timedelta(days=mature_after - 1)}
    assert by_sales["current_value"].to_list() == by_sales["baseline_value"].to_list() == [10.0, 10.0, 4.0, 4.0]
    assert set(table.filter(pl.col("metric") == "ctr")["period_end"]) == {AS_OF}
