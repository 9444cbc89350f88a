"""The outbox: every message to every receiver is a row of its own, retried on its own.

Crash points. Before `enqueue` commits: neither the decision nor the message exists (both are saved in one transaction).
After `claim`, before the service was called: the lease expires and another worker sends. After the service accepted the
message, before `sent` commits: the lease expires and it is sent again. Only this last case repeats a message, and it
cannot be avoided: neither Slack nor Discord accepts an idempotency key (mail carries the key in its Message-ID, so
that mail programs show one). A lease longer than the longest call keeps two workers apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select, tuple_, update

from adops_pipeline.operations.documents import document
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import notification_deliveries as table
from adops_pipeline.operations.statements import insert_or_ignore
from adops_pipeline.operations.tables.types import UtcDateTime


class DeliveryStatus(StrEnum):
    """Status of a delivery; sent, failed and expired are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a config. ``attempts`` counts claims, so that this claim differs from later ones."""

    id: str
    config_id: str
    channel: str
    group_key: str | None
    message: dict[str, Any]
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    claimed_until: datetime | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


def enqueue(
    con: Connection,
    *,
    key: str,
    config_id: str,
    channel: str,
    message: Mapping[str, Any],
    at: datetime,
    group_key: str | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Add a message, which must contain no secret, unless ``key`` is known; whether it was added."""
    row = {
        "id": key,
        "config_id": config_id,
        "channel": channel,
        "group_key": group_key,
        "message": document("message", message),
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "next_attempt_at": not_before or at,
        "created_at": at,
    }
    return insert_or_ignore(con, table, row)


def claim(
    con: Connection, now: datetime, lease_seconds: float, limit: int = 20, config_id: str | None = None
) -> list[Delivery]:
    """Claim due deliveries, oldest first, for ``lease_seconds``: until then no other worker gets them.

    A delivery that another worker did not finish within its lease is due again. Commit before sending.
    """
    due = or_(
        and_(table.c.status == DeliveryStatus.PENDING, table.c.next_attempt_at <= now),
        and_(table.c.status == DeliveryStatus.SENDING, table.c.claimed_until <= now),
    )
    query = select(table.c.id).where(due).order_by(table.c.created_at, table.c.id).limit(limit)
    if config_id is not None:
        query = query.where(table.c.config_id == config_id)
    values = {
        "status": DeliveryStatus.SENDING, "attempts": table.c.attempts + 1, "next_attempt_at": None,
        "claimed_until": now + timedelta(seconds=lease_seconds),
    }  # fmt: skip
    return [
        get(con, key)
        for key in con.execute(query).scalars().all()
        if con.execute(update(table).where(table.c.id == key, due).values(values)).rowcount == 1
    ]


def sent(con: Connection, key: str, at: datetime) -> bool:
    """Record that the service accepted it. True also if the lease has expired, because it was sent all the same."""
    values = {"status": DeliveryStatus.SENT, "sent_at": at, "claimed_until": None, "next_attempt_at": None}
    query = update(table).where(table.c.id == key, table.c.status.in_(_OPEN))
    return con.execute(query.values(**values, last_error=None)).rowcount == 1


def failed_again(con: Connection, delivery: Delivery, error: str, next_attempt_at: datetime) -> bool:
    """Record a failed attempt and the time of the next. False if another worker has claimed the delivery."""
    values = {"status": DeliveryStatus.PENDING, "next_attempt_at": next_attempt_at, "last_error": error}
    return _finish(con, delivery, values)


def failed_for_good(con: Connection, delivery: Delivery, error: str) -> bool:
    """Record a permanent failure. False if another worker has claimed the delivery."""
    return _finish(con, delivery, {"status": DeliveryStatus.FAILED, "last_error": error})


