"""Access to the warehouse file: short connections, a single writer, back-off while another process holds it.

DuckDB lets one process open a file for writing and locks out all others meanwhile, so a connection is never held
across a network call, and the file stays open for a moment at most (`open_file`). People read the published snapshot
instead: `open_snapshot`.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import duckdb

from adops_pipeline.domain.text import one_line
from adops_pipeline.warehouse.closing import closed_at_end, end_statement
from adops_pipeline.warehouse.errors import WarehouseError, no_snapshot, shows_damage
from adops_pipeline.warehouse.open_file import open_file
from adops_pipeline.warehouse.schema import create_tables
from adops_pipeline.warehouse.snapshot_file import attach_snapshot

__all__ = ["DamagedWarehouseError", "Warehouse", "WarehouseError", "open_snapshot"]

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5
_SMALL_BYTES = 64 * 2**20
_NEW_FILES_ARE_OF = "v1.2.0"
"""DuckDB writes files for its version 1.0 unless told otherwise. Those hold the statistics of each column in an older
form, and to convert them takes two thirds of the time in which a file is attached. A file keeps the version it was
created with, and so does its copy, the snapshot: clients since 1.2 read it."""

_FOR_EVERY_CONNECTION = """
    SET GLOBAL TimeZone = 'UTC';
    SET GLOBAL produce_arrow_string_view = true;
    SET GLOBAL arrow_output_version = '1.5'
