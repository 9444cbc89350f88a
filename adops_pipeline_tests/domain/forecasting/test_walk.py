"""What past forecasts are compared with: outcomes that are known, not those of days that are still filling up."""

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.allocation.panel import Panel, build_panel, clean_daily
from adops_pipeline.domain.forecasting.walk import prepare, sampled, walk
from adops_pipeline_tests.domain.forecasting.toy_series import AS_OF, frame

DAYS = 30


def panel(maturity: list[float], spend: float | list[float] = 10.0) -> Panel:
    """Two campaigns, of two platforms, with ten conversions a day; ``maturity`` is that of the last days."""
    amounts = np.full((2, DAYS), 10.0)
    amounts[0] = spend
    shares = np.array([*[1.0] * (DAYS - len(maturity)), *maturity])
    daily = frame(amounts, np.full((2, DAYS), 10.0)).with_columns(pl.Series("maturity", np.tile(shares, 2)))
    return build_panel(clean_daily(daily.filter(pl.col("spend") > 0), AS_OF, 0), AS_OF, DAYS)


@pytest.mark.parametrize(
    ("maturity", "last_known"), [([], 29), ([0.97, 0.97], 29), ([0.96, 0.5], 27), ([0.9, 1.0], 27)]
)
def test_a_sum_counts_as_known_once_all_its_days_are_practically_final(maturity: list[float], last_known: int) -> None:
    origins = np.arange(15, DAYS - 1)
    past = walk(prepare(panel(maturity)), origins, (1, 3))
    for metric, last in (("spend", DAYS - 1), ("conversions", last_known), ("revenue", last_known)):
        for at, horizon in enumerate((1, 3)):
            known = np.isfinite(past[metric].actual[:, at]).all(axis=1)  # type: ignore[index]
            assert known.tolist() == (origins + horizon <= last).tolist(), (metric, horizon)
    assert past["conversions"].actual[0].tolist() == [[10.0, 10.0], [30.0, 30.0]]


def test_a_day_without_spend_is_as_mature_as_the_least_mature_campaign_of_its_day() -> None:
    prepared = prepare(panel([0.9, 0.6, 0.2], spend=[*[10.0] * (DAYS - 2), 0.0, 0.0]))
    assert prepared.maturity["conversions"][:, -4:].tolist() == [[1.0, 0.9, 0.6, 0.2]] * 2
    assert prepared.maturity["spend"].min() == 1.0


def test_of_many_campaigns_every_nth_is_looked_at() -> None:
    spend = np.full((3001, 2), 1.0)
    daily = frame(spend, spend).with_columns(pl.lit("meta-ads").alias("platform"))
    whole = build_panel(clean_daily(daily, AS_OF, 0), AS_OF, 2)
    part = sampled(whole)
    assert part.keys["campaign_id"].to_list() == whole.keys["campaign_id"].to_list()[:: 3001 // part.keys.height + 1]
    assert len(part.group) == len(part.spend) == len(part.maturity) == part.keys.height
