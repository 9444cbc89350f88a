"""Named tokens of the API: found by their hash, so that no comparison of theirs takes a time that says anything."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from adops_pipeline.domain.access import Role
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import api_tokens as table
from adops_pipeline.operations.statements import random_id

TokenStatus = Literal["active", "expired", "revoked"]
_USE_RECORDED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token, without its secret."""

    id: str
    name: str
    role: Role
    hash: str = field(repr=False)
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def status(self, now: datetime) -> TokenStatus:
        """Whether it is accepted at ``now``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


def create(
    con: Connection, name: str, role: Role, token_hash: str, *, by: str, at: datetime, expires_at: datetime | None
) -> Token:
    """Store a new token. Raises RefusedError where a token that is not revoked has the name."""
    taken = select(exists().where(table.c.name == name, table.c.revoked_at.is_(None)))
    if con.execute(taken).scalar():
        raise RefusedError(f"there is a token {name!r} already; revoke it first, or choose another name")
    token_id = random_id()
    values = {"id": token_id, "name": name, "role": role, "hash": token_hash, "created_by": by, "created_at": at}
    con.execute(insert(table).values(expires_at=expires_at, **values))
    return get(con, token_id)


def get(con: Connection, token_id: str) -> Token:
    """The token. Raises NotFoundError where there is none."""
    return Token(**row_of(con, table, token_id, "token"))


def find(con: Connection, token_hash: str) -> Token | None:
    """The token with this hash, whatever its status."""
    row = con.execute(select(table).where(table.c.hash == token_hash)).mappings().one_or_none()
    return None if row is None else Token(**row)


def every(con: Connection) -> list[Token]:
    """Tokens by name, the newest of a name first."""
    query = select(table).order_by(table.c.name, table.c.created_at.desc(), table.c.id)
    return [Token(**row) for row in con.execute(query).mappings()]


def are_used(con: Connection) -> bool:
    """Whether there is a token, whatever its status."""
    return bool(con.execute(select(exists().where(table.c.id.is_not(None)))).scalar())


def revoke(con: Connection, token_id: str, at: datetime) -> Token:
    """Revoke a token. Raises RefusedError where that has been done."""
    get(con, token_id)
    revoked = update(table).where(table.c.id == token_id, table.c.revoked_at.is_(None)).values(revoked_at=at)
    if not con.execute(revoked).rowcount:
        raise RefusedError(f"token {token_id} is revoked already")
    return get(con, token_id)


def purge(con: Connection, now: datetime) -> int:
    """Delete tokens that are revoked or have expired, and their sessions; the number of tokens."""
    return con.execute(delete(table).where(or_(table.c.revoked_at.is_not(None), table.c.expires_at <= now))).rowcount


def is_use_due(token: Token, now: datetime) -> bool:
    """Whether a use at ``now`` is worth recording: the last one is a minute old."""
    return token.last_used_at is None or now - token.last_used_at >= _USE_RECORDED_EVERY


def record_use(con: Connection, token_id: str, now: datetime) -> None:
    """Record a use."""
    con.execute(update(table).where(table.c.id == token_id).values(last_used_at=now))
