"""Inbound webhooks, and which of their calls have been seen."""

from sqlalchemy import ForeignKey, Index, Table

from adops_pipeline.operations.tables.base import flag, key, metadata, moment, text

webhooks = Table(
    "webhooks",
    metadata,
    key("id", "Webhook; a part of its address."),
    text("name", "What people call it.", required=True),
    text("workflow_id", "Workflow that a call starts.", required=True),
    text("template_id", "Template whose parameters it starts with."),
    text("secret_ref", "Name of the setting or variable that holds the signing secret."),
    text("secret_encrypted", "The signing secret, encrypted."),
    flag("active", "Whether calls are taken."),
    moment("created_at", "When it was made.", required=True),
    moment("last_called_at", "Last call that was taken."),
    comment="Inbound webhooks: a signed call starts a workflow.",
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
