"""Roll-ups equal plain sums of the tables after whatever changed them, and only changed days are computed again."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.tables import ROLLUPS, TABLES
from adops_pipeline.warehouse.rollups import refresh_rollups
from adops_pipeline.warehouse.schema import ddl
from adops_pipeline.warehouse.sql import statement
from adops_pipeline_tests.profiles import examples

FIRST = date(2026, 1, 1)
SUMS = """
    sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(revenue),
    round(sum(conversions / coalesce(conversions_share_known, 1)), 6),
    round(sum(revenue::DOUBLE / coalesce(conversions_share_known, 1)), 6),
    coalesce(sum(spend_reporting), 0), coalesce(sum(revenue_reporting), 0),
    round(coalesce(sum(revenue_reporting::DOUBLE / coalesce(conversions_share_known, 1)), 0), 6),
    coalesce(sum(spend) FILTER (spend_reporting IS NULL), 0),
    coalesce(sum(revenue) FILTER (revenue_reporting IS NULL), 0)
"""
ROLLED_UP = """
    sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(revenue), round(sum(conversions_nowcast), 6),
    round(sum(revenue_nowcast), 6), sum(spend_reporting), sum(revenue_reporting),
    round(sum(revenue_reporting_nowcast), 6), sum(spend_without_rate), sum(revenue_without_rate)
