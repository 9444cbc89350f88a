"""Inbound webhooks and their calls; each call is accepted once. The API checks signatures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from adops_pipeline.operations import checks
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import webhook_deliveries, webhooks
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.statements import NewId, insert_or_ignore, random_id


@dataclass(frozen=True, slots=True)
class WebhookFields:
    """Fields that a user sets. Signing secret: ``secret_ref`` names a setting or variable, or ``secret`` is encrypted.

    If a webhook is changed without a secret, it keeps the old one.
    """

    name: str
    workflow_id: str
    template_id: str | None = None
    secret_ref: str | None = None
    secret: str | None = field(default=None, repr=False)
    active: bool = True


@dataclass(frozen=True, slots=True)
class Webhook:
    """A stored webhook."""

    id: str
    name: str
    workflow_id: str
    template_id: str | None
    secret_ref: str | None
    secret_encrypted: str | None = field(repr=False)
    active: bool
    created_at: datetime
    last_called_at: datetime | None


def create(
    con: Connection, fields: WebhookFields, box: SecretBox, at: datetime, new_id: NewId = random_id
) -> Webhook:  # fmt: skip
    """Store a new webhook. A secret is required: unsigned calls would let anybody start workflows."""
    values = _checked(fields, box)
    if values.keys().isdisjoint({"secret_ref", "secret_encrypted"}):
        raise InvalidError("secret_ref", "or secret is required: calls are signed with it")
    webhook_id = new_id()
    con.execute(insert(webhooks).values(id=webhook_id, created_at=at, **values))
    return get(con, webhook_id)


def get(con: Connection, webhook_id: str) -> Webhook:
    """The webhook. Raises NotFoundError if there is none."""
    row = con.execute(select(webhooks).where(webhooks.c.id == webhook_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("webhook", webhook_id)
    return Webhook(**row)


def every(con: Connection) -> list[Webhook]:
    """Webhooks by name."""
    return [Webhook(**row) for row in con.execute(select(webhooks).order_by(webhooks.c.name, webhooks.c.id)).mappings()]


def change(con: Connection, webhook_id: str, fields: WebhookFields, box: SecretBox) -> Webhook:
    """Change a webhook's fields; without a secret it keeps the old one."""
    get(con, webhook_id)
    con.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**_checked(fields, box)))
    return get(con, webhook_id)


def remove(con: Connection, webhook_id: str) -> None:
    """Delete a webhook and its calls."""
    get(con, webhook_id)
    con.execute(delete(webhooks).where(webhooks.c.id == webhook_id))


def take_call(con: Connection, webhook_id: str, call_id: str, at: datetime, execution_id: str) -> str | None:
    """Register a call. None if it is new; otherwise the execution that it started before.

    If None, enqueue ``execution_id`` in the same transaction.
    """
    get(con, webhook_id)
    row = {"webhook_id": webhook_id, "id": call_id, "execution_id": execution_id, "received_at": at}
    if insert_or_ignore(con, webhook_deliveries, row):
        con.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(last_called_at=at))
        return None
    key = (webhook_deliveries.c.webhook_id == webhook_id, webhook_deliveries.c.id == call_id)
    return str(con.execute(select(webhook_deliveries.c.execution_id).where(*key)).scalar_one())


def forget_calls(con: Connection, before: datetime) -> int:
    """Delete calls older than any signature that is still accepted; the number deleted."""
    return con.execute(delete(webhook_deliveries).where(webhook_deliveries.c.received_at < before)).rowcount


def _checked(fields: WebhookFields, box: SecretBox) -> Mapping[str, Any]:
    """The columns of valid fields."""
    values: dict[str, Any] = {
        "name": checks.required("name", fields.name),
        "workflow_id": checks.required("workflow_id", fields.workflow_id),
        "template_id": fields.template_id,
        "active": fields.active,
    }
    if fields.secret_ref is not None and fields.secret is not None:
        raise InvalidError("secret_ref", "and secret are both given; give only one of them")
    if fields.secret_ref is not None:
        checks.reference("secret_ref", fields.secret_ref)
        values |= {"secret_ref": fields.secret_ref, "secret_encrypted": None}
    elif fields.secret is not None:
        values |= {"secret_ref": None, "secret_encrypted": box.encrypt(checks.required("secret", fields.secret))}
    return values
