"""JSON documents of receivers, test messages and deliveries. They never contain an address."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adops_pipeline.operations.configs import NotificationConfig
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.services.notifications.directory import ReceiverDirectory
from adops_pipeline.services.notifications.receivers import Receiver
from adops_pipeline.settings import variable

if TYPE_CHECKING:
    from adops_pipeline.services.notifications.trial import TrialResult

CHANNEL_VARIABLES = {
    "slack": variable("notifications", "slack_webhook_url"),
    "discord": variable("notifications", "discord_webhook_url"),
    "email": variable("notifications", "email_url"),
    "webhook": variable("notifications", "webhook_url"),
}
"""The environment variable that makes a receiver of each channel."""


def receivers_document(directory: ReceiverDirectory) -> list[dict[str, Any]]:
    """Every receiver: those of the settings, then those of the store."""
    off = directory.disabled()
    own = [_settings_receiver_document(receiver, off) for receiver in directory.of_settings()]
    return own + [config_document(config, directory.has_secret, off) for config in directory.of_store()]


def config_document(
    config: NotificationConfig, has_secret: Callable[[str], bool], off: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """A receiver that the store keeps. ``off``: why receivers were switched off, by id."""
    address = "stored, encrypted"
    if config.target_ref is not None:
        address = config.target_ref + ("" if has_secret(config.target_ref) else " (not set)")
    return {
        "id": config.id, "name": config.name, "channel": config.channel, "active": config.active, "address": address,
        "events": config.event_filter.split(","), "min_severity": config.min_severity,
        "platforms": list(config.platforms), "project_id": config.project_id, "quiet_hours": config.quiet_hours,
        "disabled_reason": off.get(config.id),
    }  # fmt: skip


def _settings_receiver_document(receiver: Receiver, off: Mapping[str, str]) -> dict[str, Any]:
    wants = receiver.subscription
    return {
        "id": receiver.id, "name": wants.name, "channel": receiver.channel.value, "active": receiver.id not in off,
        "address": CHANNEL_VARIABLES[receiver.channel.value], "events": list(wants.events),
        "min_severity": wants.min_severity.value, "platforms": [], "project_id": None, "quiet_hours": None,
        "disabled_reason": off.get(receiver.id),
    }  # fmt: skip


def trial_document(one: "TrialResult") -> dict[str, Any]:
    """The outcome of a test message."""
    receiver = one.receiver
    return {
        "id": receiver.id, "name": receiver.subscription.name, "channel": receiver.channel.value, "sent": one.is_sent,
        "detail": one.detail,
    }  # fmt: skip


def delivery_document(row: Delivery, names: Mapping[str, str]) -> dict[str, Any]:
    """A message to one receiver; ``names`` are those of the receivers by id."""
    return {
        "id": row.id, "receiver_id": row.config_id, "receiver": names.get(row.config_id), "channel": row.channel,
        "group": row.group_key, "title": row.message.get("title"), "status": row.status.value,
        "attempts": row.attempts, "created_at": row.created_at, "next_attempt_at": row.next_attempt_at,
        "sent_at": row.sent_at, "last_error": row.last_error,
    }  # fmt: skip
