"""The tables and views of the registry (`domain.tables`) in DuckDB: created, extended and commented."""

import hashlib
from collections.abc import Mapping

import duckdb

from adops_pipeline.domain.tables import TABLES, Table
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.views import create_views, view_definitions

_COLUMNS = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main'"
_TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main'"
_REMEMBERED = "CREATE TABLE IF NOT EXISTS schema_fingerprint (fingerprint VARCHAR)"
_THERE = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create missing tables, add or rename columns of an older file, and update comments. Idempotent.

    Skips all of this when the stored fingerprint matches and every table exists, because a run opens the file sixty
    times. Raises WarehouseError where an older file has a column of another type.
    """
    con.execute(_REMEMBERED)
    remembered = con.execute("SELECT fingerprint FROM schema_fingerprint").fetchall()
    there = {name for (name,) in con.execute(_THERE).fetchall()}
    if remembered == [(_FINGERPRINT,)] and TABLES.keys() <= there:
        return
    _bring_up(con)
    con.execute("DELETE FROM schema_fingerprint")
    con.execute("INSERT INTO schema_fingerprint VALUES (?)", [_FINGERPRINT])


def _bring_up(con: duckdb.DuckDBPyConnection) -> None:
    types: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    comments: dict[str, dict[str | None, str]] = {name: {} for name in TABLES}
    for table, column, data_type, comment in con.execute(_COLUMNS).fetchall():
        if table in TABLES:
            types[table][column] = data_type
            comments[table][column] = comment
    for table, comment in con.execute(_TABLES).fetchall():
        if table in TABLES:
            comments[table][None] = comment
    for name, entry in TABLES.items():
        _create_or_extend(con, entry, types[name])
        _comment(con, entry, comments[name])
    create_views(con)


def create_anew(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create an empty table with its comments, in place of any that has its name."""
    con.execute(f'DROP TABLE IF EXISTS "{table.name}"')
    con.execute(ddl(table))
    _comment(con, table, {})


def definition(table: Table) -> str:
    """What `create_anew` executes: differs when the table does."""
    return repr((ddl(table), sorted(_comments(table).items(), key=str)))


def _create_or_extend(con: duckdb.DuckDBPyConnection, table: Table, types: Mapping[str, str]) -> None:
    if not types:
        con.execute(ddl(table))
        return
    for column in table.columns:
        former = column.name if column.name in types else column.renamed_from
        if former is None or former not in types:
            con.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {column.type}')
        elif types[former] != column.type:
            raise WarehouseError(
                f"{table.name}.{former} is {types[former]} in this file and should be {column.type}: it was "
                "made by another version. Delete the warehouse file and run `adops raw rebuild`; raw/ has all data"
            )
        elif former != column.name:
            con.execute(f'ALTER TABLE "{table.name}" RENAME COLUMN "{former}" TO "{column.name}"')


def _comment(con: duckdb.DuckDBPyConnection, table: Table, known: Mapping[str | None, str]) -> None:
    """Update comments that differ, in one call: COMMENT does not accept bound values."""
    statements = [
        "COMMENT ON {} IS '{}'".format(_place(table, column), text.replace("'", "''"))
        for column, text in _comments(table).items()
        if known.get(column) != text
    ]
    if statements:
        con.execute(";".join(statements))


def _place(table: Table, column: str | None) -> str:
    return f'TABLE "{table.name}"' if column is None else f'COLUMN "{table.name}"."{column}"'


def ddl(table: Table) -> str:
    """CREATE TABLE IF NOT EXISTS."""
    columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
    return f'CREATE TABLE IF NOT EXISTS "{table.name}" ({columns})'


def _comments(table: Table) -> dict[str | None, str]:
    """Comments of columns by name, and of the table under None."""
    return {None: table.described} | {column.name: column.comment for column in table.columns}


_FINGERPRINT = hashlib.sha256(
    repr(
        [[(ddl(table), sorted(_comments(table).items(), key=str)) for table in TABLES.values()], view_definitions()]
    ).encode()
).hexdigest()
"""Hash of the registry's DuckDB tables and views."""
