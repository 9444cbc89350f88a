"""Ends connections to DuckDB so that their file can be opened again, whatever broke off their last statement.

A statement that a signal has interrupted stays with its connection. Closing that waits for the threads still at work on
the statement, or leaves the instance of the database behind; then the next one to open the file in this process waits
for the end of that instance within DuckDB, for ever and deaf to signals.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


def end_statement(con: duckdb.DuckDBPyConnection) -> None:
    """End what the connection still executes, and its transaction: both, before it is closed after an error."""
    with suppress(duckdb.Error):
        con.interrupt()
    with suppress(duckdb.Error):  # there is no transaction, or the connection is closed
        con.rollback()


@contextmanager
def closed_at_end(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Close the connection at the end of the block, also where a signal interrupts one of its statements."""
    try:
        yield con
    except BaseException:
        end_statement(con)
        raise
    finally:
        con.close()
