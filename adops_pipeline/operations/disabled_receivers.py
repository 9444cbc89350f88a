"""Receivers that answered that they want no more messages: off until they are enabled or get another address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from adops_pipeline.operations.schema import disabled_receivers as table


@dataclass(frozen=True, slots=True)
class Disabled:
    """Why a receiver is off. ``target_digest`` identifies the address that it had then."""

    receiver_id: str
    target_digest: str
    reason: str

    def has_address(self, address: str) -> bool:
        """Whether the receiver had this address."""
        return self.target_digest == _digest(address)


def every(con: Connection) -> Mapping[str, Disabled]:
    """Disabled receivers by id."""
    rows = con.execute(select(table.c.receiver_id, table.c.target_digest, table.c.reason))
    return {row.receiver_id: Disabled(*row) for row in rows}


def disable(con: Connection, receiver_id: str, address: str, reason: str, at: datetime) -> None:
    """Record that the receiver is off while it has this address."""
    enable(con, receiver_id)
    row = {"receiver_id": receiver_id, "target_digest": _digest(address), "reason": reason, "disabled_at": at}
    con.execute(insert(table).values(**row))


def enable(con: Connection, receiver_id: str) -> bool:
    """Forget that the receiver was off; whether it was."""
    return con.execute(delete(table).where(table.c.receiver_id == receiver_id)).rowcount == 1


def _digest(address: str) -> str:
    return sha256(address.encode()).hexdigest()
