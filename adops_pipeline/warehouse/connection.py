"""The one way to the warehouse file: short connections, a single writer, back-off while another process holds it.

DuckDB lets one process open a file for writing and shuts everyone else out meanwhile, so a connection is never held
across a network call. People read the published snapshot instead: `open_snapshot`.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from adops_pipeline.warehouse.schema import create_tables

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5
_HOLDER = re.compile(r"\(PID (\d+)\)")


class WarehouseError(Exception):
    """The warehouse file cannot be used; the message names the file and what to do."""


class Warehouse:
    """The pipeline's own DuckDB file. Threads and processes take turns; ``patience_seconds`` is how long one waits."""

    def __init__(
        self,
        path: Path,
        patience_seconds: float = 60.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self._patience = patience_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for reading and writing; every table exists."""
        with self._turn:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            con = self._open()
            try:
                create_tables(con)
                yield con
            finally:
                con.close()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for asking. It holds the file as a writer's does: keep it short."""
        with self.writing() as con:
            yield con

    def _open(self) -> duckdb.DuckDBPyConnection:
        deadline = self._monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return duckdb.connect(str(self.path))
            except duckdb.IOException as error:
                if not _is_held(error):
                    raise WarehouseError(f"{self.path} cannot be opened: {error}") from error
                if self._monotonic() >= deadline:
                    raise WarehouseError(self._held_message(error)) from error
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _held_message(self, error: duckdb.IOException) -> str:
        found = _HOLDER.search(str(error))
        holder = f"process {found.group(1)}" if found else "another process"
        return (
            f"{self.path} is held by {holder} for more than {self._patience:.0f} s; end it or wait. "
            "To look at data, open adops.duckdb: it never blocks the pipeline"
        )


def _is_held(error: duckdb.IOException) -> bool:
    return "Could not set lock" in str(error) or "Conflicting lock" in str(error)


@contextmanager
def open_snapshot(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published snapshot, read only: never blocks the pipeline and is never blocked by it."""
    if not path.exists():
        raise WarehouseError(f"{path} is not there yet; `adops run` publishes it")
    con = duckdb.connect(str(path), read_only=True)
    try:
        yield con
    finally:
        con.close()
