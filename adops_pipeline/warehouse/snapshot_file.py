"""Attaches the published snapshot, and removes a write-ahead log beside it, which is never the snapshot's own.

A snapshot is published after a checkpoint and opened read-only, so it has no log. DuckDB would replay one that stands
beside it, whoever wrote it, and every reader would see other figures.
"""

from pathlib import Path

import duckdb

from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
from adops_pipeline.domain.text import one_line
from adops_pipeline.warehouse.errors import DamagedSnapshotError, WarehouseError

_COLUMNS = "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'snapshot'"


def remove_foreign_log(snapshot: Path) -> None:
    """Delete ``<snapshot>.wal``. Raises WarehouseError where that is impossible."""
    log = snapshot.with_name(f"{snapshot.name}.wal")
    try:
        log.unlink(missing_ok=True)
    except OSError as error:
        if not log.exists():  # a read-only file system refuses before it looks
            return
        raise WarehouseError(
            f"{log} is not the snapshot's own and would change its figures, and it cannot be deleted "
            f"({error.strerror}); delete it"
        ) from error


def attach_snapshot(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach the file read-only as ``snapshot``."""
    remove_foreign_log(path)
    # ATTACH takes no bound value.
    try:
        con.execute("ATTACH '{}' AS snapshot (READ_ONLY)".format(str(path).replace("'", "''")))
    except (duckdb.IOException, duckdb.SerializationException, duckdb.CatalogException, duckdb.FatalException) as error:
        raise DamagedSnapshotError(
            f"{path} is damaged or no snapshot of this product ({one_line(error)}); `adops run` replaces it"
        ) from error


def what_it_lacks(con: duckdb.DuckDBPyConnection) -> str | None:
    """The first published column that the attached snapshot lacks, as `table.column`; None where all are there."""
    there = set(con.execute(_COLUMNS).fetchall())
    published = (*TABLES.values(), *ROLLUPS.values(), *VIEWS.values())
    expected = ((table.name, column.name) for table in published for column in table.columns)
    return next((f"{table}.{column}" for table, column in expected if (table, column) not in there), None)
