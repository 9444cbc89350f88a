"""What the ledger says of a past day: whether later data are known, until when pulls count, what was deleted."""

from datetime import UTC, date, datetime

import duckdb

from adops_pipeline.warehouse.queries.past import PastDay, find_past, rows_known_on

DAY = date(2026, 11, 6)
NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)


def _pulled(con: duckdb.DuckDBPyConnection, at: str, state: str = "applied") -> None:
    con.execute(
        "INSERT INTO raw_pulls (pull_id, report, pulled_at, state) VALUES ($at, 'campaign_daily', $at, $state)",
        {"at": at, "state": state},
    )


def test_without_a_later_pull_the_day_is_the_present(con: duckdb.DuckDBPyConnection) -> None:
    assert find_past(con, NOON) is None
    _pulled(con, "2026-11-05 09:00")
    _pulled(con, "2026-11-06 12:00")
    _pulled(con, "2026-11-09 12:00", "damaged")
    assert find_past(con, NOON) is None


def test_the_moment_of_a_past_day_is_noon_or_its_last_pull(con: duckdb.DuckDBPyConnection) -> None:
    _pulled(con, "2026-11-06 09:00")
    _pulled(con, "2026-11-07 00:00")
    assert find_past(con, NOON) == PastDay(DAY, NOON, DAY, DAY, pruned=0)
    _pulled(con, "2026-11-06 23:59:59")
    evening = datetime(2026, 11, 6, 23, 59, 59, tzinfo=UTC)
    assert find_past(con, NOON) == PastDay(DAY, evening, DAY, DAY, pruned=0)


def test_pruned_pulls_of_the_time_are_counted_and_later_ones_are_not(con: duckdb.DuckDBPyConnection) -> None:
    for at in ("2026-11-04 09:00", "2026-11-05 09:00", "2026-11-07 09:00"):
        _pulled(con, at, "pruned")
    _pulled(con, "2026-11-08 09:00")
    found = find_past(con, NOON)
    assert found is not None
    assert (found.pruned, found.is_restated) == (2, False)


def test_before_the_first_pull_its_day_is_the_source(con: duckdb.DuckDBPyConnection) -> None:
    _pulled(con, "2026-11-09 15:00")
    _pulled(con, "2026-11-10 15:00")
    assert find_past(con, NOON) == PastDay(DAY, NOON, date(2026, 11, 9), DAY, pruned=0)


def test_the_first_day_is_the_first_that_had_been_pulled_by_then(con: duckdb.DuckDBPyConnection) -> None:
    for at, report, first in (
        ("2026-11-06 09:00", "campaign_daily", "2026-10-20"),
        ("2026-11-06 09:01", "campaign_totals", "2026-01-01"),
        ("2026-11-08 09:00", "campaign_daily", "2026-08-01"),
    ):
        _pulled(con, at)
        con.execute("UPDATE raw_pulls SET report = ?, range_start = ? WHERE pull_id = ?", [report, first, at])
    found = find_past(con, NOON)
    assert found is not None
    assert found.first_day == date(2026, 10, 20)


def test_rows_of_analyses_are_those_written_by_then_and_tests_those_decided_before(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for name, at in (("then", "2026-11-06 23:59"), ("later", "2026-11-07 00:00")):
        con.execute("INSERT INTO analytics_budgets (campaign_id, created_at) VALUES (?, ?)", [name, at])
    for name, day in (("decided", "2026-11-05"), ("on the day", "2026-11-06"), ("running", None)):
        con.execute("INSERT INTO ab_tests (id, completed_at, created_at) VALUES (?, ?, '2026-11-09')", [name, day])
    for verdict, at in (("helped", "2026-11-06 23:59"), ("pending", "2026-11-06 23:59"), ("hurt", "2026-11-07 00:00")):
        con.execute("INSERT INTO action_outcomes (verdict, measured_at) VALUES (?, ?)", [verdict, at])
    assert rows_known_on(con, "action_outcomes", DAY)["verdict"].to_list() == ["helped"]
    assert rows_known_on(con, "analytics_budgets", DAY)["campaign_id"].to_list() == ["then"]
    assert rows_known_on(con, "ab_tests", DAY)["id"].to_list() == ["decided"]


def test_the_first_day_is_that_of_metrics_and_not_of_changes_and_totals(con: duckdb.DuckDBPyConnection) -> None:
    for report, first in (
        ("campaign_daily", "2026-11-01"),
        ("changes", "2026-06-01"),
        ("campaign_totals", "2026-10-01"),
    ):
        con.execute(
            "INSERT INTO raw_pulls (pull_id, report, range_start, pulled_at, state) VALUES (?, ?, ?, ?, 'applied')",
            [report, report, first, "2026-11-05 09:00"],
        )
    _pulled(con, "2026-11-10 15:00")
    found = find_past(con, NOON)
    assert found is not None
    assert found.first_day == date(2026, 11, 1)
