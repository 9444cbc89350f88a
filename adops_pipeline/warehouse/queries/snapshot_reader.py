"""The published snapshot for a server: opened once, a cursor for each reader, renewed when another one is published.

Opening a connection costs more than most queries, so cursors are kept, and so are the objects that answers are computed
from. A reader that is under way when a new snapshot is published finishes on the old one, whose file lives until its
last reader has ended.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from adops_pipeline.warehouse.errors import WarehouseError

_LOOK_SECONDS = 0.25
Made = TypeVar("Made")
Maker = Callable[[duckdb.DuckDBPyConnection], Made]


class Prepared:
    """What has been computed from one snapshot and is kept as long as the snapshot: each object is made once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._made: dict[Maker[Any], Any] = {}
        self._turns: dict[Maker[Any], threading.Lock] = {}

    def has(self, make: Maker[Any]) -> bool:
        """Whether the object of ``make`` is there, so that nobody has to wait for it."""
        return make in self._made

    def of(self, make: Maker[Made], con: duckdb.DuckDBPyConnection) -> Made:
        """The object of ``make``; the first one to ask makes it, the others wait."""
        if make not in self._made:
            with self._guard:
                turn = self._turns.setdefault(make, threading.Lock())
            with turn:
                if make not in self._made:
                    self._made[make] = make(con)
        found: Made = self._made[make]
        return found

    def close(self) -> None:
        """Close the objects that hold files."""
        for made in self._made.values():
            if hasattr(made, "close"):
                made.close()
        self._made.clear()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection to one published snapshot. ``version`` changes whenever another one is published."""

    con: duckdb.DuckDBPyConnection
    version: str
    published_at: datetime
    prepared: Prepared = field(default_factory=Prepared)

    def get(self, make: Maker[Made]) -> Made:
        """The object that ``make`` computes from the snapshot; it is kept as long as the snapshot."""
        return self.prepared.of(make, self.con)


@dataclass
class _Opened:
    """One opened snapshot file, its free cursors and the number of its readers."""

    root: duckdb.DuckDBPyConnection
    identity: tuple[int, int, int, int]
    version: str
    published_at: datetime
    free: list[duckdb.DuckDBPyConnection] = field(default_factory=list)
    prepared: Prepared = field(default_factory=Prepared)
    readers: int = 0
    is_current: bool = True


class SnapshotReader:
    """Readers of one snapshot path, for any number of threads."""

    def __init__(self, path: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._current: _Opened | None = None
        self._looked_at = float("-inf")

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """The newest snapshot. Raises WarehouseError before the first one was published."""
        opened, con = self._enter()
        try:
            yield Snapshot(con, opened.version, opened.published_at, opened.prepared)
        finally:
            self._leave(opened, con)

    def current_version(self) -> str | None:
        """The version of the newest snapshot; None where it is not open yet. Never waits, so event loops may ask."""
        opened = self._current
        if opened is None:
            return None
        if self._is_time_to_look():
            try:
                found = self._path.stat()
            except OSError:
                return None
            if _identity(found) != opened.identity:
                return None
            self._looked_at = self._monotonic()
        return opened.version

    def has_prepared(self, make: Maker[Any]) -> bool:
        """Whether the newest snapshot is open and has the object of ``make``. Never waits."""
        opened = self._current
        return opened is not None and self.current_version() == opened.version and opened.prepared.has(make)

    def close(self) -> None:
        """Close the snapshot as soon as its readers have ended; the next use opens it again."""
        with self._guard:
            self._retire()

    def _enter(self) -> tuple[_Opened, duckdb.DuckDBPyConnection]:
        with self._guard:
            if self._current is None or self._is_time_to_look():
                self._renew()
            opened = self._current
            assert opened is not None
            opened.readers += 1
            return opened, opened.free.pop() if opened.free else _cursor(opened.root)

    def _leave(self, opened: _Opened, con: duckdb.DuckDBPyConnection) -> None:
        with self._guard:
            opened.readers -= 1
            opened.free.append(con)
            _close_if_done(opened)

    def _is_time_to_look(self) -> bool:
        return self._monotonic() - self._looked_at >= _LOOK_SECONDS

    def _renew(self) -> None:
        """Open the file unless it is the one that is open."""
        self._looked_at = self._monotonic()
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._retire()
            raise WarehouseError(f"{self._path} does not exist yet; `adops run` publishes it") from None
        if self._current is not None and self._current.identity == _identity(found):
            return
        opened = _open(self._path)
        self._retire()
        self._current = opened

    def _retire(self) -> None:
        opened, self._current = self._current, None
        if opened is not None:
            opened.is_current = False
            _close_if_done(opened)


def _open(path: Path) -> _Opened:
    # The file may be replaced at any moment: what is attached must be the file whose identity is remembered.
    while True:
        found = path.stat()
        # One thread for each reader: many clients share the processor, and to split a short query costs more.
        root = duckdb.connect(":memory:", config={"threads": 1})
        try:
            # ATTACH takes no bound value.
            root.execute("ATTACH '{}' AS snapshot (READ_ONLY)".format(str(path).replace("'", "''")))
        except duckdb.Error as error:
            root.close()
            raise WarehouseError(f"{path} cannot be opened: {error}") from error
        if _identity(path.stat()) == _identity(found):
            break
        root.close()
    identity = _identity(found)
    return _Opened(root, identity, version_of(found), datetime.fromtimestamp(found.st_mtime, UTC))


def version_of(found: os.stat_result) -> str:
    """The version of the snapshot that this file is, as the API states it."""
    return hashlib.blake2b(repr(_identity(found)).encode(), digest_size=8).hexdigest()


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _cursor(root: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    con = root.cursor()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("USE snapshot")
    return con


def _close_if_done(opened: _Opened) -> None:
    if opened.is_current or opened.readers:
        return
    opened.prepared.close()
    for con in opened.free:
        con.close()
    opened.root.close()
