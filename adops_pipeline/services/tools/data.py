"""Tools over the published tables themselves: one read-only query, and the data dictionary."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.documents.tables import tables_document
from adops_pipeline.services.tools.definitions import Call, Document, ToolDefinition
from adops_pipeline.services.tools.errors import invalid_argument
from adops_pipeline.services.tools.schemas import Arguments, Paged, object_schema
from adops_pipeline.warehouse.queries.child import query_in_child
from adops_pipeline.warehouse.queries.errors import BoundError, QueryError
from adops_pipeline.warehouse.queries.read_only import Bounds

SQL_BOUNDS = Bounds(seconds=20.0, memory_mb=512, rows=10_000, threads=2)
"""What a query of an agent may take."""
_TEXT = {"type": "string"}


class SqlArguments(Paged):
    """One query."""

    query: str = Field(
        min_length=1,
        max_length=20_000,
        description="One SELECT, FROM, WITH, DESCRIBE, SUMMARIZE or EXPLAIN of DuckDB's SQL. Order the rows where "
        "pages are to follow each other.",
    )


class TableArguments(Arguments):
    """Which table."""

    table: str = Field(max_length=100, description="Name of a table, view or roll-up; `list_tables` has them.")


def data_tools(snapshot_path: Path, bounds: Bounds = SQL_BOUNDS) -> Iterator[ToolDefinition]:
    """The tools."""
    text = (
        "Query the published snapshot, read-only, in DuckDB's SQL. `list_tables` and `describe_table` say what there "
        f"is. Bounds: {bounds.seconds:g} s, {bounds.memory_mb} MB, {bounds.rows:,} rows. Nothing can be written, and "
        "no file, setting or network can be reached."
    )
    schema = object_schema(
        {
            "columns": {"type": "array", "items": _TEXT},
            "rows": {
                "type": "array",
                "items": {"type": "array"},
                "description": "Values in the order of `columns`; decimals and dates are texts.",
            },
        },
        is_page=True,
    )
    yield ToolDefinition(
        "query_snapshot", "SQL query", text, "data", SqlArguments, schema, _query(snapshot_path, bounds), rows="rows"
    )
    listed = {"name": _TEXT, "kind": {"enum": ["table", "view", "roll-up"]}, "description": _TEXT}
    yield ToolDefinition(
        "list_tables", "Tables", "Every published table, view and roll-up with what it holds.", "data", Paged,
        object_schema({"tables": {"type": "array", "items": object_schema(listed)}}, is_page=True), _list_tables,
        rows="tables",
    )  # fmt: skip
    column = {
        "name": _TEXT, "type": _TEXT, "unit": {"type": ["string", "null"]}, "description": _TEXT,
    }  # fmt: skip
    described = listed | {
        "key": {"type": "array", "items": _TEXT},
        "columns": {"type": "array", "items": object_schema(column)},
    }
    yield ToolDefinition(
        "describe_table", "Columns of a table", "The columns of one table with types, units and meaning.", "data",
        TableArguments, object_schema(described), _describe_table,
    )  # fmt: skip


def kind_of(name: str) -> str:
    """What a published name is."""
    return "view" if name in VIEWS else "roll-up" if name in ROLLUPS else "table"


def table_document(name: str) -> dict[str, Any]:
    """The description of a table. Raises ToolError for an unknown one."""
    known = TABLES | VIEWS | ROLLUPS
    if name not in known:
        near = did_you_mean(name, known)
        raise invalid_argument("table", f"there is no table {name[:60]!r}{near or '; list_tables has all of them'}")
    (document,) = tables_document([known[name]])
    columns = [
        {part: column[part] for part in ("name", "type", "unit", "description")} for column in document["columns"]
    ]
    return {
        "name": name, "kind": kind_of(name), "description": document["description"], "key": document["key"],
        "columns": columns,
    }  # fmt: skip


def _query(path: Path, bounds: Bounds) -> Callable[[Call], Any]:
    async def run(call: Call) -> Document:
        assert isinstance(call.given, SqlArguments)
        try:
            answer = await asyncio.to_thread(query_in_child, path, call.given.query, bounds)
        except BoundError as error:
            raise invalid_argument("query", str(error)) from None
        except QueryError as error:
            hint = "" if "list the tables" in str(error) else "; list_tables and describe_table say what there is"
            raise invalid_argument("query", f"{error}{hint}") from None
        return {"columns": answer.columns, "rows": answer.rows}

    return run


async def _list_tables(_: Call) -> Document:
    tables = (TABLES | VIEWS | ROLLUPS).values()
    return {
        "tables": [
            {"name": table.name, "kind": kind_of(table.name), "description": table.description} for table in tables
        ]
    }


async def _describe_table(call: Call) -> Document:
    assert isinstance(call.given, TableArguments)
    return table_document(call.given.table)
