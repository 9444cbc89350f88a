"""Sessions of browsers. The store knows a session's hash only, and the token that it was opened with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from adops_pipeline.operations.schema import api_sessions as table


def create(con: Connection, session_hash: str, token_id: str | None, at: datetime, expires_at: datetime) -> None:
    """Store a session, and forget those that have ended."""
    con.execute(delete(table).where(table.c.expires_at <= at))
    con.execute(insert(table).values(hash=session_hash, token_id=token_id, created_at=at, expires_at=expires_at))


def token_of(con: Connection, hashes: Sequence[str], now: datetime) -> tuple[str | None] | None:
    """The id of the token that opened the session (None: that of the settings), in a tuple; None without a session."""
    query = select(table.c.token_id).where(table.c.hash.in_(hashes), table.c.expires_at > now)
    row = con.execute(query).one_or_none()
    return None if row is None else (row.token_id,)


def end(con: Connection, hashes: Sequence[str]) -> None:
    """End a session."""
    con.execute(delete(table).where(table.c.hash.in_(hashes)))
