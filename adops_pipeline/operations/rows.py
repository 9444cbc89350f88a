"""A row of a table by its id: what `get` of every kind of stored object begins with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select

from adops_pipeline.operations.errors import NotFoundError


def row_of(
    con: Connection, table: Table, row_id: str, kind: str, columns: Sequence[ColumnElement[Any]] = ()
) -> RowMapping:
    """The row, with all columns or these. Raises NotFoundError, naming the ``kind`` of object, if there is none."""
    query = select(*(columns or table.c)).where(table.c.id == row_id)
    row = con.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(kind, row_id)
    return row
