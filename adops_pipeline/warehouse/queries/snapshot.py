"""People's own questions to the published snapshot: read-only, and shut in with that one file."""

from pathlib import Path

import duckdb


class QueryError(Exception):
    """The question could not be answered; the message is DuckDB's own."""


def query_snapshot(path: Path, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Run one statement on the snapshot; gives column names and rows.

    The connection reads only, and external access is off: no statement reaches another file or the network, and no
    statement can switch it on again.
    """
    try:
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as con:
            con.execute("SET lock_configuration = true")
            found = con.execute(sql)
            columns = [str(column[0]) for column in found.description or ()]
            return columns, list(found.fetchall()) if columns else []
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
