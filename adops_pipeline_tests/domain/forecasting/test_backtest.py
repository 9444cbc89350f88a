"""Intervals keep their promise on past days, for every metric, over short and long horizons."""

from datetime import timedelta
from time import process_time

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.forecasting import METRICS, backtest
from adops_pipeline_tests.domain.forecasting.toy_series import AS_OF, frame, market


@pytest.mark.parametrize("seed", [1, 2])
def test_80_percent_intervals_hold_75_to_85_percent_of_what_came(seed: int) -> None:
    report = backtest(market(seed, campaigns=60, days=300), AS_OF)
    for metric in METRICS:
        assert report.n(metric) > 2500
        coverage = report.coverage(metric)
        assert coverage is not None
        assert 0.75 <= coverage <= 0.85
    for score in report.scores:
        assert 0.72 <= score.coverage <= 0.88
        assert score.below == pytest.approx(1 - score.coverage - score.above)
        assert max(score.below, score.above) < 0.16


def test_a_wider_promise_is_kept_as_well() -> None:
    report = backtest(market(3, campaigns=60, days=300), AS_OF, coverage=0.95, horizons=(7,))
    assert all(0.92 <= score.coverage <= 0.98 for score in report.scores)


def test_forecasts_err_less_than_the_mean_of_four_weeks() -> None:
    scores = backtest(market(4), AS_OF).scores
    assert all(score.error_share < score.naive_error_share for score in scores)


def test_small_campaigns_get_intervals_as_honest_as_large_ones() -> None:
    daily = market(5, campaigns=60, days=240)
    total = pl.col("conversions").sum().over("campaign_id")
    small = daily.filter(total < total.median())
    large = daily.filter(total >= total.median())
    for part in (small, large):
        coverage = backtest(part, AS_OF).coverage("conversions")
        assert coverage is not None
        assert 0.73 <= coverage <= 0.87


def test_nothing_after_an_origin_is_used() -> None:
    daily = market(6, days=150)
    until = AS_OF - timedelta(days=40)
    broken = daily.with_columns(pl.when(pl.col("date") > until).then(0.0).otherwise("conversions").alias("conversions"))
    plain, other = (backtest(d.filter(pl.col("date") <= until), until, horizons=(7,)) for d in (daily, broken))
    assert plain == other
    assert backtest(daily, until, horizons=(7,)) == plain


@pytest.mark.parametrize(("horizon", "days", "judged"), [(1, 18, 0), (1, 19, 20), (2, 20, 0), (2, 21, 20)])
def test_an_origin_learns_from_what_was_known_that_day_and_from_nothing_later(
    horizon: int, days: int, judged: int
) -> None:
    """Twenty campaigns, an origin every second day: forty outcomes, which is enough to learn, are known or are not."""
    spend = np.random.default_rng(1).uniform(90, 110, (20, days))
    assert backtest(frame(spend, spend / 10), AS_OF, horizons=(horizon,)).n("spend") == judged


def test_without_data_or_with_too_little_there_is_no_score() -> None:
    assert backtest(market(7).clear(), AS_OF).scores == ()
    few = backtest(frame(np.full((1, 10), 5.0), np.ones((1, 10))), AS_OF)
    assert few.coverage("spend") is None
    assert few.n("spend") == 0


def test_a_large_account_is_judged_in_a_moment() -> None:
    daily = market(8, campaigns=400, days=150)
    start = process_time()
    backtest(daily, AS_OF)
    assert process_time() - start < 6.0
