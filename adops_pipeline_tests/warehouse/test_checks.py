"""Every check is silent on good data and finds what is planted."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from adops_pipeline.domain.tables import TABLES, Column, Table
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.checks import Violation
from adops_pipeline.warehouse.ledger import register_pulls
from adops_pipeline_tests.warehouse.conftest import NOON, Rooms, pinterest_row

DAY = timedelta(days=1)
METRICS = TABLES["analytics_metrics"]

_GOOD_ROW = """
    INSERT INTO analytics_metrics BY NAME
    SELECT 'pinterest' AS platform, '111' AS account_id, '7' AS campaign_id, $day::DATE AS date, 'EUR' AS currency,
        10 AS impressions, 1 AS clicks, 1.5 AS spend, 0 AS revenue, 0.5 AS conversions, 0.1 AS ctr, 3.0 AS cpa,
        1.6 AS spend_reporting, TIMESTAMP '2026-11-03 12:00:00' AS synced_at
"""


@pytest.fixture
def con(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Tables with two good rows of metrics."""
    for day in ("2026-11-01", "2026-11-02"):
        con.execute(_GOOD_ROW, {"day": day})
    return con


def test_good_rows_and_empty_tables_break_no_promise(con: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES.values():
        assert checks.key_violations(con, table) == []
        assert checks.column_violations(con, table) == []


def test_rows_that_share_a_key_are_counted_and_one_is_shown(con: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        con.execute(_GOOD_ROW, {"day": "2026-11-02"})
    assert checks.key_violations(con, METRICS) == [
        Violation(
            "analytics_metrics",
            "key (platform, account_id, campaign_id, date) is unique",
            2,
            "platform=pinterest, account_id=111, campaign_id=7, date=2026-11-02: 3 rows",
        )
    ]


@pytest.mark.parametrize(
    ("planted", "promise"),
    [
        ("spend = NULL", "spend is not NULL"),
        ("campaign_id = NULL", "campaign_id is not NULL"),
        ("platform = 'tiktok'", "platform is one of google-ads, meta-ads, pinterest"),
        ("impressions = -1", "impressions is at least 0"),
        ("spend = -0.000001", "spend is at least 0"),
        ("conversions = 'nan'", "conversions is a finite number"),
        ("ctr = 'inf'", "ctr is a finite number"),
        ("cpa = '-inf'", "cpa is at least 0"),
    ],
)
def test_a_planted_value_is_found_by_the_promise_it_breaks(
    con: duckdb.DuckDBPyConnection, planted: str, promise: str
) -> None:
    con.execute(f"UPDATE analytics_metrics SET {planted} WHERE date = DATE '2026-11-02'")
    found = [violation for violation in checks.column_violations(con, METRICS) if violation.promise == promise]
    assert len(found) == 1
    assert found[0].rows == 1
    assert found[0].example.endswith("date=2026-11-02")


def test_several_broken_promises_are_told_at_once(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE analytics_metrics SET clicks = -1, currency = NULL, roas = 'nan'")
    found = {violation.promise: violation.rows for violation in checks.column_violations(con, METRICS)}
    assert found == {"clicks is at least 0": 2, "currency is not NULL": 2, "roas is a finite number": 2}


def test_missing_ratios_break_nothing(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE analytics_metrics SET ctr = NULL, cpc = NULL, cpa = NULL, roas = NULL")
    assert checks.column_violations(con, METRICS) == []


def test_with_since_older_days_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_GOOD_ROW, {"day": "2026-11-01"})
    con.execute("UPDATE analytics_metrics SET clicks = -1 WHERE date = DATE '2026-11-01'")
    second = date(2026, 11, 2)
    assert checks.key_violations(con, METRICS, second) == []
    assert checks.column_violations(con, METRICS, second) == []
    assert checks.key_violations(con, METRICS, second - DAY) != []
    assert checks.column_violations(con, METRICS, second - DAY) != []


def test_a_table_without_promises_on_columns_is_checked_too(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE loose AS SELECT 1 AS a")
    loose = Table("loose", "No promises.", "test", ("a",), (Column("a", "INTEGER", "Anything."),))
    assert checks.column_violations(con, loose) == []
    assert checks.key_violations(con, loose) == []


def test_metrics_without_a_rate_are_told_by_currency_with_their_days(con: duckdb.DuckDBPyConnection) -> None:
    assert checks.fx_gaps(con) == []
    con.execute("UPDATE analytics_metrics SET spend_reporting = NULL, currency = 'KRW'")
    (gap,) = checks.fx_gaps(con)
    assert (gap.promise, gap.rows, gap.example) == ("a rate for KRW is known", 2, "KRW on 2026-11-01..2026-11-02")
    assert [gap.rows for gap in checks.fx_gaps(con, date(2026, 11, 2))] == [1]


def days(first: int, last: int) -> DateRange:
    return DateRange(date(2026, 11, first), date(2026, 11, last))


def test_a_day_between_the_first_and_the_last_complete_one_that_no_pull_covered_is_told(rooms: Rooms) -> None:
    rooms.land(dates=days(1, 3))
    rooms.land(dates=days(5, 5), at=NOON + 2 * DAY)
    rooms.land(dates=days(1, 5), account="222", at=NOON + 2 * DAY)
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        assert checks.uncovered_days(con, lambda _: date(2026, 11, 6)) == [
            Violation("raw_pulls", "campaign_daily has no gap", 1, "pinterest account 111: 2026-11-04..2026-11-04")
        ]
        rooms.land(dates=days(4, 4), at=NOON + 3 * DAY)
        register_pulls(con, rooms.landing)
        assert checks.uncovered_days(con, lambda _: date(2026, 11, 6)) == []


def test_today_may_still_be_missing_and_today_is_the_accounts_own(rooms: Rooms) -> None:
    rooms.land(dates=days(1, 3), timezone="Asia/Tokyo")
    today = {"Asia/Tokyo": date(2026, 11, 4), "UTC": date(2026, 11, 9)}
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        assert checks.uncovered_days(con, lambda zone: today[zone]) == []
        (gap,) = checks.uncovered_days(con, lambda zone: today[zone] + DAY)
        assert gap.example == "pinterest account 111: 2026-11-04..2026-11-04"


def test_a_damaged_file_covers_nothing_and_is_told(rooms: Rooms) -> None:
    rooms.land(dates=days(1, 1))
    middle = rooms.land(dates=days(2, 2), at=NOON + DAY, rows=[pinterest_row("2026-11-02", 1)])
    rooms.land(dates=days(3, 3), at=NOON + 2 * DAY)
    (rooms.landing.root / middle.path).unlink()
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        (gap,) = checks.uncovered_days(con, lambda _: date(2026, 11, 4))
        assert gap.example == "pinterest account 111: 2026-11-02..2026-11-02"
        (damaged,) = checks.damaged_pulls(con)
        assert damaged.example == f"{middle.path}: the raw file is missing"


def test_an_account_that_was_not_pulled_lately_is_named(rooms: Rooms) -> None:
    rooms.land(Platform.META_ADS)
    rooms.land(account="222", at=NOON + DAY)
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        now = datetime(2026, 11, 4, 12, tzinfo=UTC)
        assert checks.freshness(con, now, timedelta(hours=24)) == []
        (stale,) = checks.freshness(con, now + timedelta(minutes=1), timedelta(hours=24))
        assert stale.example == "meta-ads account 111: last on 2026-11-03 12:00 UTC"
