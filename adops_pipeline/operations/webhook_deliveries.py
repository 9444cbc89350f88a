"""Deliveries of inbound webhooks: each is taken once by the sender's id, and kept with its outcome and payload."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from adops_pipeline.domain.webhooks.vocabulary import DeliveryStatus
from adops_pipeline.operations import webhooks
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import webhook_deliveries as table
from adops_pipeline.operations.statements import insert_or_ignore


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One delivery; ``body`` is the payload as it was sent, if it may be kept."""

    id: str
    webhook_id: str
    status: DeliveryStatus
    received_at: datetime
    headers: Mapping[str, str]
    body: str | None = field(default=None, repr=False)
    call_id: str | None = None
    reason: str | None = None
    execution_id: str | None = None
    replay_of: str | None = None
    repeats: int = 0


def record(con: Connection, delivery: WebhookDelivery) -> None:
    """Keep a delivery that started nothing. One of a webhook that was deleted meanwhile is dropped."""
    if webhooks.find(con, delivery.webhook_id) is not None:
        insert_or_ignore(con, table, asdict(delivery))


def take(con: Connection, delivery: WebhookDelivery) -> str | None:
    """Register a delivery that starts ``execution_id``. None if it is new; otherwise the execution that it started.

    If None, enqueue the execution in the same transaction. Raises NotFoundError if the webhook was deleted meanwhile.
    """
    webhooks.get(con, delivery.webhook_id)
    if insert_or_ignore(con, table, asdict(delivery)):
        webhooks.count_trigger(con, delivery.webhook_id, delivery.received_at)
        return None
    is_it = _taken(delivery.webhook_id, delivery.call_id)
    con.execute(update(table).where(is_it).values(repeats=table.c.repeats + 1))
    return str(con.execute(select(table.c.execution_id).where(is_it)).scalar_one())


def started_by(con: Connection, webhook_id: str, call_id: str | None) -> str | None:
    """The execution that a delivery with the sender's id has started, if there is one."""
    if call_id is None:
        return None
    found: str | None = con.execute(select(table.c.execution_id).where(_taken(webhook_id, call_id))).scalar()
    return found


def get(con: Connection, delivery_id: str) -> WebhookDelivery:
    """The delivery. Raises NotFoundError if there is none."""
    return WebhookDelivery(**row_of(con, table, delivery_id, "delivery"))


def newest(
    con: Connection, webhook_id: str, limit: int, *, offset: int = 0, status: DeliveryStatus | None = None
) -> list[WebhookDelivery]:
    """Deliveries of a webhook, newest first; only with a status where given."""
    query = select(table).where(table.c.webhook_id == webhook_id)
    if status is not None:
        query = query.where(table.c.status == status)
    query = query.order_by(table.c.received_at.desc(), table.c.id.desc()).limit(limit).offset(offset)
    return [WebhookDelivery(**row) for row in con.execute(query).mappings()]


def newest_body(con: Connection, webhook_id: str) -> str | None:
    """The payload of the newest delivery that has one."""
    query = select(table.c.body).where(table.c.webhook_id == webhook_id, table.c.body.is_not(None))
    found: str | None = con.execute(query.order_by(table.c.received_at.desc(), table.c.id.desc()).limit(1)).scalar()
    return found


def forget(con: Connection, before: datetime) -> int:
    """Delete deliveries received before ``before``; the number deleted."""
    return con.execute(delete(table).where(table.c.received_at < before)).rowcount


def _taken(webhook_id: str, call_id: str | None) -> ColumnElement[bool]:
    return and_(table.c.webhook_id == webhook_id, table.c.call_id == call_id, table.c.status == "triggered")
