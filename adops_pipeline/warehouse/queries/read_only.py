"""Answers people's queries of the published snapshot: the one guard for the command line, the API and agents.

Only one SELECT is answered (`select_only`), on a DuckDB of its own: the snapshot is attached read-only, no other file,
network, extension, secret or variable of this process can be reached, no setting can be changed, and time, memory and
rows are bounded.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adops_pipeline.warehouse.closing import closed_at_end
from adops_pipeline.warehouse.connection import raise_interrupt_within
from adops_pipeline.warehouse.errors import WarehouseError, no_snapshot, of_snapshot
from adops_pipeline.warehouse.queries.errors import Bound, BoundError, QueryError
from adops_pipeline.warehouse.queries.select_only import select_statements, without_end
from adops_pipeline.warehouse.snapshot_file import attach_snapshot

__all__ = ["Answer", "Bound", "BoundError", "Bounds", "QueryError", "answering", "query_snapshot"]

_SHUT_IN = (
    "SET TimeZone = 'UTC'",
    "USE snapshot",
    # Before the file system is switched off, because DuckDB then looks at the files that it has attached.
    "SET enable_external_access = false",
    # Without external access DuckDB still reads and writes the files of attached databases, their logs included.
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET lock_configuration = true",
)
_ROWS_AT_ONCE = 1_000
_GRACE_SECONDS = 2.0
_TEXT_TYPES = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(INTERVAL|TIMESTAMP_NS|TIME_NS|GEOMETRY)\b""",
)
"""Types that Python has no exact value for: months become days, nanoseconds are cut off."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one query may take. Memory is that of DuckDB, and of the answer's texts."""

    seconds: float = 60.0
    memory_mb: int = 1024
    rows: int = 100_000
    threads: int = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows. Intervals, nanoseconds and geometries are texts, other values Python's own."""

    columns: list[str]
    rows: list[tuple[object, ...]]


def query_snapshot(
    path: Path, sql: str, bounds: Bounds | None = None, *, on_stuck: Callable[[], object] | None = None
) -> Answer:
    """Answer one SELECT. Raises QueryError, as BoundError where the query takes more than it may.

    DuckDB ends a query at its next batch of rows. One function over very long texts or lists may run on within one
    batch: ``on_stuck`` is called, by another thread, for a query that has not ended 2 s after its time.
    """
    try:
        with answering(path, bounds or Bounds(), on_stuck) as answer:
            return answer(sql)
    except (duckdb.Error, WarehouseError) as error:
        raise QueryError(str(error)) from None


@contextmanager
def answering(
    path: Path, bounds: Bounds, on_stuck: Callable[[], object] | None = None
) -> Iterator[Callable[[str], Answer]]:
    """A function that answers as `query_snapshot` does, always from the snapshot of now. One thread may use it."""
    with _shut_in(path, bounds) as con:

        def answer(sql: str) -> Answer:
            with _timed(con, bounds, on_stuck) as has_ended:
                try:
                    return _answer(con, sql, bounds)
                except duckdb.Error as error:
                    _leave_transaction(con)
                    raise _query_error(error, bounds, is_late=has_ended.is_set()) from None
                except MemoryError:
                    raise _out_of_memory(bounds) from None
                except RuntimeError as error:
                    raise_interrupt_within(error)
                    raise

        yield answer


def _leave_transaction(con: duckdb.DuckDBPyConnection) -> None:
    """Some errors of DuckDB's parser leave a transaction that has failed."""
    with suppress(duckdb.Error):
        con.rollback()


@contextmanager
def _shut_in(path: Path, bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with the snapshot that reaches nothing else."""
    if not path.exists():
        raise no_snapshot(path)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": bounds.threads,
        "memory_limit": f"{bounds.memory_mb}MB",
        "temp_directory": "",
        "allow_persistent_secrets": False,
        "secret_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "enable_external_file_cache": False,
        "python_enable_replacements": False,  # else a table name may mean a variable of this process
    }
    with closed_at_end(duckdb.connect(":memory:", config=config)) as con:
        attach_snapshot(con, path)
        for setting in _SHUT_IN:
            con.execute(setting)
        yield con


@contextmanager
def _timed(
    con: duckdb.DuckDBPyConnection, bounds: Bounds, on_stuck: Callable[[], object] | None
) -> Iterator[threading.Event]:
    """Interrupts the connection after its time; the event says that it has done so."""
    is_done, has_ended = threading.Event(), threading.Event()

    def watch() -> None:
        if is_done.wait(bounds.seconds):
            return
        has_ended.set()
        con.interrupt()
        if on_stuck is not None and not is_done.wait(_GRACE_SECONDS):
            on_stuck()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield has_ended
    finally:
        is_done.set()
        watcher.join()  # it must not interrupt a connection that is closed


def _answer(con: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds) -> Answer:
    statements = select_statements(con, sql)
    for statement in statements:
        con.execute(statement)
    described = [(str(column[0]), str(column[1])) for column in con.description or ()]
    casts = [_cast(place, kind) for place, (_, kind) in enumerate(described, start=1)]
    if len(statements) == 1 and any("CAST" in cast for cast in casts):
        con.execute(f"SELECT {', '.join(casts)} FROM ({without_end(sql)}\n)")  # noqa: S608 - it is one SELECT
    return Answer([name for name, _ in described], _rows(con, bounds))


def _cast(place: int, kind: str) -> str:
    """The column by its place, with texts in place of the values that Python would change."""
    exact = _TEXT_TYPES.sub(lambda found: "VARCHAR" if found[1] else found[0], kind)
    return f"#{place}" if exact == kind else f"CAST(#{place} AS {exact})"


def _rows(con: duckdb.DuckDBPyConnection, bounds: Bounds) -> list[tuple[object, ...]]:
    """All rows, read in steps, so that an endless answer ends at its bound."""
    rows = list[tuple[object, ...]]()
    size = 0
    while found := con.fetchmany(_ROWS_AT_ONCE):
        rows.extend(found)
        if len(rows) > bounds.rows:
            raise BoundError(Bound.ROWS, f"the answer has more than {bounds.rows:,} rows; add a LIMIT or a condition")
        size += sum(len(value) for row in found for value in row if isinstance(value, str | bytes | list | dict))
        if size > bounds.memory_mb * 10**6:
            raise _out_of_memory(bounds)
    return rows


def _query_error(error: duckdb.Error, bounds: Bounds, *, is_late: bool) -> QueryError:
    if is_late:
        return BoundError(Bound.TIME, f"the query took longer than {bounds.seconds:g} s; narrow it")
    if isinstance(error, duckdb.OutOfMemoryException):
        return _out_of_memory(bounds)
    return QueryError(of_snapshot(error).split("\n\nStack Trace")[0])


def _out_of_memory(bounds: Bounds) -> BoundError:
    return BoundError(Bound.MEMORY, f"the query needs more memory than {bounds.memory_mb:,} MB; narrow it")
