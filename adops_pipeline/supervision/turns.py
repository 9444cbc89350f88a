"""Processes that do the same work on one data folder take turns: a lock on a file, which ends with its process."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adops_pipeline.supervision.lock import pid_in, taken

_PAUSE_SECONDS = 0.2


@contextmanager
def turn(path: Path, waits_for: Callable[[int | None], object]) -> Iterator[None]:
    """Hold the lock for the block; ``waits_for`` is called once for each process that is waited for.

    The process id is None where the holder has not written it yet. However many wait, each gets its turn when those
    before it end, in whatever way they do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    told: set[int | None] = set()
    with path.open("a+", encoding="ascii") as file:
        while not taken(file.fileno()):
            holder = pid_in(path)
            if holder not in told:
                told.add(holder)
                waits_for(holder)
            time.sleep(_PAUSE_SECONDS)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
