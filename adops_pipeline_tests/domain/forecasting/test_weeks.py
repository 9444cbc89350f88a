"""Thirty weeks: their mean, the growth through them against statsmodels' regression, and what they are made of."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS
from statsmodels.tools import add_constant

from adops_pipeline.domain.allocation.panel import build_panel, clean_daily
from adops_pipeline.domain.forecasting.outlook import VARIANTS, Floats, expected_sums
from adops_pipeline.domain.forecasting.walk import outlooks, prepare
from adops_pipeline.domain.forecasting.weeks import Weeks, by_week, growth, long_level
from adops_pipeline_tests.domain.forecasting.toy_series import AS_OF, WEEKDAYS, frame, weekday_of

AGE = 7.0 * np.arange(30)[::-1] + 3.0


def exponential(slope: float, noise: Floats | None = None) -> Weeks:
    days = np.full((1, 30), 7.0)
    return Weeks(100.0 * np.exp(-slope * AGE + (0.0 if noise is None else noise)) * days, days)


@pytest.mark.parametrize("slope", [-0.01, 0.004])
def test_growth_without_noise_is_found_to_the_last_digit(slope: float) -> None:
    level, found = growth(exponential(slope))
    assert found == pytest.approx([slope])
    assert level == pytest.approx([100.0])


def test_growth_is_the_regressions_shrunk_by_its_standard_error() -> None:
    """Against statsmodels' weighted regression, weeks of pauses left out."""
    rng = np.random.default_rng(5)
    weeks = exponential(0.002, 0.2 * rng.standard_normal(30))
    weeks.values[0, 8:11], weeks.days[0, 8:11] = 0.0, 0.0
    seen = np.flatnonzero(weeks.days[0])
    weight = (7.0 * 0.5 ** (AGE / 140.0))[seen]
    logs = np.log(weeks.values[0, seen] / 7.0)
    fit = WLS(logs, add_constant(-AGE[seen]), weights=weight).fit()
    whole = np.zeros(30)
    whole[seen] = fit.resid
    persistence = max((whole[1:] * whole[:-1]).sum() / (whole**2).sum(), 0.0)
    apart = AGE[seen] - np.average(AGE[seen], weights=weight)
    error = (fit.resid**2).sum() / (len(seen) - 2) * (1 + persistence) / (1 - persistence)
    error *= (weight**2 * apart**2).sum() / (weight * apart**2).sum() ** 2
    slope = fit.params[1]
    assert growth(weeks)[1] == pytest.approx([slope * slope**2 / (slope**2 + 4 * error)])
    assert 0 < growth(weeks)[1][0] < slope


def test_a_level_that_wanders_is_not_taken_for_growth() -> None:
    """As steep a line, once with noise from week to week and once by a level that wandered there."""
    rng = np.random.default_rng(6)
    noise = 0.15 * rng.standard_normal((400, 30))
    walk = np.cumsum(0.08 * rng.standard_normal((400, 30)), axis=1)
    days = np.full((400, 30), 7.0)
    believed = []
    for logs in (noise - 0.004 * AGE, walk):
        plain = [np.polyfit(-AGE, row, 1, w=np.sqrt(0.5 ** (AGE / 140.0)))[0] for row in logs]
        believed.append(np.abs(growth(Weeks(np.exp(logs) * days, days))[1]).sum() / np.abs(plain).sum())
    assert believed[0] > 0.9
    assert believed[1] < 0.8


def test_weeks_end_with_the_last_day_and_the_first_may_be_short() -> None:
    values = np.arange(1.0, 17.0)[None]
    weeks = by_week(values, np.ones_like(values))
    assert weeks.values.tolist() == [[1 + 2, sum(range(3, 10)), sum(range(10, 17))]]
    assert weeks.days.tolist() == [[2.0, 7.0, 7.0]]
    assert long_level(weeks) == pytest.approx(values.mean())


def _levels(spend: Floats, origin: int | None = None) -> dict[str, float]:
    panel = build_panel(clean_daily(frame(spend, spend / 10), AS_OF, 0), AS_OF, spend.shape[1])
    histories = prepare(panel)
    metric, seen = next(outlooks(histories, spend.shape[1] - 1 if origin is None else origin))
    assert metric == "spend"
    return dict(zip(VARIANTS, seen.levels[0].tolist(), strict=True))


def test_the_long_level_is_of_thirty_weeks_without_pauses() -> None:
    days = 260
    spend = (50.0 * WEEKDAYS[weekday_of(days)])[None].copy()
    spend[:, :100] *= 3.0  # of these, the last 210 days have 50
    spend[:, 110:124] = 0.0
    expected = (150.0 * 50 + 50.0 * (160 - 14)) / (210 - 14)
    assert _levels(spend)["level over thirty weeks"] == pytest.approx(expected, rel=0.01)


def test_a_forecast_of_an_earlier_day_does_not_know_of_the_pause_that_followed() -> None:
    rng = np.random.default_rng(7)
    spend = 100.0 * np.exp(0.1 * rng.standard_normal((1, 240)))
    stopped = spend.copy()
    stopped[:, 200:] = 0.0
    assert _levels(stopped, 199) == _levels(spend, 199)


def test_growth_goes_on_and_fades_and_one_day_does_not_move_the_level_without_outliers() -> None:
    days = np.arange(210)
    grown = 100.0 * np.exp(0.004 * (days - 209.0))[None]
    panel = build_panel(clean_daily(frame(grown, grown / 10), AS_OF, 0), AS_OF, 210)
    histories = prepare(panel)
    for metric, share in zip(("spend", "conversions"), (1.0, 0.1), strict=True):
        seen = dict(outlooks(histories, 209))[metric]  # type: ignore[index]
        weekday = (histories.first_weekday + 210) % 7
        sums = expected_sums(seen, weekday, np.array([56]))[0, :, 0] / share
        fading = np.cumsum(0.99 ** np.arange(56))
        assert sums[VARIANTS.index("growth over thirty weeks")] == pytest.approx(
            100 * np.exp(0.004 * fading).sum(), rel=0.02
        )
        assert sums[VARIANTS.index("level over 28 days")] < 56 * 97
    steady = np.full((1, 210), 100.0) * np.exp(0.1 * np.random.default_rng(8).standard_normal((1, 210)))
    odd = steady.copy()
    odd[0, 203] *= 10
    plain, robust = ("level over 28 days", "level without outliers")
    assert _levels(odd)[plain] > 1.15 * _levels(steady)[plain]
    assert _levels(odd)[robust] == pytest.approx(_levels(steady)[robust], rel=0.08)
