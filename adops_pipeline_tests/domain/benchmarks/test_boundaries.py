"""Benchmarks on their edges: the floor of a ratio's error, and the day on which sales are mature."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from adops_pipeline.domain.benchmarks import benchmark_campaigns
from adops_pipeline.domain.benchmarks.comparison import RatioSide, compare, most_events, ratio_side
from adops_pipeline.domain.benchmarks.rules import BenchmarkRules

AS_OF = date(2025, 6, 29)


def test_a_ratios_error_is_no_smaller_than_that_of_its_counts() -> None:
    def side(days: int, ratio: float) -> RatioSide:
        events = np.full((1, days), 10.0)
        return ratio_side(ratio * events, events, events, events, np.ones((1, days), bool))

    found = compare(side(7, 2.0), side(28, 1.0), np.zeros(1, np.intp), 10.0)
    t = np.log(2.0) / np.sqrt(1 / 70 + 1 / 280)
    assert found.z[0] == pytest.approx(stats.norm.isf(stats.t.sf(t, 14))), "few days: t, not normal"


def test_a_count_that_stopped_is_scored_as_the_negative_binomial_has_it() -> None:
    def side(days: int, events_a_day: float) -> RatioSide:
        of_day, ones = np.full((1, days), events_a_day), np.ones((1, days))
        return ratio_side(10.0 * ones, of_day, of_day, 10.0 * ones, ones > 0)

    found = compare(side(7, 2 / 7), side(28, 5.0), np.zeros(1, np.intp), 10.0)
    assert found.stopped[0]
    assert found.expected[0] == 35.0
    # Steady days leave the counts' own error of the baseline, 1/140, as the variation of the mean.
    tail = stats.nbinom.cdf(2, 140, 140 / (140 + 35))
    assert found.z[0] == pytest.approx(stats.norm.isf(tail))
    assert most_events(np.array([0.0, 2.0])) == pytest.approx(stats.chi2.ppf(0.975, [2, 6]) / 2)


@pytest.mark.parametrize(("last_day", "is_stopped"), [(3.0, True), (4.0, False)])
def test_events_have_stopped_below_the_least_that_a_ratio_needs(last_day: float, is_stopped: bool) -> None:
    def side(events: list[float]) -> RatioSide:
        of_day = np.array([events])
        return ratio_side(10.0 * of_day, of_day, of_day, np.full_like(of_day, 10.0), of_day > 0)

    found = compare(side([1.0] * 6 + [last_day]), side([5.0] * 28), np.zeros(1, np.intp), 10.0)
    assert found.stopped[0] == is_stopped


def test_rules_may_ask_for_delivery_on_every_day_and_for_no_more() -> None:
    assert BenchmarkRules(least_day_share=1.0, least_peers=1, false_discovery_rate=1.0).least_day_share == 1.0
    for wrong in ({"least_day_share": 1.01}, {"least_peers": 0}, {"false_discovery_rate": 1.01}, {"threshold": 0.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            BenchmarkRules(**wrong)


def test_a_ratio_that_is_zero_has_no_score() -> None:
    dates = [AS_OF - timedelta(days=n) for n in range(140)]
    daily = pl.DataFrame(
        {
            "platform": "google-ads", "campaign_id": "c", "date": dates, "spend": 100.0, "impressions": 1000.0,
            "clicks": 50.0, "conversions": 10.0, "revenue": [0.0 if n < 7 else 400.0 for n in range(140)],
        }
    )  # fmt: skip
    known = pl.DataFrame({"platform": ["google-ads"], "external_id": ["c"], "objective": ["x"], "currency": ["EUR"]})
    table = benchmark_campaigns(daily, known, AS_OF, {"google-ads": 1}).filter(pl.col("metric") == "roas")
    weekly = table.filter(pl.col("period_end") - pl.col("period_start") < timedelta(days=7)).row(0, named=True)
    assert (weekly["current_value"], weekly["status"], weekly["z_score"]) == (0.0, "insufficient-data", None)


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
