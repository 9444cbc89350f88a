"""What benchmarks promise: ratios of sums, direction, honest significance, peers of one kind."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from adops_pipeline.domain.benchmarks import METRICS, benchmark_campaigns
from adops_pipeline.domain.benchmarks.table import SCHEMA
from adops_pipeline_tests.profiles import examples

AS_OF = date(2025, 6, 29)
DAYS = 140
MATURE = {"google-ads": 1}


def campaigns(n: int, currency: str = "EUR", objective: str = "SALES") -> pl.DataFrame:
    ids = [f"c{c:02}" for c in range(n)]
    columns = {"platform": ["google-ads"] * n, "external_id": ids, "objective": [objective] * n}
    return pl.DataFrame({**columns, "currency": [currency] * n})


def daily(n: int = 8, seed: int = 0, clicks: float = 300.0) -> pl.DataFrame:
    """Campaigns at rest: only Poisson noise, a weekday habit and 10 % noise on prices."""
    rng = np.random.default_rng(seed)
    dates = [AS_OF - timedelta(days=DAYS - 1 - d) for d in range(DAYS)]
    week = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.9, 0.9])[[d.weekday() for d in dates]]
    frames = []
    for c in range(n):
        shown = rng.poisson(clicks * 50.0 * week * np.exp(0.1 * rng.standard_normal(DAYS)))
        clicked = rng.binomial(shown, 0.02)
        sales = rng.binomial(clicked, 0.08).astype(float)
        spend = clicked * np.exp(0.1 * rng.standard_normal(DAYS))
        values = {
            "date": dates,
            "spend": spend,
            "impressions": shown,
            "clicks": clicked,
            "conversions": sales,
            "revenue": sales * 50.0,
        }
        frames.append(pl.DataFrame({"platform": "google-ads", "campaign_id": f"c{c:02}", **values}))
    return pl.concat(frames)


def in_last_week(name: str, factor: float, campaign: str = "c00") -> pl.Expr:
    struck = (pl.col("date") > AS_OF - timedelta(days=7)) & (pl.col("campaign_id") == campaign)
    return pl.when(struck).then(pl.col(name) * factor).otherwise(pl.col(name) * 1.0).alias(name)


def row(table: pl.DataFrame, metric: str, period: str = "week", campaign: str = "c00") -> dict[str, object]:
    found = table.filter(
        (pl.col("metric") == metric) & (pl.col("period") == period) & (pl.col("campaign_id") == campaign)
    )
    return found.row(0, named=True)


def test_values_are_ratios_of_sums_over_whole_weeks() -> None:
    rows = daily(1)
    found = row(benchmark_campaigns(rows, campaigns(1), AS_OF, MATURE), "cpa")
    now = rows.filter(pl.col("date") > AS_OF - timedelta(days=7))
    before = rows.filter(pl.col("date").is_between(AS_OF - timedelta(days=34), AS_OF - timedelta(days=7)))
    for side, name in ((now, "current_value"), (before, "baseline_value")):
        spend, sales = side.select(pl.col("spend", "conversions").sum()).row(0)
        assert found[name] == pytest.approx(spend / sales)
    assert found["period_start"] == AS_OF - timedelta(days=6)
    assert found["period_end"] == AS_OF


def test_a_lower_cpa_is_better_and_a_lower_ctr_is_worse() -> None:
    table = benchmark_campaigns(daily().with_columns(in_last_week("conversions", 2.0)), campaigns(8), AS_OF, MATURE)
    found = row(table, "cpa")
    assert found["status"] == "better"
    assert found["change_pct"] == pytest.approx(-50, abs=12)
    assert isinstance(found["z_score"], float)
    assert found["z_score"] < -3
    fewer = benchmark_campaigns(daily().with_columns(in_last_week("clicks", 0.5)), campaigns(8), AS_OF, MATURE)
    assert row(fewer, "ctr")["status"] == "worse"
    assert row(fewer, "cpc")["status"] == "worse"


def test_campaigns_at_rest_are_called_changed_about_as_often_as_chance_says() -> None:
    scores = [
        benchmark_campaigns(daily(30, seed), campaigns(30), AS_OF, MATURE).drop_nulls("z_score") for seed in range(12)
    ]
    table = pl.concat(scores)
    for metric in METRICS:
        alarms = (table.filter(pl.col("metric") == metric)["z_score"].abs() > 1.96).mean()
        assert isinstance(alarms, float)
        assert 0.01 <= alarms <= 0.075, metric


def test_few_events_or_days_are_insufficient() -> None:
    table = benchmark_campaigns(daily(4, clicks=2.0), campaigns(4), AS_OF, MATURE)
    assert set(table.filter((pl.col("metric") == "cpa") & (pl.col("period") == "week"))["status"]) == {
        "insufficient-data"
    }
    young = daily(1).filter(pl.col("date") > AS_OF - timedelta(days=10))
    assert row(benchmark_campaigns(young, campaigns(1), AS_OF, MATURE), "ctr")["status"] == "insufficient-data"


def test_conversions_still_on_their_way_do_not_make_a_campaign_look_worse() -> None:
    unripe = daily().with_columns(in_last_week("conversions", 0.3))
    assert row(benchmark_campaigns(unripe, campaigns(8), AS_OF, {"google-ads": 1}), "cpa")["status"] == "worse"
    found = row(benchmark_campaigns(unripe, campaigns(8), AS_OF, {"google-ads": 8}), "cpa")
    assert found["status"] == "normal"
    assert found["period_end"] == AS_OF - timedelta(days=7)


def test_a_week_without_conversions_is_worse_with_the_bound_that_none_allow() -> None:
    silent = daily().with_columns(in_last_week("conversions", 0.0)).with_columns(in_last_week("revenue", 0.0))
    table = benchmark_campaigns(silent, campaigns(8), AS_OF, MATURE)
    cpa, roas = row(table, "cpa"), row(table, "roas")
    week = silent.filter(pl.col("campaign_id") == "c00", pl.col("date") > AS_OF - timedelta(days=7))
    spent = float(week.select(pl.col("spend").sum()).item())
    most = stats.chi2.ppf(0.975, 2) / 2  # 3.7 conversions
    assert (cpa["current_value"], cpa["change_pct"], cpa["status"]) == (None, None, "worse")
    assert cpa["current_low"] == pytest.approx(spent / most)
    assert cpa["current_high"] is None
    assert cpa["severity"] == "critical"
    assert (roas["current_value"], roas["change_pct"], roas["status"]) == (0.0, -100.0, "worse")
    assert roas["current_high"] == pytest.approx(50.0 * most / spent)
    assert cpa["z_score"] == -roas["z_score"] > 5  # type: ignore[operator]
    others = table.filter(pl.col("campaign_id") != "c00")
    assert others["current_low"].is_null().all()
    assert others["current_high"].is_null().all()


def test_hardly_any_conversions_are_compared_by_their_count_and_usual_few_are_not() -> None:
    def only(kept: int) -> dict[str, object]:
        on = (pl.col("date") == AS_OF) & (pl.col("campaign_id") == "c00")
        few = daily().with_columns(in_last_week("conversions", 0.0))
        few = few.with_columns(conversions=pl.when(on).then(float(kept)).otherwise("conversions"))
        return row(benchmark_campaigns(few, campaigns(8), AS_OF, MATURE), "cpa")

    assert [only(n)["status"] for n in (1, 9)] == ["worse", "worse"]
    assert only(9)["current_low"] < only(1)["current_low"]  # type: ignore[operator]
    small = benchmark_campaigns(daily(4, clicks=5.0), campaigns(4), AS_OF, MATURE)
    assert row(small, "cpa")["status"] == "insufficient-data", "3 conversions a week, where 3 are usual"


def test_few_clicks_are_worse_too() -> None:
    table = benchmark_campaigns(daily().with_columns(in_last_week("clicks", 0.0)), campaigns(8), AS_OF, MATURE)
    assert [row(table, metric)["status"] for metric in ("ctr", "cpc")] == ["worse", "worse"]
    assert row(table, "ctr")["current_high"] < 0.001  # type: ignore[operator]
    assert row(table, "cpc")["current_low"] > 100  # type: ignore[operator]


def test_peers_are_of_one_platform_objective_and_for_prices_one_currency() -> None:
    known = pl.concat([campaigns(8).head(4), campaigns(8, currency="JPY").tail(4)])
    rows = daily().with_columns(
        pl.when(pl.col("campaign_id") >= "c04").then(pl.col("spend") * 160).otherwise(pl.col("spend")).alias("spend")
    )
    table = benchmark_campaigns(rows, known, AS_OF, MATURE)
    euro, yen = row(table, "cpc"), row(table, "cpc", campaign="c05")
    own = [row(table, "cpc", campaign=f"c0{n}")["current_value"] for n in range(4)]
    assert euro["peer_median"] == pytest.approx(np.median(np.array(own, dtype=float)))
    assert yen["peer_median"] == pytest.approx(160 * float(np.median(np.array(own, dtype=float))), rel=0.1)
    everybody = [row(table, "ctr", campaign=f"c0{n}")["current_value"] for n in range(8)]
    assert row(table, "ctr")["peer_p25"] == pytest.approx(np.quantile(np.array(everybody, dtype=float), 0.25))
    assert row(benchmark_campaigns(daily(3), campaigns(3), AS_OF, MATURE), "ctr")["peer_median"] is None


def test_the_currency_and_the_order_of_rows_do_not_matter() -> None:
    rows = daily().with_columns(in_last_week("spend", 1.5))
    table = benchmark_campaigns(rows, campaigns(8), AS_OF, MATURE)
    yen = rows.with_columns(pl.col("spend") * 160, pl.col("revenue") * 160).sample(fraction=1.0, shuffle=True, seed=1)
    other = benchmark_campaigns(yen, campaigns(8), AS_OF, MATURE)
    assert other["status"].to_list() == table["status"].to_list()
    assert other["z_score"].to_list() == pytest.approx(table["z_score"].to_list())
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=2)
    assert benchmark_campaigns(shuffled, campaigns(8), AS_OF, MATURE).equals(table)


def test_no_rows_give_an_empty_table_with_all_columns() -> None:
    table = benchmark_campaigns(daily(1).clear(), campaigns(1), AS_OF, MATURE)
    assert table.is_empty()
    assert dict(table.schema) == SCHEMA


@examples(25)
@given(
    struck=st.lists(
        st.tuples(
            st.sampled_from(["spend", "revenue", "impressions", "clicks", "conversions"]),
            st.integers(min_value=0, max_value=DAYS - 1),
            st.sampled_from([0.0, 1e-300, 1e300]) | st.floats(min_value=0, max_value=1e15),
        ),
        max_size=20,
    )
)
@example(struck=[("spend", 112, 1e300), ("clicks", 75, 3839590525056.0)])  # a change beyond what can be rounded
def test_no_nan_for_any_finite_input(struck: list[tuple[str, int, float]]) -> None:
    rows = daily(1).with_columns(pl.col("impressions", "clicks").cast(pl.Float64))
    values = {name: rows[name].to_numpy().copy() for name, _, _ in struck}
    for name, at, value in struck:
        values[name][at] = value
    table = benchmark_campaigns(rows.with_columns(pl.Series(n, v) for n, v in values.items()), campaigns(1), AS_OF)
    for column in ("baseline_value", "current_value", "change_pct", "z_score"):
        assert np.isfinite(table[column].drop_nulls().to_numpy()).all()
