"""Memory of agents with JSON documents and their evidence, feedback of people, and learnings.

Nothing wrote to the table before; rows that somebody added by hand are kept as observations.
"""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from adops_pipeline.operations.tables.types import Document, UtcDateTime

revision = "0010"
down_revision = "0009"

_BEFORE = sa.table(
    "agent_memory", *(sa.column(name) for name in ("id", "agent_id", "memory_type", "action", "outcome", "tags")),
    sa.column("created_at", UtcDateTime()),
)  # fmt: skip


def upgrade() -> None:
    """Replace the table, keep its rows, add feedback and learnings."""
    kept = [dict(row) for row in op.get_bind().execute(sa.select(_BEFORE)).mappings()]
    op.drop_index("ix_agent_memory_agent_id_created_at", "agent_memory")
    op.drop_table("agent_memory")
    memory = _memory()
    op.create_index("ix_agent_memory_agent_id_created_at", "agent_memory", ["agent_id", "created_at"])
    op.create_index("ix_agent_memory_agent_id_digest", "agent_memory", ["agent_id", "digest"], unique=True)
    op.create_index("ix_agent_memory_subject_key", "agent_memory", ["subject_key"])
    op.create_index("ix_agent_memory_version", "agent_memory", ["version"])
    if kept:
        op.bulk_insert(memory, [_observation(row, n) for n, row in enumerate(kept, 1)])
    _feedback()
    _learnings()


def _memory() -> sa.Table:
    return op.create_table(
        "agent_memory",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("memory_type", sa.Text, nullable=False),
        sa.Column("context", Document, nullable=False),
        sa.Column("action", Document, nullable=False),
        sa.Column("outcome", Document),
        sa.Column("score", sa.Double),
        sa.Column("tags", Document, nullable=False),
        sa.Column("feedback", Document, nullable=False),
        sa.Column("evidence", Document, nullable=False),
        sa.Column("platform", sa.Text),
        sa.Column("objective", sa.Text),
        sa.Column("pattern_action", sa.Text),
        sa.Column("condition", sa.Text),
        sa.Column("support", sa.Double),
        sa.Column("effect", sa.Double),
        sa.Column("effect_error", sa.Double),
        sa.Column("subject_key", sa.Text, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("replaced_by", sa.Text),
        sa.Column("retracted_at", UtcDateTime()),
        sa.Column("retracted_by", sa.Text),
        sa.Column("retraction_reason", sa.Text),
        sa.Column("execution_id", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("measured_at", UtcDateTime()),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )


def _observation(row: dict[str, Any], version: int) -> dict[str, Any]:
    said = " — ".join(str(row[name]) for name in ("action", "outcome") if row[name]) or "no text"
    key = uuid4().hex
    return {
        "id": row["id"], "agent_id": row["agent_id"], "memory_type": "observation", "context": {},
        "action": {"subject": str(row["memory_type"]), "finding": said}, "tags": ["imported"], "repeats": 0,
        "feedback": {"useful": 0, "wrong": 0, "outdated": 0}, "evidence": {}, "subject_key": key, "digest": key,
        "created_at": row["created_at"], "version": version,
    }  # fmt: skip


def _feedback() -> None:
    op.create_table(
        "agent_memory_feedback",
        sa.Column(
            "memory_id",
            sa.Text,
            sa.ForeignKey("agent_memory.id", name="fk_agent_memory_feedback_memory_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("author", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("at", UtcDateTime(), nullable=False),
    )


def _learnings() -> None:
    words = ("pattern_key", "status", "platform", "objective", "action", "condition", "direction")
    counts = ("evidence_count", "supporting_count", "contradicting_count", "unclear_count", "campaign_count")
    figures = ("effect_ratio", "effect_low", "effect_high", "between_sd", "p_value", "adjusted_p")
    op.create_table(
        "agent_learnings",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in words),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        *(sa.Column(name, sa.Double) for name in figures),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("confidence", "lower_bound")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("insight", "counter_evidence")),
        *(sa.Column(name, Document, nullable=False) for name in ("supporting", "contradicting", "agents")),
        *(
            sa.Column(name, UtcDateTime(), nullable=False)
            for name in ("first_evidence_at", "newest_evidence_at", "last_validated_at", "starts_at")
        ),
        sa.Column("ends_at", UtcDateTime()),
    )
    op.create_index("ix_agent_learnings_status_pattern_key", "agent_learnings", ["status", "pattern_key"])
    op.create_index(
        "ix_agent_learnings_pattern_key_version", "agent_learnings", ["pattern_key", "version"], unique=True
    )
