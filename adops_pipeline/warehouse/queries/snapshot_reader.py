"""The published snapshot for a server: opened once, a cursor for each reader, renewed when another one is published.

Opening a connection costs more than most queries, so cursors are kept, and so are the objects that answers are computed
from. A reader that is under way when a new snapshot is published finishes on the old one, whose file lives until its
last reader has ended. One that reads in steps, as pages, keeps its snapshot readable between them, for a bounded time.
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
KEPT_SECONDS = 900.0
"""How long a superseded snapshot stays readable after the newest step of those who read it in steps."""
_MOST_SUPERSEDED = 2
_LONGEST_KEPT_SECONDS = 7200.0
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


class SnapshotGoneError(Exception):
    """The version that is asked for cannot be read any more."""


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
    kept_until: float = float("-inf")
    superseded_at: float = float("inf")

    @property
    def ends_at(self) -> float:
        """When it is not kept any longer for those who read in steps."""
        return min(self.kept_until, self.superseded_at + _LONGEST_KEPT_SECONDS)


class SnapshotReader:
    """Readers of one snapshot path, for any number of threads."""

    def __init__(self, path: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._current: _Opened | None = None
        self._looked_at = float("-inf")
        self._superseded: list[_Opened] = []
        self._timer: threading.Timer | None = None

    @contextmanager
    def reading(self, version: str | None = None) -> Iterator[Snapshot]:
        """The newest snapshot, or the one of a ``version`` that is kept.

        Raises WarehouseError before the first one was published, SnapshotGoneError for a version that is not kept.
        """
        opened, con = self._enter(version)
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

    def keep(self, version: str) -> None:
        """Keep the snapshot of ``version``, which is being read, for those who will read on."""
        with self._guard:
            for opened in (self._current, *self._superseded):
                if opened is not None and opened.version == version:
                    opened.kept_until = self._monotonic() + KEPT_SECONDS

    def close(self) -> None:
        """Close the snapshot as soon as its readers have ended; the next use opens it again."""
        with self._guard:
            self._retire()
            for opened in self._superseded:
                opened.kept_until = float("-inf")
            self._sweep()

    def _enter(self, version: str | None) -> tuple[_Opened, duckdb.DuckDBPyConnection]:
        with self._guard:
            if self._current is None or self._is_time_to_look():
                self._renew()
            if version is not None:
                self._sweep()
            known = (opened for opened in (self._current, *self._superseded) if opened is not None)
            opened = next((one for one in known if version in (None, one.version)), None)
            if opened is None:
                raise SnapshotGoneError(version)
            opened.readers += 1
            return opened, opened.free.pop() if opened.free else _cursor(opened.root)

    def _leave(self, opened: _Opened, con: duckdb.DuckDBPyConnection) -> None:
        with self._guard:
            opened.readers -= 1
            opened.free.append(con)
            if opened is not self._current:
                self._sweep()

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
        """Take the current snapshot for superseded."""
        opened, self._current = self._current, None
        if opened is not None:
            opened.superseded_at = self._monotonic()
            self._superseded.append(opened)
            self._sweep()
            for older in self._superseded[:-_MOST_SUPERSEDED]:
                older.kept_until = float("-inf")
            self._sweep()

    def _sweep(self) -> None:
        """Close the superseded snapshots that nobody reads and that are not kept any longer."""
        now = self._monotonic()
        for opened in list(self._superseded):
            if opened.readers:
                continue
            opened.prepared.close()  # who reads on in steps does without
            if opened.ends_at <= now:
                self._superseded.remove(opened)
                _close(opened)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting = [opened.ends_at for opened in self._superseded if opened.ends_at > now]
        if waiting:  # a server that nobody uses must not hold the space of a deleted file
            self._timer = threading.Timer(max(1.0, min(waiting) - now), self._on_timer)
            self._timer.daemon = True
            self._timer.start()

    def _on_timer(self) -> None:
        with self._guard:
            self._sweep()


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


def _close(opened: _Opened) -> None:
    for con in opened.free:
        con.close()
    opened.root.close()
