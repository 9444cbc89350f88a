"""What the detector promises: planted days found, quiet days left alone, bands as wide as the counts ask for."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adops_pipeline.domain.anomalies import AnomalyRules, detect_anomalies
from adops_pipeline.domain.anomalies.report import SCHEMA
from adops_pipeline.domain.day_panel import Floats
from adops_pipeline_tests.profiles import examples

AS_OF = date(2025, 6, 29)
DAYS = 120
MATURE = {"google-ads": 1}
WEEK = np.array([1.15, 1.1, 1.05, 1.0, 0.95, 0.85, 0.9])
Change = Callable[[dict[str, Floats]], None]


def day(back: int) -> date:
    return AS_OF - timedelta(days=back)


def daily(campaigns: int = 12, seed: int = 0, clicks: float = 300.0, change: Change | None = None) -> pl.DataFrame:
    """Steady campaigns with a weekday habit, 8 % noise on spend and Poisson counts; ``change`` edits campaign 0."""
    rng = np.random.default_rng(seed)
    dates = [day(DAYS - 1 - n) for n in range(DAYS)]
    season = WEEK[[d.weekday() for d in dates]]
    frames = []
    for c in range(campaigns):
        spend = 200.0 * season * np.exp(0.08 * rng.standard_normal(DAYS))
        shown = rng.poisson(clicks / 0.02 * spend / 200.0)
        clicked = rng.binomial(shown, 0.02)
        values = {
            "spend": spend,
            "impressions": shown.astype(float),
            "clicks": clicked.astype(float),
            "conversions": rng.binomial(clicked, 0.08).astype(float),
        }
        if c == 0 and change is not None:
            change(values)
        keys = {"platform": ["google-ads"] * DAYS, "campaign_id": [f"c{c:02}"] * DAYS, "currency": ["EUR"] * DAYS}
        frames.append(pl.DataFrame({**keys, "date": dates, **values}))
    return pl.concat(frames)


def scaled(name: str, factor: float, *backs: int) -> Change:
    def change(values: dict[str, Floats]) -> None:
        for back in backs:
            values[name][-1 - back] *= factor

    return change


def found(rows: pl.DataFrame) -> set[tuple[str, date, str]]:
    return set(rows.select("campaign_id", "date", "metric").iter_rows())


def test_quiet_campaigns_raise_no_alarm() -> None:
    rows = [detect_anomalies(daily(seed=seed), AS_OF, MATURE).height for seed in range(5)]
    # 5 runs x 12 campaigns x 28 days x 5 metrics.
    assert sum(rows) <= 2


@pytest.mark.parametrize(
    ("metric", "name", "factor", "direction"),
    [
        ("spend", "spend", 2.0, "up"),
        ("spend", "spend", 0.1, "down"),
        ("conversions", "conversions", 0.0, "down"),
        ("conversions", "conversions", 2.25, "up"),
    ],
)
def test_a_struck_day_is_found_with_its_direction(metric: str, name: str, factor: float, direction: str) -> None:
    rows = detect_anomalies(daily(change=scaled(name, factor, 5)), AS_OF, MATURE)
    hit = rows.filter((pl.col("metric") == metric) & (pl.col("date") == day(5)))
    assert hit["campaign_id"].to_list() == ["c00"]
    assert hit["direction"].to_list() == [direction]
    assert (hit["score"][0] > 0) == (direction == "up")


def test_a_collapse_of_the_click_through_rate_is_found() -> None:
    rows = detect_anomalies(daily(change=scaled("clicks", 0.35, 3)), AS_OF, MATURE)
    assert ("c00", day(3), "ctr") in found(rows)
    assert ("c00", day(3), "cpc") in found(rows)


def test_conversions_of_days_that_are_still_young_are_not_judged() -> None:
    table = daily(change=scaled("conversions", 0.0, 5, 25))
    rows = detect_anomalies(table, AS_OF, {"google-ads": 20})
    assert {f for f in found(rows) if f[2] == "conversions"} == {("c00", day(25), "conversions")}
    assert not any(f[2] == "conversions" for f in found(detect_anomalies(table, AS_OF)))


def test_a_moved_budget_is_no_anomaly_for_ever() -> None:
    def double(values: dict[str, Floats]) -> None:
        values["spend"][-21:] *= 2

    rows = detect_anomalies(daily(change=double), AS_OF, MATURE)
    flagged = {d for c, d, metric in found(rows) if c == "c00" and metric == "spend"}
    assert day(20) in flagged
    assert max(flagged) <= day(16)


def test_the_judged_days_do_not_move_their_own_baseline() -> None:
    small = detect_anomalies(daily(change=scaled("spend", 3.0, 0)), AS_OF, MATURE)
    large = detect_anomalies(daily(change=scaled("spend", 30.0, 0)), AS_OF, MATURE)
    one, other = (r.filter((pl.col("metric") == "spend") & (pl.col("date") == AS_OF)) for r in (small, large))
    assert one["expected"][0] == other["expected"][0]
    assert one["low"][0] == other["low"][0]


def test_few_sales_are_no_alarm_and_many_lost_ones_are() -> None:
    change = scaled("conversions", 0.0, 5)
    rare = detect_anomalies(daily(clicks=30.0, change=change), AS_OF, MATURE)
    usual = detect_anomalies(daily(clicks=400.0, change=change), AS_OF, MATURE)
    assert not any(f[2] == "conversions" for f in found(rare))
    assert ("c00", day(5), "conversions") in found(usual)


def test_what_costs_too_little_is_left_out() -> None:
    table = daily(change=scaled("spend", 2.0, 5))
    assert found(detect_anomalies(table, AS_OF, MATURE, AnomalyRules(least_money={"EUR": 1e6}))) == set()
    assert found(detect_anomalies(table, AS_OF, MATURE, AnomalyRules(least_money={"USD": 1e6}))) != set()


def test_the_explanation_names_the_gap_and_splits_the_cpa() -> None:
    rows = detect_anomalies(daily(change=scaled("spend", 2.0, 5)), AS_OF, MATURE)
    hit = rows.filter((pl.col("metric") == "spend") & (pl.col("date") == day(5)))
    text, observed = hit["explanation"][0], hit["observed"][0]
    assert text.startswith(f"Spend of EUR {observed:,.2f} is ")
    assert "above" in text
    assert "Tuesday" in text
    assert "CPC +" in text
    assert "1/CVR" in text
    assert hit["money_effect"][0] == pytest.approx(observed - hit["expected"][0])


def test_the_currency_does_not_matter() -> None:
    table = daily(change=scaled("spend", 2.0, 5))
    yen = detect_anomalies(table.with_columns(pl.col("spend") * 160), AS_OF, MATURE)
    euro = detect_anomalies(table, AS_OF, MATURE)
    assert found(yen) == found(euro)
    assert yen["score"].to_list() == pytest.approx(euro["score"].to_list())


def test_the_order_of_rows_does_not_matter() -> None:
    table = daily(change=scaled("spend", 2.0, 5))
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=1)
    assert detect_anomalies(shuffled, AS_OF, MATURE).equals(detect_anomalies(table, AS_OF, MATURE))


def test_no_rows_give_an_empty_table_with_all_columns() -> None:
    rows = detect_anomalies(daily(1).clear(), AS_OF, MATURE)
    assert rows.is_empty()
    assert dict(rows.schema) == SCHEMA


@examples(25)
@example(struck=[("spend", 22, 5e-324)])
@example(struck=[("spend", 92, 2.2250738585e-313)])
@example(struck=[("conversions", 92, 1.6373913105042235e-122)])
@example(struck=[("clicks", 92, 2.225073858507e-311)])
@given(
    struck=st.lists(
        st.tuples(
            st.sampled_from(["spend", "impressions", "clicks", "conversions"]),
            st.integers(min_value=0, max_value=DAYS - 1),
            st.sampled_from([0.0, 1e-9, 1.0, 1e12]) | st.floats(min_value=0, max_value=1e12),
        ),
        max_size=20,
    )
)
def test_no_nan_for_any_finite_input(struck: list[tuple[str, int, float]]) -> None:
    def change(values: dict[str, Floats]) -> None:
        for name, at, value in struck:
            values[name][at] = value

    rules = AnomalyRules(threshold=0.5, least_change=0.0, least_money_share=0.0)
    rows = detect_anomalies(daily(2, change=change), AS_OF, MATURE, rules)
    for column in ("observed", "expected", "low", "high", "score", "money_effect"):
        assert np.isfinite(rows[column].to_numpy()).all()
