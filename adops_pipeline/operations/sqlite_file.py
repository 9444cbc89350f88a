"""Gives back the room of deleted rows: SQLite keeps it in the file, for new rows."""

import sqlite3
from contextlib import closing
from pathlib import Path

_LEAST_SHARE = 0.25
_LEAST_BYTES = 1 << 20
_PATIENCE_SECONDS = 2.0


def shrink(path: Path) -> int:
    """Rewrite the file without its free room where that is worth it; the bytes that were freed.

    Nothing is done while another process writes: the room is used by later rows, or freed the next time.
    """
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as con:
        pages, free, size = (
            int(con.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")
        )
        if free * size < _LEAST_BYTES or free < pages * _LEAST_SHARE:
            return 0
        try:
            con.execute("VACUUM")
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:  # locked by another process, or no room for the copy
            return 0
    return free * size
