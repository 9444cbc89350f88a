"""Attaches the published snapshot, and removes a write-ahead log beside it, which is never the snapshot's own.

A snapshot is published after a checkpoint and opened read-only, so it has no log. DuckDB would replay one that stands
beside it, whoever wrote it, and every reader would see other figures.
"""

from pathlib import Path

import duckdb

from adops_pipeline.warehouse.errors import WarehouseError


def remove_foreign_log(snapshot: Path) -> None:
    """Delete ``<snapshot>.wal``. Raises WarehouseError where that is impossible."""
    log = snapshot.with_name(f"{snapshot.name}.wal")
    try:
        log.unlink(missing_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"{log} is not the snapshot's own and would change its figures, and it cannot be deleted "
            f"({error.strerror}); delete it"
        ) from error


def attach_snapshot(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach the file read-only as ``snapshot``."""
    remove_foreign_log(path)
    # ATTACH takes no bound value.
    con.execute("ATTACH '{}' AS snapshot (READ_ONLY)".format(str(path).replace("'", "''")))
