"""DuckDB's instance of a warehouse file in this process, kept open briefly after its last use. No SQL is run here.

Opening and closing a file costs more than most steps of a run do with it. Other processes do not wait for that: one
that finds the file open says so in a file beside it. The holder then closes the warehouse as soon as it is unused; a
thread looks for such requests while the file is kept, also while this process is busy with something else.
"""

import atexit
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

REQUEST_SECONDS = 2.0
"""How long a request counts: a process that waits repeats its own more often than this, a dead one no more."""

_LOOK_SECONDS = 0.1
"""How often a process that keeps a file looks whether another one wants it: what that one waits at most."""

_LONGEST_JOIN_SECONDS = 5.0

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
def close_all() -> None:
    """Close every file of this process, also those that are kept; a process that skips exit handlers calls it.

    Waits for the threads that close files: Python ends a thread that comes back from DuckDB while the interpreter
    shuts down, which DuckDB's own code answers by aborting the process.
    """
    for file in list(_files.values()):
        file.close()
        file.join_keeper()


def _close_unused() -> None:
    """Close what is only kept: a forked process could neither use an inherited instance nor open another one."""
    for file in list(_files.values()):
        file.close_if_unused()


os.register_at_fork(before=_close_unused)


class OpenFile:
    """One file. Hold ``turn`` while using it: threads of a process would meet in write conflicts."""

    def __init__(self, path: Path) -> None:
        self.turn = threading.RLock()
        self._path = path
        self._request = path.with_name(f".{path.name}.wanted")
        self._root: duckdb.DuckDBPyConnection | None = None
        self._opened_as: tuple[int, int, int] | None = None
        self._users = 0
        self._keep_until = 0.0
        self._keeper: threading.Thread | None = None
        self._is_ending = threading.Event()

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
        """Close a connection that `use` gave; the last one closes the file, ``keep_seconds`` later at most."""
        con.close()
        self._users -= 1
        if self._users:
            return
        if keep_seconds <= 0 or self._is_requested():
            self.close()
        elif self._root is not None:
            self._keep_until = time.monotonic() + keep_seconds
            if self._keeper is None or not self._keeper.is_alive():  # none lives on in a forked process
                pause = min(keep_seconds, _LOOK_SECONDS)
                self._keeper = threading.Thread(target=self._close_in_time, args=[pause], daemon=True)
                self._keeper.start()

    def _close_in_time(self, pause_seconds: float) -> None:
        """Close the file when another process wants it, or when it was unused for as long as it is kept."""
        while True:
            if self._is_ending.wait(pause_seconds):
                return
            if not self.turn.acquire(blocking=False):
                continue
            try:
                is_due = time.monotonic() >= self._keep_until or self._is_requested()
                if not self._users and is_due:
                    self.close()
                if self._root is None:
                    self._keeper = None
                    return
            finally:
                self.turn.release()

    def close_if_unused(self) -> None:
        """Close the file unless someone uses it."""
        if self.turn.acquire(blocking=False):
            try:
                if not self._users:
                    self.close()
            finally:
                self.turn.release()

    def join_keeper(self) -> None:
        """End the thread that closes the file once it is unused, and wait for it."""
        keeper = self._keeper
        if keeper is not None and keeper.is_alive() and keeper is not threading.current_thread():
            self._is_ending.set()
            keeper.join(_LONGEST_JOIN_SECONDS)
            self._is_ending.clear()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        root, self._root = self._root, None
        if root is None:
            return
        if self._opened_as is not None and self._opened_as[0] != os.getpid():
            _abandoned.append(root)
        else:
            root.close()

    def request(self) -> None:
        """Ask the process that has the file open to close it as soon as it is unused."""
        self._request.touch()

    def withdraw_request(self) -> None:
        """The file is open here; another process that waits repeats its request."""
        self._request.unlink(missing_ok=True)

    def _is_requested(self) -> bool:
        try:
            return time.time() - self._request.stat().st_mtime < REQUEST_SECONDS
        except FileNotFoundError:
            return False

    def _identity(self) -> tuple[int, int, int] | None:
        """Process and file that a connection belongs to."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return os.getpid(), found.st_dev, found.st_ino
