"""DuckDB's instance of a warehouse file in this process, kept for a moment after its last use. No SQL is run here.

Opening and closing a file costs more than most steps of a run do with it. Whoever else wants the file waits no longer
than that moment: it is closed by a timer, also while this process is busy with something else.
"""

import atexit
import os
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb

_abandoned: list[duckdb.DuckDBPyConnection] = []
"""Connections of a parent process: DuckDB's threads did not survive the fork, so that closing one would hang."""
_files: dict[Path, "OpenFile"] = {}
_files_guard = threading.Lock()


def open_file(path: Path) -> "OpenFile":
    """The file at ``path``, one object for everyone in this process."""
    resolved = path.resolve()
    with _files_guard:
        return _files.setdefault(resolved, OpenFile(resolved))


@atexit.register
def _close_all() -> None:
    for file in _files.values():
        file.close()


class OpenFile:
    """One file. Hold ``turn`` while using it: threads of a process would meet in write conflicts."""

    def __init__(self, path: Path) -> None:
        self.turn = threading.RLock()
        self._path = path
        self._root: duckdb.DuckDBPyConnection | None = None
        self._opened_as: tuple[int, int, int] | None = None
        self._users = 0
        self._uses = 0

    def use(self, connect: Callable[[], duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
        """A new connection to the file, which ``connect`` opens and prepares where it is not open."""
        if self._root is not None and self._opened_as != self._identity():
            self.close()
        if self._root is None:
            self._root = connect()
            self._opened_as = self._identity()
        self._users += 1
        return self._root.cursor()

    def leave(self, con: duckdb.DuckDBPyConnection, keep_seconds: float) -> None:
        """Close a connection that `use` gave; the last one closes the file, ``keep_seconds`` later."""
        con.close()
        self._users -= 1
        self._uses += 1
        if self._users:
            return
        if keep_seconds <= 0:
            self.close()
        elif self._root is not None:
            closing = threading.Timer(keep_seconds, self._close_unused, [self._uses])
            closing.daemon = True
            closing.start()

    def _close_unused(self, uses: int) -> None:
        """Close the file unless it was used again since."""
        with self.turn:
            if uses == self._uses and not self._users:
                self.close()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        root, self._root = self._root, None
        if root is None:
            return
        if self._opened_as is not None and self._opened_as[0] != os.getpid():
            _abandoned.append(root)
        else:
            root.close()

    def _identity(self) -> tuple[int, int, int] | None:
        """Process and file that a connection belongs to."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return os.getpid(), found.st_dev, found.st_ino
