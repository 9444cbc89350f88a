"""Deletes old rows of tables that grow without limit; what somebody still needs is never old.

Kept whatever their age: events that a consumer has not read and the newest ones, everything about proposals (it is
their evidence), imported history (it does not grow), deliveries that have not ended. Executions and memories are not
deleted at all. Rows go in short transactions, so that other writers wait for none of them for long; a pruning that is
cut short is finished by the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, delete, func, literal, not_, select

from adops_pipeline.operations.deliveries import DeliveryStatus
from adops_pipeline.operations.schema import (
    activity,
    cursors,
    events,
    notification_deliveries,
    webhook_deliveries,
    workflow_executions,
)
from adops_pipeline.operations.store import Store

_NEWEST_EVENTS = 1000
"""Enough for what reads the newest events of a type: see ``services.sync_history``."""
_BATCH = 5000
_ENDED = (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that were deleted, or would be, and the bytes of their texts and documents."""

    count: int
    bytes: int


def prune_events(store: Store, before: datetime, *, dry_run: bool) -> tuple[Rows, list[str]]:
    """Delete events earlier than ``before``; also the consumers that have not read all of those."""
    with store.reading() as con:
        newest = _newest_kept(con)
        read = {row.consumer: int(row.seq) for row in con.execute(select(cursors))}
        is_old = and_(events.c.at < before, events.c.seq > 0, not_(events.c.type.like("proposal.%")))
        unread = select(func.max(events.c.seq)).where(is_old, events.c.seq < newest)
        newest_old = int(con.execute(unread).scalar() or 0)
    behind = sorted(consumer for consumer, seq in read.items() if seq < newest_old)
    last = min([newest - 1, *read.values()])
    return _prune(store, events, events.c.seq, and_(is_old, events.c.seq <= last), dry_run=dry_run), behind


def prune_activity(store: Store, before: datetime, *, dry_run: bool) -> Rows:
    """Delete entries of the feed earlier than ``before``."""
    is_old = and_(activity.c.at < before, activity.c.seq.is_not(None), activity.c.kind != "proposal")
    return _prune(store, activity, activity.c.id, is_old, dry_run=dry_run)


def prune_deliveries(store: Store, before: datetime, *, dry_run: bool) -> Rows:
    """Delete messages that were created before ``before`` and have ended."""
    table = notification_deliveries
    is_old = and_(table.c.created_at < before, table.c.status.in_(_ENDED))
    return _prune(store, table, table.c.id, is_old, dry_run=dry_run)


def prune_inbound_deliveries(store: Store, before: datetime, *, dry_run: bool) -> Rows:
    """Delete deliveries of inbound webhooks that were received before ``before``."""
    table = webhook_deliveries
    return _prune(store, table, table.c.id, table.c.received_at < before, dry_run=dry_run)


def runs_of_open_executions(con: Connection) -> Sequence[str]:
    """Dagster's runs whose executions have not ended."""
    table = workflow_executions
    is_open = table.c.status.in_(["pending", "running"])
    return con.execute(select(table.c.run_id).where(is_open, table.c.run_id.is_not(None))).scalars().all()


def _newest_kept(con: Connection) -> int:
    """The first of the newest events, which stay; 0 where there are no more than those."""
    query = select(events.c.seq).where(events.c.seq > 0).order_by(events.c.seq.desc())
    return int(con.execute(query.offset(_NEWEST_EVENTS - 1).limit(1)).scalar() or 0)


def _prune(
    store: Store, table: Table, key: ColumnElement[object], is_old: ColumnElement[bool], *, dry_run: bool
) -> Rows:
    size: ColumnElement[int] = literal(0)
    for column in table.columns:
        size += func.length(func.coalesce(cast(column, Text), ""))
    with store.reading() as con:
        count, volume = con.execute(select(func.count(), func.coalesce(func.sum(size), 0)).where(is_old)).one()
    if count and not dry_run:
        doomed = select(key).where(is_old).limit(_BATCH)
        deleted = _BATCH
        while deleted == _BATCH:
            with store.writing() as con:
                deleted = con.execute(delete(table).where(key.in_(doomed))).rowcount
    return Rows(int(count), int(volume))
