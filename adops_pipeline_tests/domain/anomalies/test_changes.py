"""What a buyer's own change explains is no anomaly; what goes beyond it is, and names the change."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.anomalies import detect_anomalies
from adops_pipeline.domain.anomalies.changes import CHANGES, Change
from adops_pipeline.domain.tables.anomalies import AnomalyMetric
from adops_pipeline_tests.domain.anomalies.worlds import AS_OF, DAYS, Values, campaigns, drawn, on, rows
from adops_pipeline_tests.profiles import examples

MATURE = {"google-ads": 1}
COUNT = 12
SINCE = 4
"""Changes of these tests were made this many days before the last one."""


def change(
    field: str, old: str | None, new: str | None, back: int = SINCE, source: str = "change-event"
) -> pl.DataFrame:
    """One change of every campaign."""
    made = [("google-ads", f"c{n:03}", on(back), field, old, new, source) for n in range(COUNT)]
    return pl.DataFrame(made, schema=CHANGES, orient="row")


def times(factor: float, *names: str, back: int = SINCE, seed: int = 1) -> Values:
    """The campaigns' days with these columns times ``factor`` from ``back`` days before the last one on."""
    values = drawn(COUNT, seed=seed)
    for name in names:
        values[name][:, DAYS - 1 - back :] *= factor
    return values


def found(values: Values, changes: pl.DataFrame | None, settings: pl.DataFrame | None = None) -> pl.DataFrame:
    known = campaigns(COUNT) if settings is None else settings
    return detect_anomalies(rows(values), AS_OF, MATURE, campaigns=known, changes=changes)


ALL = ("spend", "impressions", "clicks", "conversions")
RAISED = change("daily_budget", "200", "400")
CUT = change("daily_budget", "200", "100")


@pytest.mark.parametrize(("factor", "changes"), [(2.0, RAISED), (1.5, RAISED), (0.5, CUT)])
def test_a_level_that_follows_a_change_of_budget_is_no_anomaly(factor: float, changes: pl.DataFrame) -> None:
    values = times(factor, *ALL)
    assert found(values, changes).is_empty()
    if factor != 1.5:
        assert found(values, None)["campaign_id"].n_unique() == COUNT, "without the change it is one"


def test_more_spend_may_cost_more_per_click_but_not_at_any_price() -> None:
    changes = change("daily_budget", "200", "800")
    values = times(2.2, "impressions", "clicks", "conversions")
    values["spend"][:, DAYS - 1 - SINCE :] *= 4.0
    assert found(values, changes).is_empty()
    values["clicks"][:, DAYS - 1 - SINCE :] *= 0.3
    assert "cpc" in set(found(values, changes)["metric"])


def test_a_raised_budget_need_not_be_spent() -> None:
    assert found(times(1.0), RAISED).is_empty()


def test_a_campaign_that_was_limited_by_its_budget_has_to_follow_a_cut() -> None:
    table = found(times(1.0), CUT)
    assert set(table["metric"]) == {"spend"}
    assert set(table["direction"]) == {"up"}
    # On the day of the cut and the day after it, the platform may still deliver by the budget before.
    assert table["date"].min() == on(SINCE - 2)
    assert table["campaign_id"].n_unique() >= 9
    assert found(times(1.0), change("daily_budget", "400", "200")).is_empty(), "it spent half of its budget"


def test_what_goes_beyond_a_change_is_found_and_names_it() -> None:
    table = found(times(10.0, "spend"), change("daily_budget", "200", "240")).filter(pl.col("metric") == "spend")
    first = table.filter(pl.col("campaign_id") == "c000").row(0, named=True)
    assert first["date"] == on(SINCE)
    assert first["cause"] == "budget-changed"
    assert f"the daily budget was changed from EUR 200.00 to EUR 240.00 on {on(SINCE)}." in first["explanation"]
    assert 200 <= first["expected"] <= 300, "the raised budget's level, not the one before"


