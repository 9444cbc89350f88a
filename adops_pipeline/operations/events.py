"""The event stream: events in the order of their commits, and how far each consumer has read.

A reader of ``seq > cursor`` misses nothing: the next number is given under a lock that is held until the commit (SQLite
has one writer; PostgreSQL an advisory lock, released after the row is visible), so no smaller number appears later.
Numbers are never reused and may have gaps. Negative ones are history from an older store, which consumers do not see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from adops_pipeline.operations import activity
from adops_pipeline.operations.documents import document
from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.schema import cursors, events
from adops_pipeline.operations.statements import insert_or_ignore, random_id

METRIC_UPDATE = "metric.update"
"""Type of events that later ones of the same campaign supersede: they are not published and not kept for long."""
_KEPT_UPDATES = 10_000
"""Numbers after which they are deleted."""
_ORDER_LOCK = 0x61646F7073_03


@dataclass(frozen=True, slots=True)
class Event:
    """An event. ``type`` is dotted, e.g. ``workflow.started``; ``subject`` is what it is about."""

    seq: int
    id: str
    type: str
    at: datetime
    subject: str | None
    platform: str | None
    project_id: str | None
    data: dict[str, Any] = field(default_factory=dict)


def append(
    con: Connection,
    event_type: str,
    *,
    at: datetime,
    subject: str | None = None,
    platform: str | None = None,
    project_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    event_id: str | None = None,
) -> int:
    """Append an event, and its entry in the feed, in the caller's transaction; the sequence number.

    A repeated ``event_id`` changes nothing and returns the first number. ``data`` must contain no secret.
    """
    if con.dialect.name == "postgresql":
        con.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ORDER_LOCK})
    if event_id is not None:
        known = con.execute(select(events.c.seq).where(events.c.id == event_id)).scalar()
        if known is not None:
            return int(known)
    kept = document("data", data or {})
    row = {
        "id": event_id or random_id(), "type": event_type, "at": at, "subject": subject, "platform": platform,
        "project_id": project_id, "data": kept,
    }  # fmt: skip
    seq = int(con.execute(insert(events).values(row).returning(events.c.seq)).scalar_one())
    activity.write(con, seq, at, event_type, subject, kept)
    return seq


def append_updates(con: Connection, at: datetime, found: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Append ``metric.update`` events at once: subject, platform and data of each."""
    if con.dialect.name == "postgresql":
        con.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ORDER_LOCK})
    rows = [
        {
            "id": random_id(), "type": METRIC_UPDATE, "at": at, "subject": subject, "platform": platform,
            "project_id": None, "data": document("data", data),
        }
        for subject, platform, data in found
    ]  # fmt: skip
    if rows:
        con.execute(insert(events), rows)


def forget_updates(con: Connection) -> int:
    """Delete ``metric.update`` events that many others have followed; the number of them."""
    newest = last_seq(con)
    is_old = events.c.seq.between(newest - 2 * _KEPT_UPDATES, newest - _KEPT_UPDATES)
    return con.execute(delete(events).where(is_old, events.c.type == METRIC_UPDATE)).rowcount


def since(con: Connection, cursor: int, limit: int = 500, types: Sequence[str] | None = None) -> list[Event]:
    """Events after ``cursor``, oldest first; only of ``types`` if given."""
    query = select(*_COLUMNS).where(events.c.seq > cursor).order_by(events.c.seq).limit(limit)
    if types is not None:
        query = query.where(events.c.type.in_(types))
    return [Event(**row) for row in con.execute(query).mappings()]


def tail(con: Connection, limit: int) -> list[Event]:
    """The newest events, oldest first."""
    query = select(*_COLUMNS).where(events.c.seq > 0).order_by(events.c.seq.desc()).limit(limit)
    return [Event(**row) for row in con.execute(query).mappings()][::-1]


def about(con: Connection, subject: str, limit: int = 500) -> list[Event]:
    """Events of one subject, oldest first."""
    query = select(*_COLUMNS).where(events.c.subject == subject).order_by(events.c.seq).limit(limit)
    return [Event(**row) for row in con.execute(query).mappings()]


def newest(
    con: Connection, event_type: str, limit: int = 50, *, platform: str | None = None, before: int | None = None
) -> list[Event]:
    """Events of one type, newest first; only of a platform, or before a number, where given."""
    query = select(*_COLUMNS).where(events.c.type == event_type).order_by(events.c.seq.desc()).limit(limit)
    if platform is not None:
        query = query.where(events.c.platform == platform)
    if before is not None:
        query = query.where(events.c.seq < before)
    return [Event(**row) for row in con.execute(query).mappings()]


def id_of(con: Connection, seq: int) -> str | None:
    """The id of an event; None if there is no event of that number."""
    found: str | None = con.execute(select(events.c.id).where(events.c.seq == seq)).scalar()
    return found


def last_seq(con: Connection) -> int:
    """The newest sequence number; 0 before the first event."""
    return int(con.execute(select(func.max(events.c.seq))).scalar() or 0)


def cursor(con: Connection, consumer: str) -> int:
    """Last sequence number that a consumer has read; 0 if it has read none."""
    return int(con.execute(select(cursors.c.seq).where(cursors.c.consumer == consumer)).scalar() or 0)


def advance(con: Connection, consumer: str, expected: int, to: int, at: datetime) -> bool:
    """Advance a consumer's cursor if it is still at ``expected``; whether it was advanced.

    False means that another process of the same consumer was first: ignore the events that were read.
    """
    if to < expected:
        raise RefusedError(f"a cursor cannot move back: {consumer} is at {expected}, not back to {to}")
    if expected == 0 and insert_or_ignore(con, cursors, {"consumer": consumer, "seq": to, "updated_at": at}):
        return True
    moved = con.execute(
        update(cursors).where(cursors.c.consumer == consumer, cursors.c.seq == expected).values(seq=to, updated_at=at)
    )
    return moved.rowcount == 1


_COLUMNS = [events.c[name] for name in Event.__dataclass_fields__]
