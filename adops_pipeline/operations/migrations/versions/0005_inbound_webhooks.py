"""Inbound webhooks: mapping, verification, keys with rotation, counts; deliveries with their outcome and payload.

The tables are created again: before this step nothing but tests wrote to them.
"""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Replace both tables."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("template_id", sa.Text),
        sa.Column("verification", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("trigger_count", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_triggered_at", UtcDateTime()),
        sa.Column("params_mapping", Document, nullable=False),
        sa.Column("key_kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("previous_key_kind", sa.Text),
        sa.Column("previous_key", sa.Text),
        sa.Column("previous_key_until", UtcDateTime()),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "webhook_id",
            sa.Text,
            sa.ForeignKey("webhooks.id", name="fk_webhook_deliveries_webhook_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("call_id", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("execution_id", sa.Text),
        sa.Column("replay_of", sa.Text),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("headers", Document, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("received_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_webhook_deliveries_webhook_id_received_at", "webhook_deliveries", ["webhook_id", "received_at"])
    is_triggered = sa.text("status = 'triggered'")
    op.create_index(
        "ix_webhook_deliveries_webhook_id_call_id",
        "webhook_deliveries",
        ["webhook_id", "call_id"],
        unique=True,
        sqlite_where=is_triggered,
        postgresql_where=is_triggered,
    )
