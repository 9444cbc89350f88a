"""A transaction is kept whole or not at all, and leaves its connection usable."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import duckdb
import pytest

from adops_pipeline.warehouse.transaction import transaction
from adops_pipeline_tests.patience import patience_seconds


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY)")
    return con


Work = Callable[[duckdb.DuckDBPyConnection], object]


def run(con: duckdb.DuckDBPyConnection, *work: Work) -> None:
    with transaction(con):
        for one in work:
            one(con)


def insert(values: str) -> Work:
    return lambda con: con.execute(f"INSERT INTO kept VALUES {values}")


def fail(error: BaseException) -> Work:
    def raising(_: duckdb.DuckDBPyConnection) -> None:
        raise error

    return raising


def rows(con: duckdb.DuckDBPyConnection) -> list[int]:
    return [n for (n,) in con.execute("FROM kept ORDER BY n").fetchall()]


def test_a_block_that_ends_is_committed(con: duckdb.DuckDBPyConnection) -> None:
    run(con, insert("(1), (2)"))
    con.begin()  # refused within a transaction that is still open
    assert rows(con) == [1, 2]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_nothing_and_the_connection_usable(
    con: duckdb.DuckDBPyConnection, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        run(con, insert("(1)"), fail(error))
    assert rows(con) == []
    run(con, insert("(2)"))
    assert rows(con) == [2]


def test_a_statement_that_fails_undoes_those_before_it(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ConstraintException):
        run(con, insert("(1)"), insert("(2), (2)"))
    with pytest.raises(duckdb.CatalogException):
        run(con, insert("(3)"), lambda con: con.execute("INSERT INTO nothing VALUES (1)"))
    assert rows(con) == []


def test_the_first_error_is_raised_where_the_transaction_has_ended_by_itself(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="first"):
        run(con, lambda con: con.rollback(), fail(ValueError("first")))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise RuntimeError("interrupted")


def ask_for_long(con: duckdb.DuckDBPyConnection, seconds: float) -> None:
    with transaction(con):
        signal.setitimer(signal.ITIMER_REAL, seconds)
        con.execute("SELECT sum(a.range * b.range) FROM range(10_000_000) AS a, range(10_000_000) AS b").fetchall()


def test_a_statement_that_a_signal_broke_off_is_not_executed_to_its_end(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SET threads = 16")  # more than there are cores: some have not begun their part
    ended_by_us = threading.Event()

    def end() -> None:
        ended_by_us.set()
        con.interrupt()

    before = signal.signal(signal.SIGALRM, _interrupt)
    watcher = threading.Timer(patience_seconds(8), end)
    watcher.start()
    try:
        for attempt in range(5):
            with pytest.raises(RuntimeError, match="interrupted"):
                ask_for_long(con, 0.005 + 0.003 * attempt)
            assert not ended_by_us.is_set()
            insert(f"({attempt})")(con)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        watcher.cancel()
        watcher.join()
    assert rows(con) == [0, 1, 2, 3, 4]
