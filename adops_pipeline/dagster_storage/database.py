"""A SQLite file whose connections stay open. No table is known here.

Dagster opens, compiles for and closes a database for every statement; SQLite then folds its journal into the file each
time. Here connections return to a pool and the engine keeps its compiled statements.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS

Durability = Literal["NORMAL", "FULL"]
"""What a commit survives. Either survives the end of the process (kill -9); FULL waits for the disk as well.

After a power cut the file is consistent either way, but with NORMAL it may lack the last commits.
"""

_FREE_CONNECTIONS = 2
_abandoned: list[sa.Engine] = []
"""Engines of a parent process. Closing a connection that was inherited through a fork would disturb the parent's."""


class Database:
    """One SQLite file, for any number of threads and processes. Opened at first use, and again when it was replaced."""

    def __init__(self, path: Path, durability: Durability) -> None:
        self.path = path
        self._durability = durability
        self._guard = threading.Lock()
        self._engine: sa.Engine | None = None
        self._opened_as: tuple[int, int, int] | None = None

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A connection within a transaction that the end of the block commits and an exception rolls back."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @property
    def engine(self) -> sa.Engine:
        """The engine of the file as it is now."""
        with self._guard:
            if self._engine is not None and self._opened_as != self._identity():
                self._drop()
            if self._engine is None:
                self._engine = self._open()
                self._opened_as = self._identity()
            return self._engine

    def is_open(self) -> bool:
        """Whether the file was opened and is still the same one: not deleted, not replaced, not before a fork."""
        with self._guard:
            return self._engine is not None and self._opened_as == self._identity()

    def close(self) -> None:
        """Close every connection; the next use opens the file again."""
        with self._guard:
            self._drop()

    def _open(self) -> sa.Engine:
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            poolclass=sa.QueuePool,
            pool_size=_FREE_CONNECTIONS,
            max_overflow=-1,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        sa.event.listen(engine, "connect", self._configure)
        with engine.connect():  # creates the file, whose identity is remembered
            pass
        return engine

    def _configure(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self._durability}")

    def _identity(self) -> tuple[int, int, int] | None:
        """Process and file that a connection belongs to."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return os.getpid(), found.st_dev, found.st_ino

    def _drop(self) -> None:
        if self._engine is None:
            return
        if self._opened_as is not None and self._opened_as[0] != os.getpid():
            _abandoned.append(self._engine)
            self._engine.dispose(close=False)
        else:
            self._engine.dispose()
        self._engine, self._opened_as = None, None
