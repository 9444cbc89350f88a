"""A transaction is kept whole or not at all, and leaves its connection usable."""

from collections.abc import Callable

import duckdb
import pytest

from adops_pipeline.warehouse.transaction import transaction


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
