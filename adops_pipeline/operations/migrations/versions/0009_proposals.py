"""Proposed changes on the ad platforms."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, Money, UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text),
        sa.Column("agent_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tool", "platform", "account_id", "object_kind")),
        *(sa.Column(name, sa.Text) for name in ("campaign_id", "object_id")),
        *(sa.Column(name, Document, nullable=False) for name in ("arguments", "intended", "pacing", "evidence")),
        *(sa.Column(name, Document) for name in ("before", "after", "reversal", "known_objects")),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("currency", "reason", "status", "proposed_by", "source")
        ),
        *(sa.Column(name, Money()) for name in ("money_per_day", "money_per_month")),
        *(sa.Column(name, sa.Text) for name in ("status_reason", "decided_by", "undone_by", "reversal_of")),
        sa.Column("execution_id", sa.Text),
        *(sa.Column(name, UtcDateTime(), nullable=False) for name in ("proposed_at", "expires_at")),
        *(
            sa.Column(name, UtcDateTime())
            for name in ("decided_at", "applied_at", "verified_at", "undone_at", "sent_at", "acknowledged_at")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_status_proposed_at", "proposals", ["status", "proposed_at"])
    op.create_index(
        "ix_proposals_platform_account_id_proposed_at", "proposals", ["platform", "account_id", "proposed_at"]
    )
    op.create_index("ix_proposals_reversal_of", "proposals", ["reversal_of"])
