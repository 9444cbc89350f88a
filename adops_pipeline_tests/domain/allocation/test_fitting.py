"""Curves fitted to data: close to the truth, shrunk where data are few, unmoved by outliers."""

from datetime import timedelta
from time import process_time

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from adops_pipeline.domain.allocation.demand import shared_demand
from adops_pipeline.domain.allocation.fitting import HIGHEST, LOWEST, Fit, adstocked, fit_curves
from adops_pipeline.domain.allocation.panel import Panel, build_panel, clean_daily
from adops_pipeline.domain.allocation.uncertainty import draw_parameters
from adops_pipeline.domain.allocation.weeks import sum_weeks
from adops_pipeline_tests.domain.allocation.toy_market import AS_OF, ToyMarket, make_market


def fitted(daily: pl.DataFrame, days: int = 120, adstock_decay: float = 0.0) -> Fit:
    panel = build_panel(clean_daily(daily, AS_OF, 0), AS_OF, days)
    return fitted_panel(panel, adstock_decay)


def fitted_panel(panel: Panel, adstock_decay: float = 0.0) -> Fit:
    weeks = sum_weeks(panel, panel.conversions, adstocked(panel.spend, adstock_decay))
    return fit_curves(weeks, shared_demand(weeks, panel.account, panel.group), panel.group)


def elasticities(fit: Fit) -> npt.NDArray[np.float64]:
    """Percent more conversions per percent more spend, at typical spend."""
    curves = fit.curves()
    odds = curves.slope * (np.log(fit.typical_spend) - curves.log_half)
    return np.asarray(curves.slope / (1 + np.exp(odds)), dtype=np.float64)


def true_elasticities(market: ToyMarket, fit: Fit, daily: pl.DataFrame) -> npt.NDArray[np.float64]:
    keys = daily.select("platform", "campaign_id").unique().sort("platform", "campaign_id")
    curves = [market.curves[f"{p}:{c}"] for p, c in keys.iter_rows()]
    pairs = zip(curves, fit.typical_spend, strict=True)
    return np.array([c.slope / (1 + (s / c.half_saturation) ** c.slope) for c, s in pairs])


def test_elasticities_are_recovered_from_noisy_days() -> None:
    market = make_market(1, campaigns=60, days=180)
    fit = fitted(market.daily, 180)
    truth = true_elasticities(market, fit, market.daily)
    error = elasticities(fit) - truth
    assert np.sqrt(np.mean(error**2)) < 0.75 * truth.std()
    assert abs(error.mean()) < 0.06
    assert np.corrcoef(elasticities(fit), truth)[0, 1] > 0.65


def test_the_level_is_that_of_the_data() -> None:
    market = make_market(2)
    fit = fitted(market.daily)
    mean = (
        market.daily.group_by("platform", "campaign_id")
        .agg(pl.col("conversions").mean())
        .sort("platform", "campaign_id")
    )
    assert np.exp(fit.theta[:, 0]) == pytest.approx(mean["conversions"].to_numpy(), rel=0.25)


def test_few_days_are_drawn_to_the_platform() -> None:
    market = make_market(3, campaigns=40)
    short = market.daily.filter(pl.col("date") > AS_OF - timedelta(days=10))
    long_spread, short_spread = (elasticities(fitted(d)).std() for d in (market.daily, short))
    assert short_spread < 0.6 * long_spread


def test_a_tracking_outage_and_a_runaway_day_hardly_move_the_curves() -> None:
    market = make_market(4, campaigns=30)
    struck = market.daily.with_columns(
        conversions=pl.when(pl.col("date") == AS_OF - timedelta(days=30))
        .then(0.0)
        .when(pl.col("date") == AS_OF - timedelta(days=60))
        .then(pl.col("conversions") * 20)
        .otherwise("conversions")
    )
    assert np.abs(elasticities(fitted(struck)) - elasticities(fitted(market.daily))).mean() < 0.06


def test_parameters_stay_within_their_bounds_whatever_the_data() -> None:
    rng = np.random.default_rng(0)
    daily = make_market(5, campaigns=20, days=60).daily
    wild = daily.with_columns(
        conversions=pl.Series(rng.pareto(0.7, daily.height) * 1e6), spend=pl.Series(rng.pareto(0.5, daily.height))
    )
    fit = fitted(wild, 60)
    assert np.isfinite(fit.theta).all()
    assert (fit.theta >= LOWEST).all()
    assert (fit.theta <= HIGHEST).all()
    assert np.isfinite(draw_parameters(fit, 20, 0).theta).all()


def test_draws_centre_on_the_fit_and_widen_with_fewer_days() -> None:
    market = make_market(6, campaigns=30)
    widths = []
    for days in (120, 42):
        fit = fitted(market.daily.filter(pl.col("date") > AS_OF - timedelta(days=days)))
        draws = draw_parameters(fit, 200, 1).theta
        assert np.abs(draws.mean(axis=1) - fit.theta)[:, 1:3].mean() < 0.12
        widths.append(draws[..., 1].std(axis=1).mean())
    assert widths[1] > 1.05 * widths[0]


def test_adstock_recovers_a_carried_over_response_better_than_ignoring_it() -> None:
    market = make_market(7, campaigns=40, days=200)
    names = ["platform", "campaign_id"]
    carried = market.daily.sort(*names, "date").with_columns(
        smooth=pl.col("spend").cast(pl.Float64).ewm_mean(alpha=0.4, adjust=False).over(names)
    )
    rng = np.random.default_rng(1)
    parts = []
    for (platform, campaign), rows in carried.group_by(names, maintain_order=True):
        curve = market.curves[f"{platform}:{campaign}"]
        mean = np.array([curve.response(s) for s in rows["smooth"]]) / 40.0
        parts.append(rows.with_columns(conversions=pl.Series(rng.poisson(mean).astype(float))))
    daily = pl.concat(parts).drop("smooth")
    errors = []
    for decay in (0.6, 0.0):
        fit = fitted(daily, 200, decay)
        errors.append(np.abs(elasticities(fit) - true_elasticities(market, fit, daily)).mean())
    assert errors[0] < errors[1]


def test_a_thousand_campaigns_are_fitted_in_a_moment() -> None:
    daily = make_market(8, campaigns=1000, days=120).daily
    panel = build_panel(clean_daily(daily, AS_OF, 0), AS_OF, 120)
    start = process_time()
    fitted_panel(panel)
    assert process_time() - start < 2.0