def expire(
    con: Connection, now: datetime, max_age: timedelta, by_channel: Mapping[str, timedelta] | None = None
) -> list[Delivery]:
    """Expire deliveries that are too old and not being sent now; the expired ones. ``by_channel`` has other ages."""
    others = by_channel or {}
    is_old = or_(
        and_(table.c.channel.not_in(others.keys()), table.c.created_at <= now - max_age),
        *(and_(table.c.channel == name, table.c.created_at <= now - age) for name, age in others.items()),
    )
    stale = and_(
        is_old,
        or_(table.c.status == DeliveryStatus.PENDING, and_(table.c.status.in_(_OPEN), table.c.claimed_until <= now)),
    )
    keys = con.execute(select(table.c.id).where(stale).order_by(table.c.created_at, table.c.id)).scalars().all()
    values = {"status": DeliveryStatus.EXPIRED, "claimed_until": None, "next_attempt_at": None}
    con.execute(update(table).where(stale).values(**values))
    return [get(con, key) for key in keys]


def get(con: Connection, key: str) -> Delivery:
    """The delivery. Raises NotFoundError if there is none."""
    return _delivery(row_of(con, table, key, "delivery"))


def latest(con: Connection, limit: int = 50, status: DeliveryStatus | None = None) -> list[Delivery]:
    """Deliveries, newest first."""
    query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(table.c.status == status)
    return [_delivery(row) for row in con.execute(query).mappings()]


Place = tuple[datetime, str]
"""Time and id of a delivery: pages are in the order of these."""


def page(
    con: Connection,
    limit: int,
    before: Place | None = None,
    *,
    statuses: Sequence[DeliveryStatus] = (),
    config_ids: Sequence[str] = (),
    channels: Sequence[str] = (),
    since: datetime | None = None,
) -> list[Delivery]:
    """Deliveries that meet every condition, newest first, after the one at ``before``."""
    place = (table.c.created_at, table.c.id)
    query = select(table).order_by(*(column.desc() for column in place)).limit(limit)
    if before is not None:
        at, key = before
        query = query.where(tuple_(*place) < tuple_(literal(at, UtcDateTime), literal(key)))
    for column, wanted in ((table.c.status, statuses), (table.c.config_id, config_ids), (table.c.channel, channels)):
        if wanted:
            query = query.where(column.in_(wanted))
    if since is not None:
        query = query.where(table.c.created_at >= since)
    return [_delivery(row) for row in con.execute(query).mappings()]


def counts(con: Connection) -> dict[DeliveryStatus, int]:
    """Number of deliveries by status."""
    query = select(table.c.status, func.count()).group_by(table.c.status)
    return {DeliveryStatus(status): count for status, count in con.execute(query)}


def _finish(con: Connection, delivery: Delivery, values: Mapping[str, Any]) -> bool:
    """Update a claimed delivery, unless its lease has expired and it was claimed again or finished."""
    mine = (table.c.status == DeliveryStatus.SENDING, table.c.attempts == delivery.attempts)
    query = update(table).where(table.c.id == delivery.id, *mine).values(claimed_until=None, **values)
    return con.execute(query).rowcount == 1


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{**row, "status": DeliveryStatus(row["status"])})


def receivers_due(con: Connection, now: datetime) -> list[str]:
    """Ids of configs with due deliveries."""
    due = or_(
        and_(table.c.status == DeliveryStatus.PENDING, table.c.next_attempt_at <= now),
        and_(table.c.status == DeliveryStatus.SENDING, table.c.claimed_until <= now),
    )
    return list(con.execute(select(table.c.config_id).where(due).distinct().order_by(table.c.config_id)).scalars())


def postpone(con: Connection, config_id: str, until: datetime) -> int:
    """Postpone a config's waiting deliveries until then at least, as its service asked; the number of them."""
    waiting = (
        table.c.config_id == config_id,
        table.c.status == DeliveryStatus.PENDING,
        table.c.next_attempt_at < until,
    )
    return con.execute(update(table).where(*waiting).values(next_attempt_at=until)).rowcount


def narrow(con: Connection, delivery: Delivery, only: Sequence[str]) -> None:
    """Limit the next attempt to these mailboxes: the others have accepted the mail."""
    message = {**delivery.message, "only": list(only)}
    con.execute(update(table).where(table.c.id == delivery.id).values(message=message))
