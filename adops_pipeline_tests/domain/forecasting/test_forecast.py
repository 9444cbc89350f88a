"""The forecast to a period's end: sums, edges, stopped and new campaigns, late conversions."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adops_pipeline.domain.forecasting import METRICS, forecast_to
from adops_pipeline.domain.forecasting.forecast import SCHEMA
from adops_pipeline_tests.domain.forecasting.toy_series import AS_OF, WEEKDAYS, frame, market, weekday_of
from adops_pipeline_tests.profiles import examples

START, END = date(2026, 5, 1), date(2026, 5, 31)


def row(table: pl.DataFrame, campaign: str, metric: str = "spend") -> dict[str, float]:
    return table.row(by_predicate=(pl.col("campaign_id") == campaign) & (pl.col("metric") == metric), named=True)


def test_a_steady_weekday_pattern_is_continued_exactly() -> None:
    spend = np.outer([100.0, 250.0], WEEKDAYS[weekday_of(140)])
    table = forecast_to(frame(spend, spend / 50), AS_OF, START, END)
    ahead = WEEKDAYS[(weekday_of(1)[0] + np.arange(1, 18)) % 7].sum()
    known = WEEKDAYS[weekday_of(14)].sum()
    for campaign, level in (("100", 100.0), ("101", 250.0)):
        found = row(table, campaign)
        assert found["actual_to_date"] == pytest.approx(level * known)
        assert found["total"] == pytest.approx(level * (known + ahead), rel=0.01)
        assert found["total_low"] <= found["total"] <= found["total_high"]
        assert found["total_high"] - found["total_low"] < 0.1 * found["total"]


def test_all_metrics_of_all_campaigns_are_there_with_the_promised_columns() -> None:
    table = forecast_to(market(1, campaigns=12), AS_OF, START, END)
    assert table.schema == pl.Schema(SCHEMA)
    assert table.height == 12 * 3
    assert table["metric"].to_list() == list(METRICS) * 12


def test_month_end_totals_fall_into_their_intervals_four_times_in_five() -> None:
    held = []
    for seed in range(6):
        whole = market(seed, campaigns=40, days=260)
        as_of = AS_OF - timedelta(days=20)
        table = forecast_to(whole, as_of, as_of - timedelta(days=9), AS_OF)
        in_period = pl.col("date") >= as_of - timedelta(days=9)
        truth = (
            whole.filter(in_period)
            .group_by("campaign_id")
            .agg(pl.col(*METRICS).sum())
            .unpivot(index="campaign_id", variable_name="metric", value_name="truth")
        )
        judged = table.filter("is_running").join(truth, on=["campaign_id", "metric"])
        held.append(
            judged.select(
                (pl.col("truth") >= pl.col("total_low")) & (pl.col("truth") <= pl.col("total_high"))
            ).to_series()
        )
    assert 0.72 <= pl.concat(held).mean() <= 0.88  # type: ignore[operator]


def test_of_a_stopped_campaign_nothing_more_is_expected() -> None:
    spend = np.full((3, 90), 80.0)
    spend[1, -5:] = 0.0
    table = forecast_to(frame(spend, spend / 10), AS_OF, START, END)
    for metric in METRICS:
        stopped = row(table, "101", metric)
        assert stopped["total"] == stopped["total_low"] == stopped["total_high"] == stopped["actual_to_date"] > 0
        assert not stopped["is_running"]


def test_a_pause_in_the_past_does_not_pull_the_forecast_down() -> None:
    spend = np.full((4, 120), 60.0)
    spend[0, 70:95] = 0.0
    table = forecast_to(frame(spend, spend / 10), AS_OF, START, END)
    assert row(table, "100")["total"] == pytest.approx(row(table, "102")["total"], rel=0.02)


def test_weekends_without_spend_are_expected_to_stay_without() -> None:
    on = (weekday_of(120) < 5).astype(float)
    spend = np.outer([50.0, 70.0], on)
    table = forecast_to(frame(spend, spend / 10), date(2026, 5, 14), START, END)
    workdays = sum((START + timedelta(days=n)).weekday() < 5 for n in range(31))
    assert row(table, "100")["total"] == pytest.approx(50.0 * workdays, rel=0.03)


def test_a_campaign_expects_nothing_after_its_own_end() -> None:
    daily = frame(np.full((2, 90), 40.0), np.full((2, 90), 4.0))
    ends = {
        "platform": ["meta-ads", "google-ads"],
        "campaign_id": ["100", "101"],
        "end_date": [AS_OF + timedelta(days=3), None],
    }
    table = forecast_to(daily, AS_OF, START, END, campaigns=pl.DataFrame(ends))
    assert row(table, "100")["days_ahead"] == 3
    assert row(table, "100")["total"] == pytest.approx(40.0 * (14 + 3), rel=0.02)
    assert row(table, "101")["total"] == pytest.approx(40.0 * 31, rel=0.02)


@pytest.mark.parametrize("ended_days_ago", [0, 5])
def test_a_campaign_that_has_ended_expects_nothing_more(ended_days_ago: int) -> None:
    daily = frame(np.full((1, 90), 40.0), np.full((1, 90), 4.0))
    ends = daily.select("platform", "campaign_id", end_date=pl.lit(AS_OF - timedelta(days=ended_days_ago)))
    found = row(forecast_to(daily, AS_OF, START, END, campaigns=ends), "100")
    assert (found["days_ahead"], found["total"]) == (0, 40.0 * 14)


def test_conversions_that_arrive_late_are_added() -> None:
    conversions = np.random.default_rng(0).poisson(50.0, (12, 100)).astype(float)
    daily = frame(np.full((12, 100), 500.0), conversions)
    age = (pl.lit(AS_OF) - pl.col("date")).dt.total_days()
    known = (0.5 + 0.05 * age).clip(0, 1)
    arrived = daily.with_columns(pl.col("conversions", "revenue") * known, maturity=known)
    table = forecast_to(arrived, AS_OF, START, END).filter(metric="conversions")
    assert table["actual_to_date"].mean() < 50.0 * 14 * 0.85  # type: ignore[operator]
    assert table["total"].mean() == pytest.approx(50.0 * 31, rel=0.02)
    complete = forecast_to(daily, AS_OF, START, END).filter(metric="conversions")
    assert table["total"].to_list() == pytest.approx(complete["total"].to_list(), rel=0.08)
    wider = (table["total_high"] - table["total_low"]) > (complete["total_high"] - complete["total_low"])
    assert wider.mean() > 0.6  # type: ignore[operator]


def test_a_new_budget_shows_in_all_metrics_within_days() -> None:
    rng = np.random.default_rng(0)
    spend = np.full((40, 160), 100.0) * rng.lognormal(0, 0.05, (40, 160))
    for moved, day in zip(range(1, 40), rng.integers(20, 150, 39), strict=True):
        spend[moved, day:] *= 1.5
    spend[0, -6:] *= 1.8
    table = forecast_to(frame(spend, spend / 10), AS_OF, AS_OF + timedelta(days=1), AS_OF + timedelta(days=7))
    assert row(table, "100")["total"] > 1.5 * 700
    assert row(table, "100", "conversions")["total"] > 1.25 * 70


def test_a_new_campaign_without_results_is_expected_to_do_as_its_platform() -> None:
    spend, conversions = np.full((9, 60), 90.0), np.random.default_rng(1).poisson(9.0, (9, 60)).astype(float)
    spend[0, :-2], conversions[0] = 0.0, 0.0
    found = row(forecast_to(frame(spend, conversions), AS_OF, START, END), "100", "conversions")
    assert 0 < found["total"] < 9.0 * 17
    assert found["total_high"] > found["total"]


def test_a_period_that_is_over_is_simply_summed() -> None:
    table = forecast_to(market(2, campaigns=5), AS_OF, date(2026, 4, 1), date(2026, 5, 14))
    assert table["total"].to_list() == table["actual_to_date"].to_list() == table["total_high"].to_list()
    assert set(table["days_ahead"]) == {0}


def test_neither_order_nor_rows_after_the_day_matter() -> None:
    daily = market(3, campaigns=15)
    later = daily.with_columns(pl.col("date") + timedelta(days=400))
    mixed = pl.concat([daily, later]).sample(fraction=1.0, shuffle=True, seed=3)
    assert forecast_to(mixed, AS_OF, START, END).equals(forecast_to(daily, AS_OF, START, END))


def test_another_currency_unit_scales_the_forecast() -> None:
    daily = market(4, campaigns=15)
    scaled = forecast_to(daily.with_columns(pl.col("spend", "revenue") * 128), AS_OF, START, END)
    plain = forecast_to(daily, AS_OF, START, END)
    money = pl.col("metric") != "conversions"
    for column in ("total", "total_low", "total_high"):
        expected = (plain.filter(money)[column] * 128).to_list()
        assert scaled.filter(money)[column].to_list() == pytest.approx(expected, rel=1e-4, abs=1e-6)


@examples(12)
@given(
    spend=arrays(float, (3, 40), elements=st.just(0.0) | st.floats(0.01, 1e7)),
    conversions=arrays(float, (3, 40), elements=st.just(0.0) | st.floats(0, 1e5) | st.just(float("nan"))),
)
def test_whatever_the_numbers_nothing_is_nan_or_infinite(
    spend: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    conversions: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    table = forecast_to(frame(spend, conversions), AS_OF, START, END)
    numbers = table.select("actual_to_date", "total", "total_low", "total_high")
    assert numbers.null_count().sum_horizontal().item() == 0
    assert all(numbers[c].is_finite().all() for c in numbers.columns)
    assert (table["total_low"] <= table["total"] + 1e-6 * table["total"]).all()
    assert (table["total"] <= table["total_high"] + 1e-6 * table["total"]).all()
    assert (table["total_low"] >= table["actual_to_date"] * (1 - 1e-9)).all()


def test_no_data_no_rows() -> None:
    assert forecast_to(market(5).clear(), AS_OF, START, END).schema == pl.Schema(SCHEMA)


@pytest.mark.parametrize(
    ("start", "end", "coverage", "message"),
    [
        (END, START, 0.8, "ends .* before it starts"),
        (AS_OF + timedelta(days=2), END, 0.8, "later than the day after"),
        (START, END, 80.0, "coverage must be between 0 and 1, got 80"),
    ],
)
def test_impossible_questions_are_refused(start: date, end: date, coverage: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        forecast_to(market(6, campaigns=2), AS_OF, start, end, coverage=coverage)


def test_a_period_begins_with_the_first_known_day_of_its_campaign_and_its_days_ahead_are_as_before() -> None:
    daily = market(3, campaigns=4)
    keys = daily.select("platform", "campaign_id").unique(maintain_order=True)
    tomorrow = AS_OF + timedelta(days=1)
    known = [date(2026, 5, 6), date(2026, 3, 1), tomorrow + timedelta(days=3), None]
    campaigns = keys.with_columns(pl.Series("known_from", known, dtype=pl.Date))
    found = forecast_to(daily, AS_OF, START, END, campaigns=campaigns)
    usual = forecast_to(daily, AS_OF, START, END)
    starts = dict(found.select("campaign_id", "period_start").iter_rows())
    assert [starts[name] for name in keys["campaign_id"]] == [date(2026, 5, 6), START, tomorrow, START]
    for name, start in starts.items():
        days = daily.filter(pl.col("campaign_id") == name, pl.col("date").is_between(start, AS_OF))
        assert row(found, name)["actual_to_date"] == pytest.approx(days["spend"].sum())
        ahead = [row(table, name)["total"] - row(table, name)["actual_to_date"] for table in (found, usual)]
        assert ahead[0] == pytest.approx(ahead[1])
