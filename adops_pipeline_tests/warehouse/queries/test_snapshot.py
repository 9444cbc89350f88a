"""People's own questions: answered exactly, shut in with the snapshot, never answered from an old file."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.publish import publish
from adops_pipeline.warehouse.queries.snapshot import QueryError, query_snapshot
from adops_pipeline_tests.warehouse.conftest import Rooms


@pytest.fixture
def snapshot(rooms: Rooms) -> Path:
    with rooms.warehouse.writing() as con:
        con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.0800000001, DATE '2026-11-01')")
    publish(rooms.warehouse, rooms.snapshot)
    return rooms.snapshot


def test_values_come_back_exact_with_their_column_names(snapshot: Path) -> None:
    columns, rows = query_snapshot(snapshot, "SELECT date, rate_to_reporting AS rate FROM fx_rates;")
    assert (columns, rows) == (["date", "rate"], [(date(2026, 11, 1), Decimal("1.0800000001"))])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fx_rates",
        "CREATE TABLE mine AS SELECT 1",
        "COPY fx_rates TO '{folder}/stolen.csv'",
        "ATTACH '{folder}/warehouse.duckdb' AS w",
        "SELECT * FROM '{folder}/warehouse.duckdb'",
        "FROM read_text('{folder}/secret.txt')",
        "FROM glob('{folder}/*')",
        "EXPORT DATABASE '{folder}/stolen'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET enable_external_access",
    ],
)
def test_no_statement_changes_the_snapshot_or_reaches_another_file(snapshot: Path, statement: str) -> None:
    (snapshot.parent / "secret.txt").write_text("secret", encoding="utf-8")
    files = sorted(path.name for path in snapshot.parent.iterdir())
    before = snapshot.read_bytes()
    with pytest.raises(QueryError):
        query_snapshot(snapshot, statement.replace("{folder}", str(snapshot.parent)))
    assert snapshot.read_bytes() == before
    assert sorted(path.name for path in snapshot.parent.iterdir()) == files


def test_one_statement_is_answered_at_a_time(snapshot: Path) -> None:
    for sql in ("SELECT 1; SELECT 2", "SET enable_external_access = true; SELECT 1", "", "-- nothing"):
        with pytest.raises(QueryError, match="one statement"):
            query_snapshot(snapshot, sql)


def test_a_wrong_question_gives_duckdbs_own_words(snapshot: Path) -> None:
    with pytest.raises(QueryError, match="fx_rate"):
        query_snapshot(snapshot, "FROM fx_rate")
    with pytest.raises(QueryError, match="adops run"):
        query_snapshot(snapshot.with_name("never.duckdb"), "SELECT 1")


def test_the_newest_snapshot_answers_even_while_this_process_still_reads_an_older_one(
    rooms: Rooms, snapshot: Path
) -> None:
    count = "SELECT count(*) FROM fx_rates"
    with open_snapshot(snapshot) as older, duckdb.connect(str(snapshot), read_only=True) as also_older:
        with rooms.warehouse.writing() as con:
            con.execute("DELETE FROM fx_rates")
        publish(rooms.warehouse, snapshot)
        assert query_snapshot(snapshot, count)[1] == [(0,)]
        assert older.execute(count).fetchall() == also_older.execute(count).fetchall() == [(1,)]
