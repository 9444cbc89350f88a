"""The table registry: a column's type, unit, meaning and promises are said once, in `tables/`, and gathered here.

From it come the DDL, DuckDB's comments, Dagster's column schema, the asset checks and the data dictionary.
"""

import duckdb

from adops_pipeline.warehouse.column import Column, Table
from adops_pipeline.warehouse.tables import accounts, campaigns, metrics, pulls

__all__ = ["TABLES", "Column", "Table", "create_tables"]

TABLES: dict[str, Table] = {
    table.name: table for module in (accounts, campaigns, metrics, pulls) for table in module.TABLES
}
"""Every public table by name."""


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table that is missing, and add columns that an older file lacks. Idempotent and cheap."""
    found = con.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'").fetchall()
    existing: dict[str, set[str]] = {}
    for table, column in found:
        existing.setdefault(table, set()).add(column)
    for table in TABLES.values():
        known = existing.get(table.name)
        missing = [] if known is None else [c for c in table.columns if c.name not in known]
        if known is None:
            con.execute(table.ddl())
        for column in missing:
            con.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {column.type}')
        if known is None or missing:
            for comment in table.comments():
                con.execute(comment)
