"""Shares looked up by platform and age, revenue's own share, and the count that a young day's interval rests on."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from adops_pipeline.domain.maturity import MaturityCurves, MaturityRules, estimate_maturity
from adops_pipeline_tests.domain.maturity.test_curves import RULES, TRUE, history

AS_OF = date(2025, 6, 30)
SHARES = {"google-ads": [0.5, 0.75, 1.0], "meta-ads": [0.9, 1.0], "pinterest": [0.2, 0.4, 0.6, 1.0]}


def curves(interval: float = 0.80) -> MaturityCurves:
    table = pl.DataFrame(
        [
            {"platform": platform, "lag_days": lag, "share": share, "share_low": share, "share_high": share,
             "revenue_share": share / 2}
            for platform, shares in SHARES.items()
            for lag, share in enumerate(shares, start=1)
        ]
    )  # fmt: skip
    return MaturityCurves(table, MaturityRules(interval=interval))


def days(platform: str, ages: list[int]) -> pl.DataFrame:
    dates = [AS_OF - timedelta(days=age - 1) for age in ages]
    return pl.DataFrame({"platform": platform, "date": dates}).with_columns(
        pl.lit(40.0).alias("conversions"), pl.lit(100.0).alias("revenue")
    )


def test_every_platform_is_read_off_its_own_curve_at_its_days_age() -> None:
    daily = pl.concat([days(platform, [0, 1, 2, 3, 4, 9]) for platform in ("pinterest", "google-ads", "meta-ads")])
    found = curves().with_maturity(daily, AS_OF)
    for platform, shares in SHARES.items():
        own = found.filter(pl.col("platform") == platform)
        expected = [0.0, *shares, *[1.0] * (4 - len(shares)), 1.0]
        assert own["maturity"].to_list() == expected
        assert own["revenue_maturity"].to_list() == [share / 2 for share in expected]


@pytest.mark.parametrize("age", [1, 2])
def test_with_a_certain_share_the_interval_is_that_of_a_negative_binomial_by_jeffreys_prior(age: int) -> None:
    row = curves(0.9).nowcast(days("google-ads", [age]), AS_OF).row(0, named=True)
    late = stats.nbinom(40.5, SHARES["google-ads"][age - 1])
    for name, quantile in (("conversions_low", 0.05), ("conversions_high", 0.95)):
        # The count whose tail is nearest to the quantile: the classic quantile or the count beside it.
        assert abs(row[name] - (40 + late.ppf(quantile))) <= 1
    outside = late.cdf(row["conversions_low"] - 41) + late.sf(row["conversions_high"] - 40)
    assert outside == pytest.approx(0.1, abs=0.02)


def test_revenue_has_a_share_of_its_own_that_is_read_off_revenue() -> None:
    revisions, pulls = history()
    late = revisions.with_columns(pl.when(pl.col("lag_days") < 5).then(0.0).otherwise("revenue").alias("revenue"))
    same = estimate_maturity(revisions, pulls, RULES)
    np.testing.assert_allclose(same.shares("google-ads", "revenue_share"), same.shares("google-ads"), atol=1e-3)
    later = estimate_maturity(late, pulls, RULES)
    np.testing.assert_allclose(later.shares("google-ads"), same.shares("google-ads"))
    assert (later.shares("google-ads", "revenue_share")[:4] < TRUE[1:5] - 0.3).all()


def test_a_lag_rests_on_the_conversions_of_days_looked_at_on_both_sides_of_it() -> None:
    revisions, pulls = history(days=12)
    seen = estimate_maturity(revisions, pulls, RULES).table["conversions_seen"].to_list()
    assert len(seen) == 30
    assert seen[-3] != seen[-2] == seen[-1], "nothing is looked at after the horizon: the lag before it stands in"
