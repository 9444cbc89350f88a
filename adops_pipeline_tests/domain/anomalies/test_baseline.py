"""What a day is held against: the days before it, never itself, with noise that counts and their floor allow."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from adops_pipeline.domain.anomalies import AnomalyRules, detect_anomalies
from adops_pipeline.domain.anomalies.baseline import fit_baseline
from adops_pipeline.domain.anomalies.scoring import score_metric
from adops_pipeline.domain.day_panel import Floats, build_panel

AS_OF = date(2025, 6, 29)
DAYS, JUDGED = 98, 28
NO_HABIT = AnomalyRules(weekday_prior_weeks=1e12, noise_prior_days=1e-9)
COLUMNS = ("spend", "impressions", "clicks", "conversions")
GROUP = np.zeros(1, dtype=np.intp)


def weekdays(count: int = DAYS) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.arange(count, dtype=np.intp) % 7


def test_a_days_level_is_the_median_of_the_week_before_it_without_the_day_itself() -> None:
    climbing = np.arange(DAYS, dtype=np.float64)[None, :]
    base = fit_baseline(climbing, weekdays(), GROUP, JUDGED, 7, AnomalyRules())
    flat = np.where(np.arange(DAYS) == DAYS - 1, 1000.0, 5.0)[None, :]
    assert base.expected[0, -1] == pytest.approx(DAYS - 1)  # four days' climb is the habit of every weekday
    assert fit_baseline(flat, weekdays(), GROUP, JUDGED, 7, AnomalyRules()).expected[0, -1] == 5.0
    steps = np.array([[float(n // 4) for n in range(DAYS)]])
    level = fit_baseline(steps, weekdays(), GROUP, JUDGED, 1, NO_HABIT).expected
    habit = fit_baseline(steps, weekdays(), GROUP, JUDGED, 1, NO_HABIT).expected - level
    assert not habit.any()
    assert level[0, -2:].tolist() == pytest.approx([steps[0, -3] + _habit(steps), steps[0, -2] + _habit(steps)])


def _habit(values: Floats) -> float:
    """The usual distance of a day from the one before, which all weekdays share here."""
    train = np.diff(values[0, : DAYS - JUDGED])[-56:]
    return float(np.median([np.median(train[day::7]) for day in range(7)]))


def test_noise_comes_from_the_training_weeks_alone() -> None:
    rng = np.random.default_rng(1)
    calm = rng.standard_normal((1, DAYS))
    wild = calm.copy()
    wild[:, -JUDGED:] *= 50
    noise = [fit_baseline(v, weekdays(), GROUP, JUDGED, 7, AnomalyRules()).noise[0, 0] for v in (calm, wild)]
    assert noise[0] == noise[1]


@pytest.mark.parametrize("history", [8, 20, 41, 42, 60])
def test_a_campaign_is_judged_from_its_eighth_day_on(history: int) -> None:
    values = np.full((1, DAYS), np.nan)
    values[:, -history:] = 5.0
    judged = np.isfinite(fit_baseline(values, weekdays(), GROUP, JUDGED, 7, AnomalyRules()).expected[0])
    assert judged.tolist() == [history - JUDGED + n >= 7 for n in range(JUDGED)]


def test_the_noise_of_a_young_campaign_is_taken_as_larger() -> None:
    old = np.random.default_rng(2).standard_normal((400, DAYS))
    young = old.copy()
    young[:, : -JUDGED - 13] = np.nan
    group, rules = np.zeros(400, dtype=np.intp), AnomalyRules(noise_prior_days=1e-9)
    noise = [np.median(fit_baseline(v, weekdays(), group, JUDGED, 7, rules).noise[:, 0]) for v in (old, young)]
    # Ten days have a level of their own: Student's quantiles at 5 standard deviations, 10 and 56 degrees of freedom.
    expected = stats.t.isf(stats.norm.sf(5.0), 10) / stats.t.isf(stats.norm.sf(5.0), 56)
    assert noise[1] / noise[0] == pytest.approx(expected, rel=0.15)


def test_the_threshold_rises_where_days_have_a_heavy_tail() -> None:
    rng = np.random.default_rng(3)
    group = np.zeros(60, dtype=np.intp)
    normal = fit_baseline(rng.standard_normal((60, DAYS)), weekdays(), group, JUDGED, 7, AnomalyRules())
    heavy = fit_baseline(rng.standard_t(2, (60, DAYS)), weekdays(), group, JUDGED, 7, AnomalyRules())
    assert normal.tail[0] == pytest.approx(5.1, rel=0.15)
    assert normal.reference[0] == pytest.approx(2.58, rel=0.15)
    assert heavy.tail[0] == pytest.approx(1.9, rel=0.15)


def test_a_day_that_struck_every_campaign_does_not_make_tails_heavy() -> None:
    values = np.random.default_rng(4).standard_normal((60, DAYS))
    values[:, -40:-34] *= 20
    base = fit_baseline(values, weekdays(), np.zeros(60, dtype=np.intp), JUDGED, 7, AnomalyRules())
    assert base.tail[0] > 4.0


def rows(**last: float) -> pl.DataFrame:
    """A campaign whose days are all alike, with other values on the last day."""
    values = {"spend": 100.0, "impressions": 10_000.0, "clicks": 200.0, "conversions": 20.0}
    dates = [AS_OF - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    days = [{**values, "date": day} for day in dates[:-1]] + [{**values, **last, "date": dates[-1]}]
    return pl.DataFrame(days).with_columns(platform=pl.lit("meta-ads"), campaign_id=pl.lit("7"), currency=pl.lit("EUR"))


@pytest.mark.parametrize(
    ("metric", "last", "score"),
    [
        # Nothing varies: only 5 % of noise, and that of the counts, keep a score finite.
        ("spend", {"spend": 110.0}, np.log(1.1) / 0.05),
        ("impressions", {"impressions": 11_000.0}, np.log(1.1) / np.sqrt(0.05**2 + 1 / 10_000)),
        ("ctr", {"clicks": 240.0}, np.log(240.5 / 200.5) / np.sqrt(0.05**2 + 1 / (200.5 / 10_001 * 10_000))),
        ("cpc", {"spend": 110.0}, np.log(1.1) / np.sqrt(0.05**2 + 1 / 220)),
    ],
)
def test_a_score_is_no_larger_than_the_least_noise_and_the_counts_allow(
    metric: str, last: dict[str, float], score: float
) -> None:
    panel = build_panel(rows(**last), COLUMNS, AS_OF - timedelta(97), AS_OF)
    found = score_metric(metric, panel, GROUP, JUDGED, AnomalyRules())  # type: ignore[arg-type]
    assert found.score[0, -1] == pytest.approx(score)
    assert found.score[0, -2] == pytest.approx(0.0, abs=1e-9)
    reach = found.high[0, -1] / found.expected[0, -1]
    assert found.expected[0, -1] / found.low[0, -1] == pytest.approx(reach)
    assert np.log(reach) == pytest.approx(5.0 * abs(np.log(_change(metric, last))) / abs(score))


def _change(metric: str, last: dict[str, float]) -> float:
    return {"spend": 1.1, "impressions": 1.1, "ctr": 240.5 / 200.5, "cpc": 1.1}[metric] if last else 1.0


def test_conversions_stray_by_at_least_what_counting_allows() -> None:
    panel = build_panel(
        rows(conversions=28.0), ("spend", "impressions", "clicks", "conversions"), AS_OF - timedelta(97), AS_OF
    )
    found = score_metric("conversions", panel, GROUP, JUDGED, AnomalyRules())
    noise = np.sqrt(1 + 0.05**2 * 20)
    assert np.sqrt(found.high[0, -1]) - np.sqrt(20.0) == pytest.approx(5 * noise / 2)
    assert np.sqrt(20.0) - np.sqrt(found.low[0, -1]) == pytest.approx(min(5 * noise / 2, np.sqrt(20.0)))
    assert 1.5 < found.score[0, -1] < 2.0  # 8 of 20 more: 1.7 standard deviations of a Poisson count


def test_a_band_of_few_conversions_starts_at_zero() -> None:
    daily = rows(conversions=12.0).with_columns(pl.col("conversions").replace({20.0: 2.0}))
    panel = build_panel(daily, ("spend", "impressions", "clicks", "conversions"), AS_OF - timedelta(97), AS_OF)
    found = score_metric("conversions", panel, GROUP, JUDGED, AnomalyRules())
    assert found.low[0, -1] == 0.0
    assert found.expected[0, -1] == pytest.approx(2.0, rel=0.02)


def test_few_conversions_are_expected_at_the_mean_of_the_training_weeks_before_the_day_itself() -> None:
    daily = rows(conversions=50.0).with_columns(pl.col("conversions").replace({20.0: 2.0}))
    panel = build_panel(daily, ("spend", "impressions", "clicks", "conversions"), AS_OF - timedelta(97), AS_OF)
    found = score_metric("conversions", panel, GROUP, JUDGED, AnomalyRules())
    days = 7 * AnomalyRules().training_weeks
    assert found.expected[0, -1] == pytest.approx((2.0 * days + 0.5) / days)


@pytest.mark.parametrize("metric", ["ctr", "cpc"])
@pytest.mark.parametrize(("usual_clicks", "is_judged"), [(9.0, False), (12.0, True)])
def test_ratios_of_clicks_are_judged_from_ten_expected_clicks_on(
    metric: str, usual_clicks: float, is_judged: bool
) -> None:
    daily = rows(clicks=200.0).with_columns(clicks=pl.lit(usual_clicks))
    panel = build_panel(daily, COLUMNS, AS_OF - timedelta(97), AS_OF)
    assert np.isfinite(score_metric(metric, panel, GROUP, JUDGED, AnomalyRules()).score[0, -1]) == is_judged  # type: ignore[arg-type]


def test_impressions_are_judged_however_few_are_expected() -> None:
    panel = build_panel(rows().with_columns(impressions=pl.lit(8.0)), COLUMNS, AS_OF - timedelta(97), AS_OF)
    assert np.isfinite(score_metric("impressions", panel, GROUP, JUDGED, AnomalyRules()).score[0, -1])


def test_a_day_without_a_row_has_no_score_of_conversions() -> None:
    daily = rows().filter(pl.col("date") != AS_OF - timedelta(days=2))
    panel = build_panel(daily, ("spend", "impressions", "clicks", "conversions"), AS_OF - timedelta(97), AS_OF)
    score = score_metric("conversions", panel, GROUP, JUDGED, AnomalyRules()).score[0, -4:]
    assert np.isfinite(score).tolist() == [True, False, True, True]


@pytest.mark.parametrize(("mature_after", "is_judged"), [(1, True), (2, False)])
def test_conversions_are_judged_from_the_very_day_on_which_they_are_mature(mature_after: int, is_judged: bool) -> None:
    table = detect_anomalies(rows(conversions=0.0), AS_OF, {"meta-ads": mature_after})
    assert ("conversions" in table["metric"].to_list()) is is_judged


@pytest.mark.parametrize(("mature_after", "is_split"), [(1, True), (2, False)])
def test_the_cpa_of_a_day_is_explained_once_its_conversions_are_known(mature_after: int, is_split: bool) -> None:
    table = detect_anomalies(rows(spend=300.0), AS_OF, {"meta-ads": mature_after})
    spend = table.filter(pl.col("metric") == "spend").row(0, named=True)
    assert ("1/CVR" in spend["explanation"]) is is_split
