"""Notification configs: which receiver gets which events. Whether one wants a message: `domain.alerts.routing`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from adops_pipeline.domain.vocabulary import Channel, Platform
from adops_pipeline.operations import checks
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import notification_configs as table
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.statements import NewId, random_id

CHANNELS = tuple(channel.value for channel in Channel)


@dataclass(frozen=True, slots=True)
class NotificationFields:
    """Fields that a user sets. The address: ``target_ref`` names a setting or variable, or ``target`` is encrypted.

    ``event_filter``: comma-separated patterns. Empty ``platforms`` means all. ``quiet_hours``: {timezone, start, end,
    days}. If a config is changed without an address, it keeps the old one.
    """

    name: str
    channel: str
    target_ref: str | None = None
    target: str | None = field(default=None, repr=False)
    event_filter: str = "alert.*"
    min_severity: str = "info"
    platforms: tuple[str, ...] = ()
    project_id: str | None = None
    quiet_hours: Mapping[str, object] | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class NotificationConfig:
    """A stored config."""

    id: str
    name: str
    channel: str
    target_ref: str | None
    target_encrypted: str | None = field(repr=False)
    event_filter: str
    min_severity: str
    platforms: tuple[str, ...]
    project_id: str | None
    quiet_hours: dict[str, Any] | None
    active: bool
    created_at: datetime


def create(
    con: Connection, fields: NotificationFields, box: SecretBox, at: datetime, new_id: NewId = random_id
) -> NotificationConfig:
    """Store a new config."""
    values = _checked(fields, box)
    if values.keys().isdisjoint({"target_ref", "target_encrypted"}):
        raise InvalidError("target_ref", "or target is required")
    config_id = new_id()
    con.execute(insert(table).values(id=config_id, created_at=at, **values))
    return get(con, config_id)


def get(con: Connection, config_id: str) -> NotificationConfig:
    """The config. Raises NotFoundError if there is none."""
    row = con.execute(select(table).where(table.c.id == config_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("notification config", config_id)
    return _config(row)


def every(con: Connection, *, active_only: bool = False) -> list[NotificationConfig]:
    """Configs by name."""
    query = select(table).order_by(table.c.name, table.c.id)
    if active_only:
        query = query.where(table.c.active.is_(True))
    return [_config(row) for row in con.execute(query).mappings()]


def change(con: Connection, config_id: str, fields: NotificationFields, box: SecretBox) -> NotificationConfig:
    """Change a config's fields; without an address it keeps the old one, unless the channel changes."""
    before = get(con, config_id)
    values = _checked(fields, box)
    if fields.channel != before.channel and values.keys().isdisjoint({"target_ref", "target_encrypted"}):
        raise InvalidError("target_ref", f"or target is required: the old address was one of {before.channel}")
    con.execute(update(table).where(table.c.id == config_id).values(**values))
    return get(con, config_id)


def set_active(con: Connection, config_id: str, *, active: bool) -> NotificationConfig:
    """Switch a config on or off."""
    con.execute(update(table).where(table.c.id == config_id).values(active=active))
    return get(con, config_id)


def remove(con: Connection, config_id: str) -> None:
    """Delete a config; its deliveries stay on record."""
    get(con, config_id)
    con.execute(delete(table).where(table.c.id == config_id))


def rotate(con: Connection, box: SecretBox) -> int:
    """Re-encrypt every stored address under the first key; returns their number."""
    stored = [config for config in every(con) if config.target_encrypted is not None]
    for config in stored:
        fresh = box.rotate(config.target_encrypted or "")
        con.execute(update(table).where(table.c.id == config.id).values(target_encrypted=fresh))
    return len(stored)


def _checked(fields: NotificationFields, box: SecretBox) -> dict[str, Any]:
    """The columns of valid fields."""
    checks.one_of("channel", fields.channel, CHANNELS)
    checks.one_of("min_severity", fields.min_severity, checks.SEVERITIES)
    for platform in fields.platforms:
        checks.one_of("platforms", platform, tuple(Platform))
    hours = fields.quiet_hours
    return {
        "name": checks.required("name", fields.name),
        "channel": fields.channel,
        "event_filter": checks.event_filter("event_filter", fields.event_filter),
        "min_severity": fields.min_severity,
        "platforms": list(fields.platforms),
        "project_id": fields.project_id,
        "quiet_hours": None if hours is None else checks.quiet_hours("quiet_hours", hours),
        "active": fields.active,
        **_address(fields, box),
    }


def _address(fields: NotificationFields, box: SecretBox) -> dict[str, str | None]:
    if fields.target_ref is not None and fields.target is not None:
        raise InvalidError("target_ref", "and target are both given; give only one of them")
    if fields.target_ref is not None:
        checks.reference("target_ref", fields.target_ref)
        return {"target_ref": fields.target_ref, "target_encrypted": None}
    if fields.target is not None:
        return {"target_ref": None, "target_encrypted": box.encrypt(checks.required("target", fields.target))}
    return {}


def _config(row: Mapping[Any, Any]) -> NotificationConfig:
    return replace(NotificationConfig(**row), platforms=tuple(row["platforms"]))
