"""The registry's views in DuckDB: their columns, and which rows they take as the newest."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.maturity import MaturityCurves, MaturityRules
from adops_pipeline.domain.tables import VIEWS, Table
from adops_pipeline.warehouse.frames import replace_rows


def _insert(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    columns, bound = ", ".join(values), ", ".join(f"${name}" for name in values)
    con.execute(f"INSERT INTO {table} ({columns}) VALUES ({bound})", values)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_has_the_columns_of_the_registry_with_their_types(con: duckdb.DuckDBPyConnection, view: Table) -> None:
    described = [(name, data_type) for name, data_type, *_ in con.execute(f"DESCRIBE {view.name}").fetchall()]
    assert described == [(column.name, column.type) for column in view.columns]


def _budget(con: duckdb.DuckDBPyConnection, account: str, campaign: str, as_of: str, **values: object) -> None:
    _insert(
        con, "analytics_budgets", platform="meta-ads", account_id=account, campaign_id=campaign, as_of=as_of, **values
    )


def test_budgets_are_those_of_each_accounts_own_newest_day_and_of_accounts_of_the_last_week(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for account, campaign, days in (("1", "a", (9, 10)), ("2", "b", (8, 9)), ("3", "long ago", (2,))):
        for day in days:
            _budget(con, account, campaign, f"2026-11-{day:02}")
    found = con.execute("SELECT campaign_id, as_of::VARCHAR FROM budgets_now ORDER BY ALL").fetchall()
    assert found == [("a", "2026-11-10"), ("b", "2026-11-09")]


def test_the_budget_that_is_set_is_beside_the_spend_and_percentages_are_rounded_and_never_certain(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _insert(
        con, "campaigns", id="meta-ads:a", platform="meta-ads", account_id="1", external_id="a", daily_budget=90,
        project_id="spring", is_shared_budget=False,
    )  # fmt: skip
    _budget(
        con, "1", "a", "2026-11-10", daily_budget=90, current_daily="71.5", budget=900, spent_to_date=300,
        seasonal_ratio=0.912345, overspend_probability=0.0001,
    )  # fmt: skip
    found = con.execute(
        "SELECT daily_budget, current_daily, of_budget_pct, of_target_pct, overspend_probability_pct, project_id"
        " FROM budgets_now"
    ).fetchall()
    assert found == [(90, 71.5, 33.3, 91.2, 1.0, "spring")]
    for as_of in ("2026-11-09", "2026-11-10"):
        _insert(
            con, "budget_recommendations", platform="meta-ads", account_id="1", campaign_id="a", as_of=as_of,
            current_daily="71.5", suggested_daily=80, change_pct=11.8881, low=1.234, high=5.678, credibility=1.0,
        )  # fmt: skip
    found = con.execute(
        "SELECT as_of::VARCHAR, daily_budget, current_daily, change_pct, expected_revenue_change_low,"
        " expected_revenue_change_high, credibility_pct FROM recommendations_now"
    ).fetchall()
    assert found == [("2026-11-10", 90, 71.5, 11.9, 1.23, 5.68, 99.0)]


@pytest.mark.parametrize(
    ("action", "suggested", "waits"),
    [("fix-delivery", 80, True), ("slow-down", 80, True), ("raise-budget", 80, False), ("fix-delivery", "71.5", False)],
)
@pytest.mark.parametrize("shared", [None, "pot"])
def test_a_change_of_the_plan_says_what_is_to_be_done_first(
    con: duckdb.DuckDBPyConnection, action: str, suggested: object, waits: bool, shared: str | None
) -> None:
    entity = shared or "a"
    _insert(
        con, "campaigns", id="meta-ads:a", platform="meta-ads", account_id="1", external_id="a",
        is_shared_budget=shared is not None, shared_budget_id=shared,
    )  # fmt: skip
    _budget(con, "1", entity, "2026-11-10")
    _insert(
        con, "todo", platform="meta-ads", account_id="1", campaign_id=entity, as_of="2026-11-10", action=action,
        instruction="Look why nothing is delivered.",
    )  # fmt: skip
    _insert(
        con, "budget_recommendations", platform="meta-ads", account_id="1", campaign_id="a", as_of="2026-11-10",
        current_daily="71.5", suggested_daily=suggested, change_pct=11.9,
    )  # fmt: skip
    found = con.execute("SELECT do_first FROM recommendations_now").fetchall()
    assert found == [("Look why nothing is delivered." if waits else None,)]


def test_an_action_stands_beside_the_budget_that_is_set(con: duckdb.DuckDBPyConnection) -> None:
    for as_of, daily_budget in (("2026-11-09", 80), ("2026-11-10", 90)):
        _budget(con, "1", "a", as_of, daily_budget=daily_budget)
        _insert(
            con, "todo", platform="meta-ads", account_id="1", campaign_id="a", as_of=as_of, current_daily="71.5",
            suggested_daily=80, change_pct=11.89,
        )  # fmt: skip
    found = con.execute("SELECT as_of::VARCHAR, daily_budget, current_daily, change_pct FROM todo_today").fetchall()
    assert found == [("2026-11-10", 90, 71.5, 11.9)]


def test_a_test_has_its_newest_evaluation_and_one_without_is_listed_too(con: duckdb.DuckDBPyConnection) -> None:
    arms = {"variant_a": '{"name": "Old"}', "variant_b": '{"name": "New"}'}
    _insert(con, "ab_tests", id="t", platform="meta-ads", evaluated_at="2026-11-10", winner="B", **arms)
    _insert(con, "ab_tests", id="waiting", platform="meta-ads", **arms)
    for day, lift in (("2026-11-09", 0.5), ("2026-11-10", 0.12345)):
        basis = {"unit": "day", "dependence": "paired-days", "effective_sample_size": 23.5}
        _insert(con, "ab_test_results", test_id="t", evaluated_at=day, lift=lift, ci_low=0.0512, ci_high=0.2, **basis)
    found = con.execute(
        "SELECT test_id, winner_name, lift_pct, lift_pct_low, lift_pct_high, unit, dependence, effective_sample_size "
        "FROM tests_now ORDER BY ALL"
    ).fetchall()
    assert found == [("t", "New", 12.3, 5.1, 20.0, "day", "paired-days", 23.5), ("waiting", *[None] * 7)]


def test_alerts_are_the_firing_ones_with_what_their_labels_say(con: duckdb.DuckDBPyConnection) -> None:
    record = '{"alert": {"labels": {"campaign_id": "7", "project_id": "spring"}}, "acknowledgement": {"by": "Kim"}}'
    for status in ("firing", "resolved"):
        _insert(con, "alerts", fingerprint=status, status=status, record=record)
    query = "SELECT fingerprint, campaign_id, account_id, project_id, acknowledged_by FROM alerts_now"
    assert con.execute(query).fetchall() == [("firing", "7", None, "spring", "Kim")]


_PULLED = datetime(2026, 11, 24, 6, tzinfo=UTC)


def _metrics_of(con: duckdb.DuckDBPyConnection, day: date, conversions: float, share: float | None) -> None:
    _insert(
        con, "analytics_metrics", platform="meta-ads", account_id="1", campaign_id="a", date=day, spend=100,
        conversions=conversions, revenue=round(20 * conversions, 6), is_complete_day=share is not None,
        conversions_share_known=share, synced_at=_PULLED.replace(tzinfo=None),
    )  # fmt: skip


@pytest.mark.parametrize(("least", "most"), [(0.9, 1.05), (0.4, 1.6)])
def test_young_days_have_the_nowcast_and_its_interval(
    con: duckdb.DuckDBPyConnection, least: float, most: float
) -> None:
    """The interval is that of the exact quantiles to within one conversion."""
    rules = MaturityRules()
    prior = rules.prior("meta-ads")
    table = pl.DataFrame(
        {
            "platform": "meta-ads", "lag_days": np.arange(1, len(prior) + 1, dtype=np.int32), "share": prior,
            "share_low": prior * least, "share_high": np.minimum(prior * most, 1.0), "revenue_share": prior * 0.9,
            "conversions_seen": 0.0, "basis": "learning",
        }
    )  # fmt: skip
    replace_rows(con, "analytics_maturity", table, created_at=_PULLED)
    _insert(con, "ad_accounts", platform="meta-ads", account_id="1", timezone="Europe/Berlin")
    for age, conversions in enumerate((0.0, 1.0, 4.0, 12.0, 60.0, 300.0), start=1):
        _metrics_of(con, _PULLED.date() - timedelta(days=age), conversions, float(prior[age - 1]))
    seen = con.execute("SELECT * FROM metrics_mature ORDER BY date").pl()
    curves = MaturityCurves(table, rules)
    expected = curves.nowcast(seen.select("platform", "date", "conversions", "revenue"), date(2026, 11, 23))
    assert seen["lag_days"].to_list() == [6, 5, 4, 3, 2, 1]
    assert seen["basis"].unique().to_list() == ["learning"]
    for name, exact in (("conversions_nowcast", "conversions_final"), ("revenue_nowcast", "revenue_final")):
        assert seen[name].to_list() == pytest.approx(expected[exact].to_list())
    for end in ("low", "high"):
        error = (seen[f"conversions_nowcast_{end}"] - expected[f"conversions_{end}"]).abs()
        assert max(error) <= 1.001
    assert (seen["revenue_nowcast_low"] <= seen["revenue_nowcast"]).all()
    newest, largest = seen.row(-1, named=True), seen.row(0, named=True)
    assert newest["revenue_nowcast_high"] > 20, "a day without a conversion so far may still bring some"
    assert largest["cpa_nowcast"] == pytest.approx(100 / largest["conversions_nowcast"])
    assert largest["cpa_nowcast_low"] == pytest.approx(100 / largest["conversions_nowcast_high"])
    assert largest["cpa_nowcast_high"] == pytest.approx(100 / largest["conversions_nowcast_low"])
    assert largest["roas_nowcast_high"] == pytest.approx(largest["revenue_nowcast_high"] / 100)


def test_settled_days_are_as_they_are_known_and_unfinished_ones_have_no_nowcast(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _metrics_of(con, date(2026, 10, 1), 7.0, 1.0)
    _metrics_of(con, date(2026, 11, 24), 3.0, None)
    names = ", ".join(f"{metric}_nowcast{end}" for metric in ("conversions", "roas") for end in ("_low", "", "_high"))
    found = con.execute(f"SELECT {names}, lag_days FROM metrics_mature ORDER BY date").fetchall()
    assert found == [(7.0, 7.0, 7.0, 1.4, 1.4, 1.4, None), (None,) * 7]
