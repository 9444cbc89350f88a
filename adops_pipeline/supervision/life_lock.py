"""Whether a process lives: it holds a lock on a file of its own, which the operating system drops however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOKED_AT_SECONDS = 1.0
"""Longer than anybody holds a lock just to look whether it is held."""


@contextmanager
def living(path: Path) -> Iterator[bool]:
    """Hold the lock for the time of the block, with this process' id in the file, and remove the file after it.

    Gives False, and holds nothing, where another process lives under this name. A block that raises leaves the file: it
    then says that the process did not come to its end.
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
    """Take the lock unless it is held. Whoever only looks shares it: two of them must not take each other for alive."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(text: str) -> int | None:
    return int(text) if text.isdigit() else None