"""
"""Timestamps are stored as UTC without a zone. Texts as views and short decimals are what Polars holds itself: frames
come in half the time and memory."""

_HOLDER = re.compile(r"\(PID (\d+)\)")


_FAILED_DISK = re.compile(r"(?i)permission denied|no space left|read-only file system|too many open files|no such file")
_NAMED_FILE = re.compile(r'file "([^"]+)"')


class DamagedWarehouseError(WarehouseError):
    """The file is there and is no usable database."""


class Warehouse:
    """The pipeline's own DuckDB file. Threads and processes take turns; ``patience_seconds`` is how long one waits.

    ``keep_seconds``: how long the file stays open after its last use, unless another process waits for it.
    """

    def __init__(
        self,
        path: Path,
        patience_seconds: float = 60.0,
        *,
        keep_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self._patience = patience_seconds
        self._keep_seconds = keep_seconds
        self._monotonic = monotonic
        self._sleep = sleep

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for reading and writing; every table exists. Other threads and processes wait meanwhile."""
        with self._writing(self._keep_seconds) as con:
            yield con

    @contextmanager
    def _writing(self, keep_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        file = open_file(self.path)
        with file.turn, interrupts_raised():
            con = file.use(self._open)
            try:
                yield con
            except BaseException as error:
                keep_seconds = 0.0  # after an error the next use opens the file again
                end_statement(con)
                if isinstance(error, duckdb.Error) and self._is_of_damage(error):
                    raise self._unusable(error) from error
                raise
            finally:
                file.leave(con, keep_seconds)

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose statements cannot change a table. It locks the file like a writer's: keep it short."""
        with self.writing() as con:
            con.execute("BEGIN TRANSACTION READ ONLY")
            yield con

    @contextmanager
    def frozen(
        self, prepare: Callable[[duckdb.DuckDBPyConnection], object]
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, IO[bytes]]]:
        """A connection right after a checkpoint, and the whole file's bytes as they then stand, for copying.

        ``prepare`` is called before the checkpoint; nobody else writes between it and the copy.

        The bytes must be read from the given file: closing any other handle of it would end this process' lock, for
        POSIX locks belong to the process. This one is closed once DuckDB has given the lock up.
        """
        with open_file(self.path).turn, ExitStack() as after_duckdb, self._writing(keep_seconds=0.0) as con:
            prepare(con)
            con.execute("CHECKPOINT")
            yield con, after_duckdb.enter_context(self.path.open("rb"))

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Open the file and migrate its tables to the registry."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        con = self._connect()
        try:
            con.execute(_FOR_EVERY_CONNECTION)
            if self.path.stat().st_size < _SMALL_BYTES:
                # To share a query of some thousand rows among threads costs a third more than to answer it in one. FSST
                # saves no block of such a file, and to try it takes half of the time of a checkpoint.
                con.execute("SET threads = 1; SET disabled_compression_methods = 'fsst'")
            con.begin()
            create_tables(con)
            con.commit()
        except BaseException:
            end_statement(con)
            con.close()
            raise
        return con

    def _connect(self) -> duckdb.DuckDBPyConnection:
        deadline = self._monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                con = duckdb.connect(str(self.path), config={"storage_compatibility_version": _NEW_FILES_ARE_OF})
            except duckdb.IOException as error:
                if not _is_held(error):
                    raise self._unusable(error) from error
                if self._monotonic() >= deadline:
                    raise WarehouseError(self._held_message(error)) from error
            except duckdb.Error as error:  # a log beside the file that does not belong to it, an assertion within
                raise self._unusable(error) from error
            else:
                open_file(self.path).withdraw_request()
                return con
            open_file(self.path).request()
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _is_of_damage(self, error: duckdb.Error) -> bool:
        """Whether this file's content made a statement fail."""
        if isinstance(error, duckdb.SerializationException):
            return True
        named = _NAMED_FILE.search(str(error))
        return (
            isinstance(error, duckdb.IOException)
            and shows_damage(error)
            and (named is None or Path(named.group(1)) == self.path)
        )

    def _unusable(self, error: duckdb.Error) -> WarehouseError:
        """The error of a file that cannot be opened; the way out depends on whether the disk or its content failed."""
        if isinstance(error, duckdb.IOException) and _FAILED_DISK.search(str(error)):
            return WarehouseError(f"{self.path} cannot be opened: {one_line(error)}")
        return DamagedWarehouseError(
            f"{self.path} is damaged or no DuckDB file ({one_line(error)}). `adops raw rebuild` keeps it aside and "
            "builds the tables again from the raw files"
        )

    def _held_message(self, error: duckdb.IOException) -> str:
        found = _HOLDER.search(str(error))
        holder = f"process {found.group(1)}" if found else "another process"
        return (
            f"{self.path} is held by {holder} for more than {self._patience:g} s; end it or wait. "
            "To query data, open adops.duckdb, which never blocks the pipeline"
        )


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Raise the interrupt in place of the error that DuckDB made of it: a run would go on after a step that failed."""
    try:
        yield
    except Exception as error:
        raise_interrupt_within(error)
        raise


def raise_interrupt_within(error: BaseException) -> None:
    """Raise the interrupt that caused an error: DuckDB raises its own error for one that arrives during a query.

    Every exception that is no Exception counts: Dagster, pytest and asyncio have kinds of their own.
    """
    found: BaseException | None = error
    while isinstance(found, Exception):
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    if found is not None and found is not error:
        raise found from None


def _is_held(error: duckdb.IOException) -> bool:
    return "Could not set lock" in str(error) or "Conflicting lock" in str(error)


@contextmanager
def open_snapshot(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published snapshot, read only: never blocks the pipeline and is never blocked by it.

    A later reader sees the newest snapshot, an open connection keeps the one it opened: attached to an
    instance of its own, for DuckDB gives every opener in a process the same, maybe outdated, instance of a path.
    """
    if not path.exists():
        raise no_snapshot(path)
    with interrupts_raised(), closed_at_end(duckdb.connect(":memory:")) as con:
        con.execute("SET TimeZone = 'UTC'")
        attach_snapshot(con, path)
        con.execute("USE snapshot")
        yield con


def close_default_connection() -> None:
    """End the thread of DuckDB's default database, which the import starts and nothing here uses: for forkservers."""
    duckdb.default_connection().close()
