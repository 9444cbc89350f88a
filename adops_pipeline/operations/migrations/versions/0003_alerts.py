"""Alerts, their groups, silences."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert_states",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("platform", sa.Text),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("record", Document, nullable=False),
        sa.Column("fired_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime()),
    )
    op.create_index("ix_alert_states_status_severity", "alert_states", ["status", "severity"])
    op.create_table(
        "alert_groups",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("record", Document, nullable=False),
        sa.Column("next_flush_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("matchers", Document, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