def test_a_drop_to_nothing_after_a_raise_is_found_and_the_raise_is_named_but_not_the_cause() -> None:
    table = found(times(0.05, *ALL), RAISED).filter(pl.col("metric") == "spend")
    assert table["campaign_id"].n_unique() == COUNT
    assert table["cause"].is_null().all()
    assert table["explanation"].str.contains("the daily budget was changed from EUR 200.00 to EUR 400.00").all()


@pytest.mark.parametrize(
    ("field", "old", "new", "up", "down"),
    [
        ("daily_budget", "1", "2", ["spend"], []),
        ("daily_budget", "2", "1", [], ["spend"]),
        ("lifetime_budget", None, "1", ["spend"], ["spend"]),
        ("bid", "1", "2", ["spend", "cpc", "ctr"], ["ctr"]),
        ("status", "paused", "active", ["spend"], []),
        ("status", "active", "paused", [], ["spend"]),
    ],
)
def test_a_change_is_the_cause_only_of_what_it_can_have_moved(
    field: str, old: str | None, new: str, up: list[str], down: list[str]
) -> None:
    made = Change(0, on(1), field, old, new, is_observed=False, is_shared=False)
    metrics: tuple[AnomalyMetric, ...] = ("spend", "cpc", "ctr")
    assert [metric for metric in metrics if made.pushes(metric, up=True)] == up
    assert [metric for metric in metrics if made.pushes(metric, up=False)] == down


@pytest.mark.parametrize("back", [SINCE, SINCE - 3])
def test_conversions_follow_the_budget_for_as_long_as_their_rate_is_older(back: int) -> None:
    values, after = drawn(COUNT, conversions=4.0, seed=2), drawn(COUNT, conversions=16.0, seed=2)
    for name, one in values.items():
        one[:, DAYS - 15 :] = after[name][:, DAYS - 15 :] * (1.0 if name == "conversions" else 4.0)
    assert set(found(values, None)["metric"]) >= {"spend", "conversions"}
    changes = change("daily_budget", "200", "800", back=14)
    assert found(values, changes).is_empty()
    values["conversions"][:, DAYS - 1 - back] *= 4.0
    assert found(values, changes).filter(pl.col("date") == on(back))["metric"].unique().to_list() == ["conversions"]


def test_a_change_of_bid_explains_price_and_volume_but_not_any_price() -> None:
    changes = change("bid", "1.00", "1.60")
    assert found(times(1.6, "spend"), changes).is_empty()
    assert set(found(times(1.6, "spend"), None)["metric"]) >= {"spend", "cpc"}
    assert "cpc" in set(found(times(5.0, "spend"), changes)["metric"])
    assert set(found(times(5.0, "spend"), changes).filter(pl.col("metric") == "cpc")["cause"]) == {"bid-changed"}


def test_a_change_of_bid_explains_volume_by_up_to_twice_its_own() -> None:
    doubled = change("bid", "1.00", "2.00")
    assert {"spend", "impressions"}.isdisjoint(found(times(3.5, *ALL), doubled)["metric"])
    assert {"spend", "impressions"} <= set(found(times(7.5, *ALL), doubled)["metric"])


def test_a_change_found_by_pulls_may_have_been_made_on_the_day_before() -> None:
    values = times(2.0, *ALL)
    assert found(values, change("daily_budget", "200", "400", back=SINCE - 1, source="pull")).is_empty()
    assert not found(values, change("daily_budget", "200", "400", back=SINCE - 1)).is_empty()


def test_a_setting_without_an_amount_before_explains_a_level_of_up_to_three_times() -> None:
    changes = change("daily_budget", None, "400")
    assert found(times(2.5, *ALL), changes).is_empty()
    assert not found(times(9.0, *ALL), changes).is_empty()
    assert found(times(2.5, *ALL), change("lifetime_budget", "5000", "6000")).is_empty()


