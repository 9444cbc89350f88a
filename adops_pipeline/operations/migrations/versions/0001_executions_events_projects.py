"""Projects, executions, events and activity."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, Money, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "projects",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("client", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("monthly_budget", Money),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("rules", Document, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("extra", Document),
    )
    op.create_table(
        "project_campaigns",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column(
            "project_id",
            sa.Text,
            sa.ForeignKey("projects.id", name="fk_project_campaigns_project_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_project_campaigns_project_id", "project_campaigns", ["project_id"])
    op.create_table(
        "imported_campaigns",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("objective", sa.Text),
        sa.Column("budget", Money),
        sa.Column("currency", sa.Text),
        sa.Column("project_id", sa.Text),
        sa.Column("metrics", Document),
        sa.Column("created_at", UtcDateTime()),
        sa.Column("extra", Document),
    )
    op.create_table(
        "workflow_executions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workflow_id", sa.Text, nullable=False),
        sa.Column("template_id", sa.Text),
        sa.Column("parameters", Document, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("timeout_seconds", sa.Integer),
        sa.Column("run_id", sa.Text),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("retry_of", sa.Text),
        sa.Column("stages", Document, nullable=False),
        sa.Column("result", Document),
        sa.Column("error", sa.Text),
        sa.Column("cancel_requested_at", UtcDateTime()),
        sa.Column("extra", Document),
    )
    op.create_index("ix_workflow_executions_retry_of", "workflow_executions", ["retry_of"], unique=True)
    op.create_index("ix_workflow_executions_run_id", "workflow_executions", ["run_id"], unique=True)
    op.create_index("ix_workflow_executions_status_requested_at", "workflow_executions", ["status", "requested_at"])
    op.create_table(
        "saved_workflows",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("workflow_id", sa.Text),
        sa.Column("parameters", Document, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("extra", Document),
    )
    op.create_table(
        "events",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(always=False), primary_key=True
        ),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("project_id", sa.Text),
        sa.Column("data", Document, nullable=False),
        sa.Column("extra", Document),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_id", "events", ["id"], unique=True)
    op.create_index("ix_events_subject_seq", "events", ["subject", "seq"])
    op.create_table(
        "cursors",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("link", sa.Text),
        sa.Column("extra", Document),
    )
    op.create_index("ix_activity_at", "activity", ["at"])
    op.create_index("ix_activity_seq", "activity", ["seq"], unique=True)
    op.create_table(
        "imports",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("counts", Document, nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
    )
