"""Notifications, webhooks, what agents remember and ask for."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notification_configs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("target_ref", sa.Text),
        sa.Column("target_encrypted", sa.Text),
        sa.Column("event_filter", sa.Text, nullable=False),
        sa.Column("min_severity", sa.Text, nullable=False),
        sa.Column("platforms", Document, nullable=False),
        sa.Column("project_id", sa.Text),
        sa.Column("quiet_hours", Document),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "notification_deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("config_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("group_key", sa.Text),
        sa.Column("message", Document, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime()),
        sa.Column("claimed_until", UtcDateTime()),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime()),
    )
    op.create_index(
        "ix_notification_deliveries_config_id_created_at", "notification_deliveries", ["config_id", "created_at"]
    )
    op.create_index(
        "ix_notification_deliveries_status_next_attempt_at", "notification_deliveries", ["status", "next_attempt_at"]
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("template_id", sa.Text),
        sa.Column("secret_ref", sa.Text),
        sa.Column("secret_encrypted", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_called_at", UtcDateTime()),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column(
            "webhook_id",
            sa.Text,
            sa.ForeignKey("webhooks.id", name="fk_webhook_deliveries_webhook_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("execution_id", sa.Text),
        sa.Column("received_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_webhook_deliveries_webhook_id_received_at", "webhook_deliveries", ["webhook_id", "received_at"])
    op.create_table(
        "agent_memory",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("memory_type", sa.Text, nullable=False),
        sa.Column("context", Document, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("score", sa.Double),
        sa.Column("tags", Document, nullable=False),
        sa.Column("execution_id", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_agent_memory_agent_id_created_at", "agent_memory", ["agent_id", "created_at"])
    op.create_table(
        "ab_tests",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("variant_a", Document, nullable=False),
        sa.Column("variant_b", Document, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("results", Document),
        sa.Column("min_sample_size", sa.Integer),
        sa.Column("max_days", sa.Integer),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime()),
    )
    op.create_index("ix_ab_tests_status", "ab_tests", ["status"])
