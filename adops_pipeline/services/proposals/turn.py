"""Makes processes and threads take turns at one proposal, and shows after a crash that nobody works on it any more.

The lock is the operating system's, on a file for each proposal: it ends with the process that holds it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, proposal_id: str) -> Iterator[bool]:
    """Hold the lock of a proposal for the block; False, holding nothing, where somebody else has it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{proposal_id}.lock"
    descriptor = _locked(path)
    if descriptor is None:
        yield False
        return
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(path: Path) -> int | None:
    """The descriptor of the locked file; None where it is held. A file that was just removed is made again."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        os.close(descriptor)
