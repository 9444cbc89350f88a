"""Rows held in memory are listed as by SQL, whatever the filters, the order and the page."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adops_pipeline.domain.tables import TABLES, table_or_view
from adops_pipeline.warehouse.queries import prepared_rows
from adops_pipeline.warehouse.queries.conditions import Condition
from adops_pipeline.warehouse.queries.listing import Listing, list_rows
from adops_pipeline.warehouse.queries.prepared_rows import PreparedRows, RowsOf
from adops_pipeline.warehouse.schema import ddl

TABLE = "analytics_budgets"
DAY = date(2026, 11, 1)
COLUMNS = ("platform", "campaign_id", "as_of", "campaign_name", "verdict", "money_at_stake", "daily_budget")
NAMES = {name: name for name in COLUMNS}
PLATFORMS, VERDICTS = ("google-ads", "meta-ads"), ("overpacing", "on_track", None)
SEARCHES = ("a", "ÄB", "%", "\n", "b\nc", "zz")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as con:
        for name in (TABLE, "campaigns"):
            con.execute(ddl(TABLES[name]))
        for number in range(60):
            row: dict[str, Any] = {
                "platform": PLATFORMS[number % 2], "account_id": "1", "campaign_id": str(number % 30),
                "as_of": DAY + timedelta(days=number // 20), "verdict": VERDICTS[number % 3],
                "campaign_name": ("Abc", "äb\nc", None, "a%", "Zz")[number % 5],
                "money_at_stake": None if number % 4 == 0 else number % 7 / 8, "daily_budget": None,
            }  # fmt: skip
            bound = ", ".join(f"${name}" for name in row)
            con.execute(f"INSERT INTO {TABLE} ({', '.join(row)}) VALUES ({bound})", row)
        con.execute(
            f"INSERT INTO campaigns (id, project_id) SELECT DISTINCT platform || ':' || campaign_id, 'p'"
            f" FROM {TABLE} WHERE campaign_id < '2'"
        )
        yield con


@pytest.fixture(scope="module")
def rows(con: duckdb.DuckDBPyConnection) -> PreparedRows:
    return RowsOf(TABLE, tuple(NAMES.items()))(con)


CONDITIONS = st.lists(
    st.one_of(
        st.builds(Condition, st.just("platform"), st.just("in"), st.lists(st.sampled_from([*PLATFORMS, "none"]))),
        st.builds(Condition, st.just("verdict"), st.just("in"), st.lists(st.sampled_from(["overpacing", "on_track"]))),
        st.builds(Condition, st.just("campaign_name"), st.just("contains"), st.sampled_from(SEARCHES)),
        st.builds(Condition, st.just("as_of"), st.sampled_from(["from", "to"]), st.dates(DAY, DAY + timedelta(days=3))),
    ),
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(
    conditions=CONDITIONS, project=st.sampled_from([None, None, "p", "other"]), sort=st.sampled_from(COLUMNS),
    is_descending=st.booleans(), limit=st.integers(1, 40),
)  # fmt: skip
def test_pages_are_those_of_sql(
    con: duckdb.DuckDBPyConnection, rows: PreparedRows, conditions: list[Condition], project: str | None, sort: str,
    is_descending: bool, limit: int,
) -> None:  # fmt: skip
    after = None
    for _ in range(4):
        listing = Listing(TABLE, NAMES, conditions, project, sort, is_descending, limit, after)
        wanted, found = list_rows(con, listing), rows.page(con, listing)
        assert found is not None
        assert (found.documents, found.mark, found.total) == (wanted.documents, wanted.mark, wanted.total)
        after = found.mark
        if after is None:
            return


def test_a_mark_of_a_row_that_is_gone_or_changed_is_left_to_sql(
    con: duckdb.DuckDBPyConnection, rows: PreparedRows
) -> None:
    names = ["money_at_stake", *(name for name in table_or_view(TABLE).key if name != "money_at_stake")]
    listing = Listing(TABLE, NAMES, sort="money_at_stake", limit=1)
    (mark,) = [one.mark for one in [rows.page(con, listing)] if one is not None]
    assert mark is not None
    for changed in (["0.9", *mark[1:]], [*mark[:-1], "none"], mark[:-1], [*mark, "more"]):
        assert rows.page(con, Listing(TABLE, NAMES, sort="money_at_stake", limit=1, after=changed)) is None
    assert len(mark) == len(names)


def test_a_long_table_is_left_to_sql(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_rows, "_MOST_ROWS", 10)
    assert PreparedRows(con, TABLE, NAMES).page(con, Listing(TABLE, NAMES, sort="as_of")) is None
