"""Inbound webhooks, and their calls."""

from sqlalchemy import ForeignKey, Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import key, metadata, moment, published, text

webhooks = published(
    registry.WEBHOOKS,
    text("secret_ref", "Name of the setting or variable that holds the signing secret."),
    text("secret_encrypted", "The signing secret, encrypted."),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    key("webhook_id", "Webhook.", ForeignKey("webhooks.id", ondelete="CASCADE")),
    key("id", "The caller's id of the call; one that comes again starts nothing."),
    text("execution_id", "Execution that it started."),
    moment("received_at", "When it came first.", required=True),
    Index(None, "webhook_id", "received_at"),
    comment="Calls of webhooks, each taken once.",
)
