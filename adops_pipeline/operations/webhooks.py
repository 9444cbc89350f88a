"""Inbound webhooks: created, read, changed, rotated. Keys come here hashed, encrypted or as references."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal, select, union_all, update

from adops_pipeline.domain.webhooks.vocabulary import KeyKind, Scheme
from adops_pipeline.operations import checks
from adops_pipeline.operations.documents import document
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.schema import webhooks
from adops_pipeline.operations.statements import NewId, random_id

_IS_REAL, _DECOY = "is_real", "decoy_"


def _real_or_decoy() -> Select[Any]:
    """The row of a webhook, or one made of parameters."""
    real = select(webhooks, literal(1).label(_IS_REAL)).where(webhooks.c.id == bindparam("webhook_id"))
    columns = (bindparam(f"{_DECOY}{one.name}", type_=one.type).label(one.name) for one in webhooks.columns)
    both = union_all(real, select(*columns, literal(0).label(_IS_REAL))).subquery()
    return select(both).order_by(both.c[_IS_REAL].desc()).limit(1)


_FIND_OR = _real_or_decoy()


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is stored of a key."""

    kind: KeyKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookFields:
    """What a user sets and may change; the mapping is checked already."""

    name: str
    workflow_id: str
    template_id: str | None
    params_mapping: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A stored webhook. ``previous_key`` is accepted until ``previous_key_until``."""

    id: str
    name: str
    workflow_id: str
    template_id: str | None
    verification: Scheme
    params_mapping: Mapping[str, Any]
    active: bool
    trigger_count: int
    created_at: datetime
    last_triggered_at: datetime | None
    key: StoredKey
    previous_key: StoredKey | None = None
    previous_key_until: datetime | None = None

    @property
    def target(self) -> str:
        """What a delivery requests: the template if there is one, else the workflow."""
        return self.template_id or self.workflow_id

    def keys_at(self, now: datetime) -> list[StoredKey]:
        """The keys that are accepted at ``now``."""
        if self.previous_key is None or self.previous_key_until is None or self.previous_key_until <= now:
            return [self.key]
        return [self.key, self.previous_key]


def create(
    con: Connection, given: WebhookFields, verification: Scheme, key: StoredKey, at: datetime,
    new_id: NewId = random_id,
) -> Webhook:  # fmt: skip
    """Store a new webhook."""
    webhook_id = new_id()
    row = _columns(given) | {
        "id": webhook_id, "verification": verification, "active": True, "trigger_count": 0, "created_at": at,
        "key_kind": key.kind, "key": key.value,
    }  # fmt: skip
    con.execute(insert(webhooks).values(**row))
    return get(con, webhook_id)


def find(con: Connection, webhook_id: str) -> Webhook | None:
    """The webhook, if there is one."""
    row = con.execute(select(webhooks).where(webhooks.c.id == webhook_id)).mappings().one_or_none()
    return None if row is None else _webhook(row)


def find_or(con: Connection, webhook_id: str, decoy: Webhook) -> tuple[Webhook, bool]:
    """The webhook and True, or ``decoy`` and False after the same work: both are rows of one statement."""
    values = {f"{_DECOY}{name}": value for name, value in _row(decoy).items()}
    row = dict(con.execute(_FIND_OR, {"webhook_id": webhook_id, **values}).mappings().one())
    is_real = bool(row.pop(_IS_REAL))
    return _webhook(row), is_real


def get(con: Connection, webhook_id: str) -> Webhook:
    """The webhook. Raises NotFoundError if there is none."""
    found = find(con, webhook_id)
    if found is None:
        raise NotFoundError("webhook", webhook_id)
    return found


def every(con: Connection) -> list[Webhook]:
    """Webhooks by name."""
    rows = con.execute(select(webhooks).order_by(webhooks.c.name, webhooks.c.id)).mappings()
    return [_webhook(row) for row in rows]


def change(con: Connection, webhook_id: str, given: WebhookFields) -> Webhook:
    """Change a webhook's fields; verification and keys stay."""
    return _update(con, webhook_id, _columns(given))


def set_active(con: Connection, webhook_id: str, *, active: bool) -> Webhook:
    """Pause a webhook, or let it accept deliveries again."""
    return _update(con, webhook_id, {"active": active})


def rotate(con: Connection, webhook_id: str, key: StoredKey, previous_until: datetime) -> Webhook:
    """Replace the key; the present one is accepted until ``previous_until``, the one before it no longer."""
    present = get(con, webhook_id).key
    values = {
        "key_kind": key.kind, "key": key.value, "previous_key_kind": present.kind, "previous_key": present.value,
        "previous_key_until": previous_until,
    }  # fmt: skip
    return _update(con, webhook_id, values)


def count_trigger(con: Connection, webhook_id: str, at: datetime) -> None:
    """Record that a delivery has started an execution."""
    values = {"trigger_count": webhooks.c.trigger_count + 1, "last_triggered_at": at}
    con.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**values))


def remove(con: Connection, webhook_id: str) -> None:
    """Delete a webhook and its deliveries."""
    get(con, webhook_id)
    con.execute(delete(webhooks).where(webhooks.c.id == webhook_id))


def _update(con: Connection, webhook_id: str, values: Mapping[str, Any]) -> Webhook:
    con.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**values))
    return get(con, webhook_id)


def _columns(given: WebhookFields) -> dict[str, Any]:
    """The columns of valid fields."""
    return {
        "name": checks.required("name", given.name),
        "workflow_id": given.workflow_id,
        "template_id": given.template_id,
        "params_mapping": document("paramsMapping", given.params_mapping),
    }


def _row(webhook: Webhook) -> dict[str, Any]:
    """The row of a webhook, as `_webhook` reads it."""
    values = {field.name: getattr(webhook, field.name) for field in fields(webhook)}
    for name in ("key", "previous_key"):
        stored: StoredKey | None = values[name]
        values |= {name: stored and stored.value, f"{name}_kind": stored and stored.kind}
    return values


def _webhook(row: Mapping[Any, Any]) -> Webhook:
    values = dict(row)
    key, kind = values.pop("key"), values.pop("key_kind")
    previous, previous_kind = values.pop("previous_key"), values.pop("previous_key_kind")
    previous_key = None if previous is None else StoredKey(previous_kind, previous)
    return Webhook(**values, key=StoredKey(kind, key), previous_key=previous_key)
