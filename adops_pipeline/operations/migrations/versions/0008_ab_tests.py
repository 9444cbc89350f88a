"""A/B tests as they are defined over the API. The table before had no definition, and nothing wrote to it."""

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Replace the table."""
    op.drop_index("ix_ab_tests_status", "ab_tests")
    op.drop_table("ab_tests")
    op.create_table(
        "ab_tests",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("definition", Document, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_by", sa.Text),
        sa.Column("stopped_at", UtcDateTime()),
    )
