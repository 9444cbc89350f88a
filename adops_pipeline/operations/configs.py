"""Notification configs: which receiver gets which events. Whether one wants a message: `domain.alerts.routing`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from adops_pipeline.domain.vocabulary import Channel, Platform
from adops_pipeline.operations import checks, disabled_receivers, signing_keys
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import notification_configs as table
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.statements import NewId, random_id

CHANNELS = tuple(channel.value for channel in Channel)


@dataclass(frozen=True, slots=True)
class NotificationFields:
    """Fields that a user sets. The address: ``target_ref`` names a setting or variable, or ``target`` is encrypted.

    ``event_filter``: comma-separated patterns. Empty ``platforms`` means all. ``quiet_hours``: {timezone, start, end,
    days}. If a config is changed without an address, it keeps the old one. ``signing_ref`` names the setting or
    variable with the keys of a program's webhook; without it a key is made and stored encrypted.
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
    signing_ref: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationConfig:
    """A stored config. ``new_key`` is the key that was just made, to be shown once."""

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
    signing_ref: str | None = None
    signing_encrypted: str | None = field(default=None, repr=False)
    new_key: str | None = field(default=None, repr=False)


def create(
    con: Connection, fields: NotificationFields, box: SecretBox, at: datetime, new_id: NewId = random_id
) -> NotificationConfig:
    """Store a new config."""
    values = _checked(fields, box)
    if values.keys().isdisjoint({"target_ref", "target_encrypted"}):
        raise InvalidError("target_ref", "or target is required")
    made: str | None = None
    if fields.channel == Channel.WEBHOOK and fields.signing_ref is None:
        made, values["signing_encrypted"] = signing_keys.first_key(box)
    config_id = new_id()
    con.execute(insert(table).values(id=config_id, created_at=at, **values))
    return replace(get(con, config_id), new_key=made)


def get(con: Connection, config_id: str) -> NotificationConfig:
    """The config. Raises NotFoundError if there is none."""
    return _config(row_of(con, table, config_id, "notification config"))


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
    if fields.channel != before.channel and Channel.WEBHOOK in (fields.channel, before.channel):
        raise InvalidError("channel", "cannot be changed from or to webhook: add another receiver instead")
    if fields.signing_ref is None:
        values.pop("signing_ref")
    else:
        values["signing_encrypted"] = None
    con.execute(update(table).where(table.c.id == config_id).values(**values))
    return get(con, config_id)


def set_active(con: Connection, config_id: str, *, active: bool) -> NotificationConfig:
    """Switch a config on or off."""
    if active:
        disabled_receivers.enable(con, config_id)
    con.execute(update(table).where(table.c.id == config_id).values(active=active))
    return get(con, config_id)


def remove(con: Connection, config_id: str) -> None:
    """Delete a config; its deliveries stay on record."""
    get(con, config_id)
    con.execute(delete(table).where(table.c.id == config_id))


def replace_key(
    con: Connection, config_id: str, box: SecretBox, at: datetime, old_until: datetime
) -> NotificationConfig:
    """Make a new key for a program's webhook; the old ones sign until ``old_until``, too."""
    config = get(con, config_id)
    if config.channel != Channel.WEBHOOK:
        raise InvalidError("channel", f"is {config.channel}: only what is sent to a webhook is signed")
    if config.signing_encrypted is None:
        raise InvalidError("signing_ref", f"is {config.signing_ref}: put the new key there, before the old one")
    made, stored = signing_keys.replaced(config.signing_encrypted, box, at, old_until)
    con.execute(update(table).where(table.c.id == config_id).values(signing_encrypted=stored))
    return replace(get(con, config_id), new_key=made)


def rotate(con: Connection, box: SecretBox) -> int:
    """Re-encrypt every stored address and key under the first key; returns the number of configs that have any."""
    rotated = 0
    for config in every(con):
        stored = {"target_encrypted": config.target_encrypted, "signing_encrypted": config.signing_encrypted}
        fresh = {name: box.rotate(token) for name, token in stored.items() if token is not None}
        if fresh:
            con.execute(update(table).where(table.c.id == config.id).values(**fresh))
            rotated += 1
    return rotated


def _checked(fields: NotificationFields, box: SecretBox) -> dict[str, Any]:
    """The columns of valid fields."""
    checks.one_of("channel", fields.channel, CHANNELS)
    checks.one_of("min_severity", fields.min_severity, checks.SEVERITIES)
    for platform in fields.platforms:
        checks.one_of("platforms", platform, tuple(Platform))
    hours = fields.quiet_hours
    if fields.channel == Channel.WEBHOOK and hours is not None:
        raise InvalidError("quiet_hours", "do not apply to a webhook: a program gets every event at once")
    if fields.signing_ref is not None:
        if fields.channel != Channel.WEBHOOK:
            raise InvalidError(
                "signing_ref", f"does not apply to {fields.channel}: only what is sent to a webhook is signed"
            )
        checks.reference("signing_ref", fields.signing_ref)
    return {
        "name": checks.required("name", fields.name),
        "channel": fields.channel,
        "event_filter": checks.event_filter("event_filter", fields.event_filter),
        "min_severity": fields.min_severity,
        "platforms": list(fields.platforms),
        "project_id": fields.project_id,
        "quiet_hours": None if hours is None else checks.quiet_hours("quiet_hours", hours),
        "active": fields.active,
        "signing_ref": fields.signing_ref,
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
