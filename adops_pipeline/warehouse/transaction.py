"""One transaction on a DuckDB connection: committed as a whole, or rolled back when its block fails."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Begin, commit at the end of the block, roll back on any exception, which is raised again."""
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        # A failed commit or an interrupt has ended the transaction already; raise the first error. After an interrupt
        # DuckDB reports that with a RuntimeError. What a signal broke off is interrupted first: a rollback would
        # execute the rest of it, deaf to signals, where a thread had not begun its part.
        with suppress(duckdb.Error, RuntimeError):
            con.interrupt()
            con.rollback()
        raise
