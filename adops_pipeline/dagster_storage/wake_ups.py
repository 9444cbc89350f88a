"""Wakes the daemon early: watches the database files that other processes write, and signals its waiting threads."""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SLICE_SECONDS = 0.5
LOOK_EVERY_SECONDS = 0.1
ASK_EVERY_SECONDS = 5.0


class WakeSignal:
    """Ends a wait early. A signal that is set while nobody waits ends the next wait."""

    def __init__(self) -> None:
        self._is_set = threading.Event()

    def set(self) -> None:
        """End the present wait, or the next one."""
        self._is_set.set()

    def wait(self, shutdown: threading.Event, seconds: float) -> bool:
        """Wait this long, until the signal is set, or until the shutdown; True if the signal was set."""
        until = time.monotonic() + seconds
        while not shutdown.is_set() and (left := until - time.monotonic()) > 0:
            if self._is_set.wait(min(left, _SLICE_SECONDS)):
                break
        was_set = self._is_set.is_set()
        self._is_set.clear()
        return was_set


@dataclass
class WatchedFile:
    """A SQLite database: every commit changes its file or the write-ahead log beside it.

    The clock of a file system ticks every few milliseconds, and the log keeps its size when SQLite uses it again. So a
    commit in the same tick as the one before may leave no trace. Therefore every change is reported twice: once more
    when this is asked the next time, and by then the tick is over.
    """

    path: Path
    _last: Sequence[tuple[int, int]] = field(default=(), init=False)
    _has_just_changed: bool = field(default=False, init=False)

    def has_changed(self) -> bool:
        """Whether it was written since this was asked the last time but one."""
        last, self._last = self._last, [_state(self.path), _state(self.path.with_name(f"{self.path.name}-wal"))]
        had_just_changed, self._has_just_changed = self._has_just_changed, last != self._last
        return self._has_just_changed or had_just_changed


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@dataclass
class Watcher:
    """Asks ``wanted`` which sensors to wake, whenever a database file was written and every few seconds.

    ``wanted`` receives whether Dagster's run storage was written. ``store`` and ``runs`` are the files to watch; with a
    database server there is no file, and ``wanted`` is asked once a second.
    """

    store: WatchedFile | None
    runs: WatchedFile | None
    wanted: Callable[[bool], Iterable[str]]
    wake_sensors: Callable[[Iterable[str]], None]
    wake_queue: Callable[[], None]
    _shutdown: threading.Event = field(default_factory=threading.Event, init=False)

    def watch(self) -> None:
        """Watch until ``stop`` is called; runs in its own thread."""
        asks_every = ASK_EVERY_SECONDS if self.store is not None and self.runs is not None else 1.0
        asked_at = -asks_every
        while not self._shutdown.wait(LOOK_EVERY_SECONDS):
            now = time.monotonic()
            runs_changed = self.runs is not None and self.runs.has_changed()
            store_changed = self.store is not None and self.store.has_changed()
            if runs_changed:
                self.wake_queue()
            if runs_changed or store_changed or now - asked_at >= asks_every:
                asked_at = now
                self._ask(runs_changed or self.runs is None)

    def _ask(self, runs_changed: bool) -> None:
        try:
            self.wake_sensors(self.wanted(runs_changed))
        except Exception:  # noqa: BLE001 - e.g. the store is busy; the sensors tick by themselves a little later
            traceback.print_exc(file=sys.stderr)

    def stop(self) -> None:
        """End ``watch``."""
        self._shutdown.set()
