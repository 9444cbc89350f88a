"""Queries of people: answered exactly and within their bounds, never from an old file or a forged log."""

import errno
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.warehouse.connection import Warehouse, open_snapshot
from adops_pipeline.warehouse.publish import publish
from adops_pipeline.warehouse.queries import read_only
from adops_pipeline.warehouse.queries.read_only import Bound, BoundError, Bounds, QueryError, query_snapshot
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader


def test_values_come_back_exact_with_their_column_names(snapshot: Path) -> None:
    answer = query_snapshot(snapshot, "SELECT date, rate_to_reporting AS rate FROM fx_rates;")
    assert (answer.columns, answer.rows) == (["date", "rate"], [(date(2026, 11, 1), Decimal("1.0800000001"))])


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
    snapshot: Path,
) -> None:
    warehouse = Warehouse(snapshot.with_name("warehouse.duckdb"))
    count = "SELECT count(*) FROM fx_rates"
    with open_snapshot(snapshot) as older, duckdb.connect(str(snapshot), read_only=True) as also_older:
        with warehouse.writing() as con:
            con.execute("DELETE FROM fx_rates")
        publish(warehouse, snapshot)
        assert query_snapshot(snapshot, count).rows == [(0,)]
        assert older.execute(count).fetchall() == also_older.execute(count).fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("sql", "bounds", "bound", "words"),
    [
        ("SELECT * FROM range(1001)", Bounds(rows=1000), Bound.ROWS, "more than 1,000 rows"),
        ("SELECT i FROM generate_series(1, 100000000000) s(i)", Bounds(rows=10), Bound.ROWS, "more than 10 rows"),
        ("SELECT count(DISTINCT range) FROM range(10000000)", Bounds(memory_mb=32), Bound.MEMORY, "than 32 MB"),
        ("SELECT repeat('x', 100000) FROM range(500)", Bounds(memory_mb=32), Bound.MEMORY, "than 32 MB"),
        ("SELECT sleep_ms(60000)", Bounds(seconds=0.1), Bound.TIME, "longer than 0.1 s"),
    ],
)
def test_a_query_ends_at_the_bound_that_it_names(
    snapshot: Path, sql: str, bounds: Bounds, bound: Bound, words: str
) -> None:
    with pytest.raises(BoundError, match=words) as raised:
        query_snapshot(snapshot, sql, bounds)
    assert raised.value.bound is bound
    assert len(query_snapshot(snapshot, "FROM range(1000)", Bounds(rows=1000)).rows) == 1000


def test_a_query_that_cannot_be_interrupted_is_reported_while_it_runs(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_only, "_GRACE_SECONDS", 0.0)
    reported = list[str]()
    sql = "SELECT levenshtein(repeat('a', 9000), repeat('b', 9000))"
    with pytest.raises(BoundError, match="longer than"):
        query_snapshot(snapshot, sql, Bounds(seconds=0.01), on_stuck=lambda: reported.append("stuck"))
    assert reported == ["stuck"]


def test_values_that_python_would_change_are_texts(snapshot: Path) -> None:
    sql = """SELECT INTERVAL '1 month', {'INTERVAL': INTERVAL '3 days'}, TIMESTAMP_NS '2026-01-01 00:00:00.123456789',
        [TIMESTAMP_NS '2026-01-01'], 'INTERVAL'::ENUM('INTERVAL'), TIME '24:00:00'; -- end"""
    (row,) = query_snapshot(snapshot, sql).rows
    nanoseconds = "2026-01-01 00:00:00.123456789"
    assert row == ("1 month", {"INTERVAL": "3 days"}, nanoseconds, ["2026-01-01 00:00:00"], "INTERVAL", "24:00:00")


def test_texts_in_place_of_intervals_keep_the_order_of_rows(snapshot: Path) -> None:
    sql = "SELECT i, to_days(i::INTEGER) FROM range(9000) r(i) ORDER BY i % 7, i DESC"
    found = [row[0] for row in query_snapshot(snapshot, sql).rows]
    assert found == sorted(range(9000), key=lambda i: (i % 7, -i))


def test_no_reader_replays_a_log_that_was_forged_beside_the_snapshot(snapshot: Path) -> None:
    """The log of a copy that has twice the rows, as `COPY … (FORMAT blob)` could write it."""
    log = snapshot.with_name("adops.duckdb.wal")
    forged = _log_that_doubles(snapshot)
    count, reader = "SELECT count(*) FROM fx_rates", SnapshotReader(snapshot)
    log.write_bytes(forged)
    with duckdb.connect(str(shutil.copytree(snapshot.parent, snapshot.parent / "copy") / "adops.duckdb")) as con:
        assert con.execute(count).fetchone() == (2,), "the forged log has an effect on whoever replays it"
    assert query_snapshot(snapshot, count).rows == [(1,)]
    log.write_bytes(forged)
    with open_snapshot(snapshot) as con:
        assert con.execute(count).fetchone() == (1,)
    log.write_bytes(forged)
    with reader.reading() as read:
        assert read.con.execute(count).fetchone() == (1,)
    reader.close()
    log.write_bytes(forged)
    publish(Warehouse(snapshot.with_name("warehouse.duckdb")), snapshot)
    assert not log.exists()


def test_a_forged_log_that_cannot_be_deleted_is_an_error_and_not_an_answer(snapshot: Path) -> None:
    snapshot.with_name("adops.duckdb.wal").mkdir()
    with pytest.raises(QueryError, match=r"adops\.duckdb\.wal is not the snapshot's own .* delete it"):
        query_snapshot(snapshot, "SELECT 1")


def test_a_snapshot_on_a_read_only_file_system_can_be_asked(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses_before_it_looks(path: Path, missing_ok: bool = False) -> None:
        del missing_ok
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "unlink", refuses_before_it_looks)
    assert query_snapshot(snapshot, "SELECT 1").rows == [(1,)]
    snapshot.with_name("adops.duckdb.wal").write_bytes(b"forged")
    with pytest.raises(QueryError, match="cannot be deleted"):
        query_snapshot(snapshot, "SELECT 1")


def _log_that_doubles(snapshot: Path) -> bytes:
    copy = snapshot.with_name("forged.duckdb")
    shutil.copy(snapshot, copy)
    con = duckdb.connect(str(copy))
    con.execute("SET wal_autocheckpoint = '1TB'; INSERT INTO fx_rates SELECT date + 1, * EXCLUDE date FROM fx_rates")
    log = copy.with_name("forged.duckdb.wal").read_bytes()
    con.close()
    copy.unlink()
    return log