def test_a_shared_budget_counts_for_the_campaigns_that_draw_on_it() -> None:
    shared = RAISED.head(1).with_columns(campaign_id=pl.lit("pool"))
    drawing = campaigns(COUNT).with_columns(shared_budget_id=pl.lit("pool"))
    assert found(times(2.0, *ALL), shared, drawing).is_empty()
    assert not found(times(2.0, *ALL), shared).is_empty()
    beyond = found(times(10.0, "spend"), shared, drawing)["explanation"][0]
    assert "the shared daily budget was changed" in beyond


def paused(values: Values, first: int, last: int) -> Values:
    """Off on the days from ``first`` to ``last``, counted back from the last one."""
    off = np.zeros(DAYS, dtype=bool)
    off[DAYS - 1 - first : DAYS - last] = True
    return {name: np.where(off, 0.0, one) for name, one in values.items()}


def test_days_of_a_pause_are_no_outage_and_neither_is_the_day_of_its_end() -> None:
    values = paused(drawn(COUNT, seed=3), 12, 0)
    history = pl.concat([change("status", "active", "paused", back=12), change("status", "paused", "active", back=0)])
    assert found(values, history).is_empty()
    assert set(found(values, None)["cause"]) == {"delivery-stopped"}


def test_a_campaign_that_does_not_start_again_is_found_from_its_restart_on() -> None:
    values = paused(drawn(COUNT, seed=3), 12, 0)
    history = pl.concat([change("status", "active", "paused", back=12), change("status", "paused", "active", back=3)])
    stops = found(values, history)
    assert set(stops["cause"]) == {"delivery-stopped"}
    assert stops["date"].min() == on(2)
    assert (
        f"Nothing has been delivered since {on(2)} (3 days)" in stops.filter(pl.col("date") == AS_OF)["explanation"][0]
    )


def test_a_part_of_a_day_is_no_drop_of_spend() -> None:
    values = drawn(COUNT, seed=5)
    for one in values.values():
        one[:, DAYS - 1] = np.floor(one[:, DAYS - 1] * 0.1)
    assert found(values, change("status", "active", "paused", back=0), campaigns(COUNT, "paused")).is_empty()
    assert not found(values, None, campaigns(COUNT, "paused")).is_empty()


def test_days_of_a_pause_do_not_make_a_later_outage_likely() -> None:
    values = paused(paused(drawn(COUNT, seed=6), 60, 40), 0, 0)
    history = pl.concat([change("status", "active", "paused", back=60), change("status", "paused", "active", back=40)])
    assert set(found(values, history)["campaign_id"]) == {f"c{n:03}" for n in range(COUNT)}


def test_changes_of_other_campaigns_and_of_days_to_come_explain_nothing() -> None:
    other = RAISED.with_columns(campaign_id=pl.lit("x") + pl.col("campaign_id"))
    later = RAISED.with_columns(change_date=pl.lit(AS_OF + timedelta(days=2)))
    values = times(2.0, *ALL)
    plain = found(values, None)
    assert found(values, other).equals(plain)
    assert found(values, later).equals(plain)
    assert found(values, change("daily_budget", "200", "400", back=200)).equals(plain), "it was long ago"


_VALUES = st.sampled_from([None, "0", "-5", "nan", "inf", "1e-300", "1e300", "100", "250.50", "active", "paused", ""])


@examples(20)
@given(
    made=st.lists(
        st.tuples(
            st.sampled_from(["daily_budget", "lifetime_budget", "bid", "status"]),
            _VALUES,
            _VALUES,
            st.integers(min_value=-3, max_value=300),
            st.sampled_from(["change-event", "activity", "pull"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_changes_leave_every_figure_finite_and_within_its_bounds(
    made: list[tuple[str, str | None, str | None, int, str]],
) -> None:
    table = found(times(6.0, "spend"), pl.concat([change(*one) for one in made]))
    for name in ("observed", "expected", "low", "high", "score", "money_effect"):
        assert np.isfinite(table[name].to_numpy()).all(), name
        assert name == "score" or (table[name] >= 0).all(), name
    assert (table["low"] <= table["expected"]).all()
    assert (table["expected"] <= table["high"]).all()
