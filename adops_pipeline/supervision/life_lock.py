"""Shows whether a process lives: it holds a lock on its own file, which the operating system releases at its end."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOKED_AT_SECONDS = 1.0
"""Longer than a check holds the lock."""


@contextmanager
def living(path: Path) -> Iterator[bool]:
    """Hold the lock for the block, with this process' id in the file, and remove the file at its end.

    Yields False, and holds nothing, if another process holds the lock. A block that raises leaves the file, which then
    shows that the process died.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _LOOKED_AT_SECONDS
    with path.open("a+", encoding="ascii") as file:
        while not _locked(file.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                yield False
                return
            time.sleep(0.02)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield True
        path.unlink(missing_ok=True)


def living_pid(path: Path) -> int | None:
    """The process that holds the lock; None where none does."""
    try:
        with path.open("r+", encoding="ascii") as file:
            return None if _locked(file.fileno(), fcntl.LOCK_SH) else _pid_in(file.read())
    except FileNotFoundError:
        return None


def has_died(path: Path) -> bool:
    """Whether a process held the lock once and ended without removing its file."""
    try:
        with path.open("r+", encoding="ascii") as file:
            return _locked(file.fileno(), fcntl.LOCK_SH) and _pid_in(file.read()) is not None
    except FileNotFoundError:
        return False


def dead_in(folder: Path) -> list[Path]:
    """Files of the processes that died."""
    return sorted(path for path in folder.glob("*") if has_died(path)) if folder.is_dir() else []


def _locked(descriptor: int, kind: int) -> bool:
    """Take the lock unless it is held. Checks share the lock, or one would take the other for the process."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(text: str) -> int | None:
    return int(text) if text.isdigit() else None
