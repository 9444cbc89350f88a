"""Who is told what, and the ledger of what was told."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, number, published, text

notification_configs = published(
    registry.NOTIFICATION_CONFIGS,
    text("target_ref", "Name of the setting or variable that holds the address."),
    text("target_encrypted", "The address, encrypted."),
)

notification_deliveries = Table(
    "notification_deliveries",
    metadata,
    key("id", "Deterministic key: the same message to the same config is the same delivery."),
    text("config_id", "Config; its history stays when it is deleted.", required=True),
    text("channel", "slack, discord or email.", required=True),
    text("group_key", "Alert group that it tells of."),
    document("message", "The message, channel-free.", required=True),
    text("status", "pending, sending, sent, failed or expired.", required=True),
    number("attempts", "Times that sending began.", required=True),
    moment("next_attempt_at", "Not before."),
    moment("claimed_until", "While somebody sends it, nobody else does."),
    text("last_error", "What the service said last."),
    moment("created_at", "When it was decided.", required=True),
    moment("sent_at", "When the service took it."),
    Index(None, "status", "next_attempt_at"),
    Index(None, "config_id", "created_at"),
    comment="Every message to every channel, each retried on its own.",
)
