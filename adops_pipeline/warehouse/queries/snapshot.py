"""User queries of the published snapshot: read-only, without access to any other file."""

from pathlib import Path

import duckdb

from adops_pipeline.warehouse.connection import WarehouseError, open_snapshot

_SHUT_IN = (
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET lock_configuration = true",
)


class QueryError(Exception):
    """The query failed; the message is DuckDB's."""


def query_snapshot(path: Path, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Run one statement on the snapshot; column names and rows.

    The snapshot is attached read-only and external access is off: no statement changes it, reaches another file or the
    network, and none can switch that on again.
    """
    try:
        with open_snapshot(path) as con:
            statements = con.extract_statements(sql)
            if len(statements) != 1:
                raise QueryError(f"give one statement at a time; this has {len(statements)}")
            for setting in _SHUT_IN:
                con.execute(setting)
            found = con.execute(statements[0])
            columns = [str(column[0]) for column in found.description or ()]
            return columns, list(found.fetchall()) if columns else []
    except (duckdb.Error, WarehouseError) as error:
        raise QueryError(str(error)) from None
