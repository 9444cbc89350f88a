"""Notification channels, receivers that want no more messages, and the outbox: every message with its delivery."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, number, published, text

notification_configs = published(
    registry.NOTIFICATION_CONFIGS,
    text("target_ref", "Name of the setting or variable that holds the address."),
    text("target_encrypted", "The address, encrypted."),
    text("signing_ref", "Name of the setting or variable that holds a webhook's keys."),
    text("signing_encrypted", "A webhook's keys with the time until which each signs, as JSON, encrypted."),
)

disabled_receivers = Table(
    "disabled_receivers",
    metadata,
    key("receiver_id", "Config, or receiver of the settings."),
    text("target_digest", "SHA-256 of its address: another address enables it again.", required=True),
    text("reason", "What the receiver answered.", required=True),
    moment("disabled_at", "When.", required=True),
    comment="Receivers that answered that they want no more messages.",
)

notification_deliveries = Table(
    "notification_deliveries",
    metadata,
    key("id", "Deterministic key: the same message to the same config is the same delivery."),
    text("config_id", "Config; its history stays when it is deleted.", required=True),
    text("channel", "slack, discord, email or webhook.", required=True),
    text("group_key", "Alert group it reports."),
    document("message", "The message, channel-free.", required=True),
    text("status", "pending, sending, sent, failed or expired.", required=True),
    number("attempts", "Times that sending began.", required=True),
    moment("next_attempt_at", "Earliest time of the next attempt."),
    moment("claimed_until", "Until then, the process that claimed it is the only one to send it."),
    text("last_error", "Last error of the service."),
    moment("created_at", "Time of creation.", required=True),
    moment("sent_at", "Time at which the service accepted it."),
    Index(None, "status", "next_attempt_at"),
    Index(None, "config_id", "created_at"),
    comment="Every message to every channel, each retried on its own.",
)
