"""The registry's views in DuckDB: created with their columns' names and comments, over tables that exist."""

from collections.abc import Mapping

import duckdb

from adops_pipeline.domain.tables import VIEWS, Table
from adops_pipeline.warehouse.sql import statement


def create_views(con: duckdb.DuckDBPyConnection) -> None:
    """Create or replace every view. COMMENT does not accept bound values."""
    for view in VIEWS.values():
        con.execute(_ddl(view))
        for place, text in _comments(view).items():
            con.execute("COMMENT ON {} IS '{}'".format(place, text.replace("'", "''")))


def view_definitions() -> list[tuple[str, list[tuple[str, str]]]]:
    """What `create_views` executes: differs when any view does."""
    return [(_ddl(view), sorted(_comments(view).items())) for view in VIEWS.values()]


def _ddl(view: Table) -> str:
    names = ", ".join(f'"{name}"' for name in view.column_names)
    return f'CREATE OR REPLACE VIEW "{view.name}" ({names}) AS {statement(f"views/{view.name}")}'


def _comments(view: Table) -> Mapping[str, str]:
    columns = {f'COLUMN "{view.name}"."{column.name}"': column.comment for column in view.columns}
    return {f'VIEW "{view.name}"': view.described} | columns