"""
BASE = "analytics_metrics AS metrics LEFT JOIN campaigns ON campaigns.id = platform || ':' || campaign_id"


def database() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:", config={"threads": 1})
    for name in ("analytics_metrics", "campaigns", "analytics_budgets"):
        con.execute(ddl(TABLES[name]))
    con.execute(f"CREATE VIEW budgets_now AS {statement('views/budgets_now')}")
    return con


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with database() as con:
        yield con


def write(con: duckdb.DuckDBPyConnection, campaign: int, day: int, value: int) -> None:
    """A day of a campaign; everything about it follows from the numbers."""
    when = FIRST + timedelta(days=day)
    con.execute(
        "DELETE FROM analytics_metrics WHERE campaign_id = $campaign AND date = $date",
        {"campaign": str(campaign), "date": when},
    )
    row = {
        "platform": "meta-ads", "account_id": str(campaign % 2), "campaign_id": str(campaign), "date": when,
        "currency": ("EUR", "USD")[campaign % 2], "impressions": 100 * value, "clicks": value, "spend": value / 8,
        "conversions": value / 4, "revenue": value / 2, "conversions_share_known": (None, 0.5, 1.0)[value % 3],
        "spend_reporting": None if value % 5 == 0 else value / 16,
        "revenue_reporting": None if value % 5 == 0 else value / 32, "is_complete_day": value % 7 > 0,
    }  # fmt: skip
    con.execute(
        f"INSERT INTO analytics_metrics ({', '.join(row)}) VALUES ({', '.join(f'${name}' for name in row)})", row
    )


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return sorted(con.execute(query).fetchall(), key=str)


def check(con: duckdb.DuckDBPyConnection) -> None:
    """Every roll-up against the tables."""
    groups = "date, platform, metrics.account_id, metrics.currency, project_id"
    daily = "date, platform, account_id, currency, project_id"
    assert rows(con, f"SELECT {daily}, {ROLLED_UP}, any_value(is_complete_day) FROM rollup_daily GROUP BY ALL") == rows(
        con,
        f"SELECT {groups.replace('platform', 'metrics.platform')}, {SUMS}, bool_or(is_complete_day)"
        f" FROM {BASE.replace('= platform', '= metrics.platform')} GROUP BY ALL",
    )
    for key in (daily, ", ".join(ROLLUPS["rollup_daily"].key)):
        assert rows(con, f"SELECT count(*) FROM rollup_daily GROUP BY {key} HAVING count(*) > 1") == []
    campaign = "platform, account_id, campaign_id, currency"
    numbers = "JOIN rollup_campaigns USING (campaign_no)"
    day = f"date, {campaign}, impressions, clicks, spend, conversions, revenue, conversions_share_known"
    assert rows(con, f"SELECT {day} FROM rollup_campaign_days {numbers}") == rows(
        con, f"SELECT {day} FROM analytics_metrics"
    )


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3), st.integers(0, 16), st.integers(1, 30)),
        st.tuples(st.just("delete"), st.integers(0, 3), st.integers(0, 16), st.just(0)),
        st.tuples(st.just("assign"), st.integers(0, 3), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("refresh"), st.just(0), st.just(0), st.just(0)),
    ),
    min_size=3,
    max_size=12,
)


@examples(12)
@given(edits=EDITS)
def test_roll_ups_equal_the_tables_whatever_was_changed_between_publications(
    edits: list[tuple[str, int, int, int]],
) -> None:
    with database() as con:
        for campaign in range(4):
            con.execute(f"INSERT INTO campaigns (id) VALUES ('meta-ads:{campaign}')")
        for kind, campaign, other, value in edits:
            if kind == "write":
                write(con, campaign, other, value)
            elif kind == "delete":
                day = FIRST + timedelta(days=other)
                con.execute(f"DELETE FROM analytics_metrics WHERE campaign_id = '{campaign}' AND date = '{day}'")
            elif kind == "assign":
                project = ("NULL", "'one'", "'two'")[other]
                con.execute(f"UPDATE campaigns SET project_id = {project} WHERE id = 'meta-ads:{campaign}'")
            else:
                refresh_rollups(con)
        refresh_rollups(con)
        check(con)


def test_only_days_whose_rows_changed_are_computed_again(con: duckdb.DuckDBPyConnection) -> None:
    for day in range(10):
        write(con, 1, day, day + 1)
    assert refresh_rollups(con) == 10
    assert refresh_rollups(con) == 0
    write(con, 1, 4, 29)
    write(con, 2, 7, 1)
    assert refresh_rollups(con) == 2
    check(con)


def test_pacing_is_of_each_accounts_newest_day_and_of_accounts_of_the_last_week(con: duckdb.DuckDBPyConnection) -> None:
    def pace(account: str, day: int) -> None:
        con.execute(
            "INSERT INTO analytics_budgets (platform, account_id, campaign_id, as_of) VALUES ('meta-ads', $a, 'c', $d)",
            {"a": account, "d": FIRST + timedelta(days=day)},
        )

    for account, day in (("1", 0), ("1", 1), ("2", 0)):
        pace(account, day)
    refresh_rollups(con)
    listed = "SELECT account_id, as_of FROM rollup_pacing ORDER BY 1"
    assert con.execute(listed).fetchall() == [("1", FIRST + timedelta(days=1)), ("2", FIRST)]
    pace("2", 3)
    refresh_rollups(con)
    assert con.execute(listed).fetchall()[1] == ("2", FIRST + timedelta(days=3))
    pace("2", 9)
    refresh_rollups(con)
    assert con.execute(listed).fetchall() == [("2", FIRST + timedelta(days=9))]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE analytics_budgets SET verdict = 'overpacing' WHERE campaign_id = 'b'",
        "UPDATE analytics_budgets SET spent_to_date = NULL WHERE campaign_id = 'a'",
        "UPDATE analytics_budgets SET spent_to_date = NULL, revenue_to_date = 1 WHERE campaign_id = 'a'",
        "UPDATE analytics_budgets SET spent_to_date = 3 - spent_to_date",
        "DELETE FROM analytics_budgets WHERE campaign_id = 'a'",
        "DELETE FROM analytics_budgets",
        "INSERT INTO analytics_budgets FROM analytics_budgets WHERE campaign_id = 'a'",
    ],
)
def test_whatever_changes_in_the_newest_pacing_is_rolled_up(con: duckdb.DuckDBPyConnection, change: str) -> None:
    con.execute(
        "INSERT INTO analytics_budgets (platform, account_id, campaign_id, as_of, spent_to_date)"
        " VALUES ('meta-ads', '1', 'a', $day, 1), ('meta-ads', '1', 'b', $day, 2)",
        {"day": FIRST},
    )
    refresh_rollups(con)
    con.execute(change)
    refresh_rollups(con)
    columns = ", ".join(column.name for column in ROLLUPS["rollup_pacing"].columns)
    stored, rolled_up = (
        con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
        for table in ("analytics_budgets", "rollup_pacing")
    )
    assert rolled_up == stored


def test_roll_ups_of_another_definition_are_computed_again(con: duckdb.DuckDBPyConnection) -> None:
    write(con, 1, 0, 3)
    refresh_rollups(con)
    con.execute("UPDATE rollup_definition SET hash = 'older'")
    con.execute("DROP TABLE rollup_daily")
    con.execute("CREATE TABLE rollup_daily (other INTEGER)")
    assert refresh_rollups(con) == 1
    check(con)
