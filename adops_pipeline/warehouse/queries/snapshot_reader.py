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
from typing import Any

import duckdb

from adops_pipeline.warehouse.errors import WarehouseError, no_snapshot
from adops_pipeline.warehouse.queries.prepared import Made, Maker, Prepared
from adops_pipeline.warehouse.snapshot_file import attach_snapshot, what_it_lacks

_LOOK_SECONDS = 0.25
_MEMORY_MB = 256
KEPT_SECONDS = 900.0
"""How long a superseded snapshot stays readable after the newest step of those who read it in steps."""
_MOST_SUPERSEDED = 2
_LONGEST_KEPT_SECONDS = 7200.0


class SnapshotGoneError(Exception):
    """The version that is asked for cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection to one published snapshot. ``version`` changes whenever another one is published."""

    con: duckdb.DuckDBPyConnection
    version: str
    published_at: datetime
    prepared: Prepared

    def get(self, make: Maker[Made]) -> Made:
        """The object that ``make`` computes from the snapshot; it is kept as long as the snapshot."""
        return self.prepared.of(make)


@dataclass
class _Opened:
    """One opened snapshot file, its free cursors and the number of its readers."""

    root: duckdb.DuckDBPyConnection
    identity: tuple[int, int, int, int]
    version: str
    published_at: datetime
    prepared: Prepared
    free: list[duckdb.DuckDBPyConnection] = field(default_factory=list)
    readers: int = 0
    kept_until: float = float("-inf")
    superseded_at: float = float("inf")

    @property
    def ends_at(self) -> float:
        """When it is not kept any longer for those who read in steps."""
        return min(self.kept_until, self.superseded_at + _LONGEST_KEPT_SECONDS)


class SnapshotReader:
    """Readers of one snapshot path, for any number of threads.

    Queries take at most ``memory_mb`` together; beyond that they write temporary files beside the snapshot.
    """

    def __init__(
        self, path: Path, memory_mb: int = _MEMORY_MB, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._memory_mb = memory_mb
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._current: _Opened | None = None
        self._looked_at = float("-inf")
        self._superseded: list[_Opened] = []
        self._timer: threading.Timer | None = None

    @contextmanager
    def reading(self, version: str | None = None) -> Iterator[Snapshot]:
        """The newest snapshot, or the one of a ``version`` that is kept.

        Raises WarehouseError before the first one was published and where the version of the product that published
        it had fewer columns, SnapshotGoneError for a version that is not kept.
        """
        opened, con = self._enter(version)
        try:
            yield Snapshot(con, opened.version, opened.published_at, opened.prepared)
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            lacking = what_it_lacks(con)
            if lacking is None:
                raise
            raise WarehouseError(
                f"{self._path} was published by another version, without {lacking}; `adops run` publishes it again"
            ) from error
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
            raise no_snapshot(self._path) from None
        if self._current is not None and self._current.identity == _identity(found):
            return
        opened = _open(self._path, self._memory_mb)
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


def _open(path: Path, memory_mb: int) -> _Opened:
    # The file may be replaced at any moment: what is attached must be the file whose identity is remembered.
    while True:
        found = path.stat()
        root = _attached(path, memory_mb)
        if _identity(path.stat()) == _identity(found):
            break
        root.close()
    identity = _identity(found)

    @contextmanager
    def preparing() -> Iterator[duckdb.DuckDBPyConnection]:
        with _attached(path, memory_mb // 2) as own:
            is_same = path.exists() and _identity(path.stat()) == identity
            with _cursor(own if is_same else root) as con:
                yield con

    at = datetime.fromtimestamp(found.st_mtime, UTC)
    return _Opened(root, identity, version_of(found), at, Prepared(preparing))


def _attached(path: Path, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own with the snapshot attached. Raises WarehouseError where that is none."""
    config: dict[str, str | bool | int | float | list[str]] = {
        # One thread for each reader: many clients share the processor, and to split a short query costs more.
        "threads": 1,
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(path.with_name(f".{path.name}.tmp")),
    }
    root = duckdb.connect(":memory:", config=config)
    try:
        attach_snapshot(root, path)
    except WarehouseError:
        root.close()
        raise
    except duckdb.Error as error:
        root.close()
        raise WarehouseError(f"{path} cannot be opened: {error}") from error
    return root


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
