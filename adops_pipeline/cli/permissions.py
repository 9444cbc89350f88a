"""Who may read what the product writes: its owner alone, except a file that somebody asked for at a place of their own.

The mask of the process does it (``umask``), so that it holds for files of DuckDB, SQLite and Dagster too, and for every
process that this one starts.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER_ONLY = 0o077
_users_masks: list[int] = []
_PRIVATE = ("operations.db", "warehouse.duckdb", "tokens.json")
"""Files that releases before this rule wrote for all to read, and that are changed in place."""


@contextmanager
def own_files_only() -> Iterator[None]:
    """Files made in the block can be read and written by their owner alone, folders entered by nobody else."""
    _users_masks.append(os.umask(_OWNER_ONLY))
    try:
        yield
    finally:
        os.umask(_users_masks.pop())


@contextmanager
def as_the_user_writes() -> Iterator[None]:
    """Files made in the block get the permissions that the user's own mask gives."""
    if not _users_masks:
        yield
        return
    before = os.umask(_users_masks[-1])
    try:
        yield
    finally:
        os.umask(before)


def keep_private(data_dir: Path) -> None:
    """Take a data folder in use from others: at its first use as a whole, later its files that hold secrets.

    Permissions that somebody gave to a folder in use stay. What belongs to another user is left as it is.
    """
    paths = [data_dir / name for name in _PRIVATE]
    is_first_use = not any(path.exists() for path in paths)
    for path in [data_dir] if is_first_use else paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _OWNER_ONLY:
                path.chmod(mode & ~_OWNER_ONLY)
        except OSError:
            continue
