"""Statements that both databases understand but spell differently; ids and checks that every module here needs."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

NewId = Callable[[], str]
"""Gives an id that was never given before."""


def random_id() -> str:
    """A random id, 32 hex digits."""
    return uuid4().hex


def insert_or_ignore(con: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same key or unique value is there; whether it was inserted."""
    insert = postgresql.insert if con.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return con.execute(statement).one_or_none() is not None
