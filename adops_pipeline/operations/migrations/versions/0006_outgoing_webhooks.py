"""Keys of outgoing webhooks, and receivers that want no more messages."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("notification_configs", sa.Column("signing_ref", sa.Text))
    op.add_column("notification_configs", sa.Column("signing_encrypted", sa.Text))
    op.create_table(
        "disabled_receivers",
        sa.Column("receiver_id", sa.Text, primary_key=True),
        sa.Column("target_digest", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=False),
    )
