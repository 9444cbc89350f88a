"""The table registry: a column's type, unit, meaning and promises are said once, in `tables/`, and gathered here.

From it come the DDL, DuckDB's comments, Dagster's column schema, the asset checks and the data dictionary.
"""

import hashlib
from collections.abc import Mapping

import duckdb

from adops_pipeline.warehouse.column import Column, Table
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.tables import (
    accounts,
    allocation,
    anomalies,
    benchmarks,
    campaigns,
    experiments,
    forecasting,
    maturity,
    metrics,
    operations,
    pacing,
    pulls,
)

__all__ = ["TABLES", "Column", "Table", "create_tables"]

_CONCEPTS = (
    accounts, campaigns, metrics, pulls, maturity, pacing, benchmarks, anomalies, forecasting, allocation, experiments,
    operations,
)  # fmt: skip
TABLES: dict[str, Table] = {table.name: table for concept in _CONCEPTS for table in concept.TABLES}
"""Every public table by name."""

_COLUMNS = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main'"
_TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main'"


_FINGERPRINT = hashlib.sha256(
    repr([(table.ddl(), sorted(table.comments().items(), key=str)) for table in TABLES.values()]).encode()
).hexdigest()
"""Of everything that the registry says about tables."""
_REMEMBERED = "CREATE TABLE IF NOT EXISTS schema_fingerprint (fingerprint VARCHAR)"
_THERE = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name IN (SELECT unnest($names))"


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table that is missing, add columns that an older file lacks, keep comments up to date. Idempotent.

    A file that says it was brought up to this very registry is taken at its word, unless tables are gone: a run opens
    it sixty times. Raises WarehouseError where an older file has a column of another type.
    """
    con.execute(_REMEMBERED)
    remembered = con.execute("SELECT fingerprint FROM schema_fingerprint").fetchall()
    (there,) = con.execute(_THERE, {"names": list(TABLES)}).fetchone() or (0,)
    if remembered == [(_FINGERPRINT,)] and there == len(TABLES):
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


def _create_or_extend(con: duckdb.DuckDBPyConnection, table: Table, types: Mapping[str, str]) -> None:
    if not types:
        con.execute(table.ddl())
        return
    for column in table.columns:
        if column.name not in types:
            con.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {column.type}')
        elif types[column.name] != column.type:
            raise WarehouseError(
                f"{table.name}.{column.name} is {types[column.name]} in this file and should be {column.type}: it was "
                "made by another version. Delete the warehouse file and run `adops raw rebuild`; raw/ holds everything"
            )


def _comment(con: duckdb.DuckDBPyConnection, table: Table, known: Mapping[str | None, str]) -> None:
    """Say what differs from what is known; a comment takes no bound value."""
    for column, text in table.comments().items():
        if known.get(column) != text:
            place = f'TABLE "{table.name}"' if column is None else f'COLUMN "{table.name}"."{column}"'
            con.execute("COMMENT ON {} IS '{}'".format(place, text.replace("'", "''")))
