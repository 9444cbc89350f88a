"""Statements with different syntax in the two databases, and random ids."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

NewId = Callable[[], str]
"""Returns a new unique id."""


def random_id() -> str:
    """A random id, 32 hex digits."""
    return uuid4().hex


def insert_or_ignore(con: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same key or unique value exists; whether it was inserted."""
    insert = postgresql.insert if con.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return con.execute(statement).one_or_none() is not None
