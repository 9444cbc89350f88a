"""The yearly season: none below a year, a season that comes back is continued, one that does not is left out."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS

from adops_pipeline.domain.allocation.panel import build_panel, clean_daily
from adops_pipeline.domain.forecasting import forecast_to
from adops_pipeline.domain.forecasting.calibration import Calibration
from adops_pipeline.domain.forecasting.outlook import VARIANTS
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS, Season, learn_season, returned_share
from adops_pipeline_tests.domain.forecasting.toy_series import AS_OF, WEEKDAYS, frame, market, weekday_of

Floats = npt.NDArray[np.float64]
TOMORROW, IN_FOUR_WEEKS = AS_OF + timedelta(days=1), AS_OF + timedelta(days=28)
_DAYS, _CAMPAIGNS = 640, 6


def swing(days: int, period: float = 364.0, height: float = 0.6) -> Floats:
    """A factor by day, the last of which is ``AS_OF``: it falls fastest then."""
    return np.asarray(np.exp(-height * np.sin(2 * np.pi * (np.arange(days) - days + 1) / period)), dtype=np.float64)


def daily_of(factor: Floats) -> pl.DataFrame:
    days = factor.shape[-1]
    level = np.linspace(80.0, 300.0, _CAMPAIGNS)[:, None]
    spend = level * WEEKDAYS[weekday_of(days)] * factor
    return frame(spend, spend / 10)


def season_of(daily: pl.DataFrame) -> Season | None:
    rows = clean_daily(daily, AS_OF, 0)
    return learn_season(rows, AS_OF, build_panel(rows, AS_OF, 210), None, None)


def logs(season: Season | None, metric: str = "spend", ahead: int = 28) -> Floats:
    """The season of the day so far ahead of the last one, by campaign."""
    assert season
    return season.logs(metric, season.days - 1, np.array([season.days - 1 + ahead]))[:, 0]


def total(daily: pl.DataFrame) -> Floats:
    found = forecast_to(daily, AS_OF, TOMORROW, IN_FOUR_WEEKS).filter(metric="spend")
    return found["total"].to_numpy()


def test_below_a_year_and_eight_weeks_older_days_change_nothing() -> None:
    daily = market(3, campaigns=12, days=LEAST_DAYS - 1)
    recent = daily.filter(pl.col("date") > AS_OF - timedelta(days=210))
    assert season_of(daily) is None
    assert forecast_to(daily, AS_OF, TOMORROW, IN_FOUR_WEEKS).equals(
        forecast_to(recent, AS_OF, TOMORROW, IN_FOUR_WEEKS)
    )


def test_from_a_year_and_eight_weeks_on_there_is_a_season() -> None:
    assert season_of(market(3, campaigns=12, days=LEAST_DAYS)) is not None


def test_two_equal_years_reproduce_the_season() -> None:
    daily = daily_of(swing(_DAYS))
    ahead = np.arange(1, 29)
    true = np.exp(-0.6 * np.sin(2 * np.pi * ahead / 364))
    # What came back until now is held against the expectation that half of it does: four fifths and more are believed.
    assert logs(season_of(daily)) == pytest.approx(0.9 * np.log(true[-1]), rel=0.1)
    truth = np.linspace(80.0, 300.0, _CAMPAIGNS) * (WEEKDAYS[(weekday_of(1)[0] + ahead) % 7] * true).sum()
    order = daily.select("platform", "campaign_id").unique(maintain_order=True).with_row_index("row")
    truth = truth[order.sort("platform", "campaign_id")["row"].to_numpy()]
    with_year = np.abs(total(daily) / truth - 1)
    without = np.abs(total(daily.filter(pl.col("date") > AS_OF - timedelta(days=400))) / truth - 1)
    assert with_year.max() < 0.02
    assert with_year.max() < without.max()


def test_another_unit_of_money_leaves_the_season_as_it_is() -> None:
    daily = market(5, campaigns=10, days=_DAYS)
    scaled = daily.with_columns(pl.col("spend", "revenue") * 128)
    for metric in ("spend", "conversions", "revenue"):
        assert logs(season_of(scaled), metric) == pytest.approx(logs(season_of(daily), metric), abs=1e-9)
    assert total(scaled) == pytest.approx(128 * total(daily), rel=1e-3)


def test_a_young_campaign_has_the_season_of_the_others() -> None:
    factor = np.tile(swing(_DAYS), (_CAMPAIGNS, 1))
    factor[0, :-90] = 0.0
    found = logs(season_of(daily_of(factor)))
    assert found[1] == pytest.approx(found[0], abs=0.01)
    assert found[0] < -0.2


def test_what_does_not_come_back_is_left_out() -> None:
    factor = swing(_DAYS)
    factor[-220:] = 1.0 / factor[-220:] * factor[-220] ** 2
    assert logs(season_of(daily_of(factor))) == pytest.approx(0.0, abs=1e-9)


def test_accounts_with_seasons_of_their_own_keep_them() -> None:
    factor = np.ones((_CAMPAIGNS, _DAYS))
    factor[::2], factor[1::2] = swing(_DAYS), 1.0 / swing(_DAYS)
    falling, rising = logs(season_of(daily_of(factor)))[[-1, 0]]
    assert falling < -0.1
    assert rising > 0.1


def test_the_share_that_came_back_is_that_of_a_regression_with_clustered_errors() -> None:
    rng = np.random.default_rng(4)
    weeks, rows, since = 90, 9, 56
    level = np.cumsum(rng.normal(0, 0.1, (rows, weeks)), axis=1)
    level[:, 52:] += 0.7 * level[:, : weeks - 52]
    moved = level[:, 4:] - level[:, :-4]
    then, now = moved[:, :-52], moved[:, 52:]
    model = OLS(now.ravel(), then.ravel())
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(rows), then.shape[1])})
    slope, error = float(fit.params[0]), float(fit.bse[0])
    assert returned_share(level)[-1] == pytest.approx(slope * slope**2 / (slope**2 + 4 * error**2), rel=1e-9)
    assert returned_share(level)[:since].tolist() == [0.0] * since


def test_of_one_campaign_alone_no_departure_is_expected() -> None:
    assert not returned_share(np.random.default_rng(0).normal(size=(1, 90))).any()


def test_a_season_ahead_is_known_only_as_far_as_a_year_ago_was() -> None:
    season = season_of(daily_of(swing(_DAYS)))
    assert logs(season, ahead=400) == pytest.approx(logs(season, ahead=336))


def test_a_season_that_changes_more_than_it_did_widens_the_interval() -> None:
    weights = np.zeros(2 * len(VARIANTS))
    weights[[1, len(VARIANTS) + 1]] = 0.5
    learnt = Calibration(weights, 0.1, np.full(1, -1.0), np.full(1, 1.0), usual_change=0.03)
    sums = np.full((3, 2 * len(VARIANTS)), 100.0)
    sums[:, len(VARIANTS) :] *= np.array([1.0, 1.06, 0.9])[:, None]
    assert learnt.season_change(sums) == pytest.approx([0.0, 0.03, -0.05], abs=1e-9)
    assert learnt.season_doubt(sums) == pytest.approx([0.0, 0.0, 0.5 * 0.04], abs=1e-6)
    assert not replace(learnt, weights=weights[: len(VARIANTS)]).season_doubt(sums[:, : len(VARIANTS)]).any()


def test_dates_far_apart_are_no_history() -> None:
    daily = market(3, campaigns=4, days=100)
    old = daily.with_columns(pl.col("date") - timedelta(days=2000))
    assert forecast_to(pl.concat([old, daily]), AS_OF, date(2026, 5, 1), IN_FOUR_WEEKS)["total"].is_finite().all()


def test_a_forecast_says_what_the_season_changed_and_nothing_where_none_is_known() -> None:
    daily = daily_of(swing(_DAYS))
    known = forecast_to(daily, AS_OF, TOMORROW, IN_FOUR_WEEKS)["season_change_pct"]
    assert known.is_between(-20.0, -0.5).all()
    recent = daily.filter(pl.col("date") > AS_OF - timedelta(days=LEAST_DAYS - 1))
    young = forecast_to(recent, AS_OF, TOMORROW, IN_FOUR_WEEKS)["season_change_pct"]
    assert young.null_count() == young.len()
    over = forecast_to(daily, AS_OF, date(2026, 5, 1), AS_OF)["season_change_pct"]
    assert over.null_count() == over.len()
