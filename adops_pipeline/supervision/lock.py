"""One `adops up` for a data folder: a lock that it and the guards of its parts hold."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LINGER_SECONDS = 10.0


class AlreadyUpError(Exception):
    """Another `adops up` holds the data folder; ``pid`` is its process, or None where it has not said yet."""

    def __init__(self, pid: int | None) -> None:
        self.pid = pid
        super().__init__(f"held by process {pid}")


@contextmanager
def only_up(path: Path, linger_seconds: float = _LINGER_SECONDS) -> Iterator[int]:
    """Hold the lock for the time of the block; gives its file descriptor, for the guards to inherit.

    The lock goes with its last holder. So after a crash of the first `adops up` its parts hold the lock until they have
    ended: then, and only then, the wait of up to ``linger_seconds`` is worth it. Raises AlreadyUpError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + linger_seconds
    with path.open("a+", encoding="ascii") as lock:
        while not taken(lock.fileno()):
            pid = pid_in(path)
            if pid is None or _lives(pid) or time.monotonic() > deadline:
                raise AlreadyUpError(pid)
            time.sleep(0.2)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()
        let_go(lock.fileno())


def let_go(descriptor: int) -> None:
    """Take this process' id out of the file, as a holder does that ends in order."""
    os.ftruncate(descriptor, 0)


def taken(descriptor: int) -> bool:
    """Take the lock of an open file unless another process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def pid_in(path: Path) -> int | None:
    """The process that wrote its id to the file; None where none has."""
    text = path.read_text(encoding="ascii").strip()
    return int(text) if text.isdigit() else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
