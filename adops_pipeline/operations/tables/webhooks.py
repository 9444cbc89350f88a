"""Inbound webhooks, and their deliveries."""

from sqlalchemy import ForeignKey, Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, number, published, text

webhooks = published(
    registry.WEBHOOKS,
    document("params_mapping", "How a payload becomes the workflow's parameters.", required=True),
    text("key_kind", "What key contains: hash, encrypted, reference or public-key.", required=True),
    text("key", "The key, as key_kind says.", required=True),
    text("previous_key_kind", "The same of the key before the last rotation."),
    text("previous_key", "The key before the last rotation."),
    moment("previous_key_until", "Time until which the previous key is accepted."),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    key("id", "Identifier."),
    text("webhook_id", "Webhook.", ForeignKey("webhooks.id", ondelete="CASCADE"), required=True),
    text("call_id", "The sender's id of the delivery; one that comes again starts nothing."),
    text("status", "Outcome: triggered, ignored, rejected, unmapped or paused.", required=True),
    text("reason", "Why it started nothing."),
    text("execution_id", "Execution that it started."),
    text("replay_of", "Delivery whose payload was used again."),
    number("repeats", "How often the sender has sent it again.", required=True),
    document("headers", "Headers that say what it is; none proves anything.", required=True),
    text("body", "The payload as it was sent; NULL where it was not verified or is not acceptable."),
    moment("received_at", "Time of the first arrival.", required=True),
    Index(None, "webhook_id", "received_at"),
    comment="Deliveries of inbound webhooks.",
)
_is_triggered = webhook_deliveries.c.status == "triggered"
Index(
    None,
    webhook_deliveries.c.webhook_id,
    webhook_deliveries.c.call_id,
    unique=True,
    sqlite_where=_is_triggered,
    postgresql_where=_is_triggered,
)
