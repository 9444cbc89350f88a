"""Memory of agents and what it teaches, and A/B tests that were defined at run time."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table

from adops_pipeline.domain.tables import agents as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, published, text

agent_memory = published(
    registry.AGENT_MEMORY,
    text("digest", "The same for memories with the same content.", required=True),
    Column("version", BigInteger, nullable=False, comment="Increases with every change of a memory."),
    Index(None, "agent_id", "created_at"),
    Index(None, "agent_id", "digest", unique=True),
    Index(None, "subject_key"),
    Index(None, "version"),
)
agent_memory_feedback = Table(
    "agent_memory_feedback",
    metadata,
    key("memory_id", "Memory.", ForeignKey("agent_memory.id", ondelete="CASCADE")),
    key("author", "Who said it; of each person the last word counts."),
    text("verdict", "useful, wrong or outdated.", required=True),
    text("note", "Why."),
    moment("at", "When it was said.", required=True),
    comment="What people said about memories.",
)
agent_learnings = published(
    registry.AGENT_LEARNINGS, Index(None, "status", "pattern_key"), Index(None, "pattern_key", "version", unique=True)
)

ab_tests = Table(
    "ab_tests",
    metadata,
    key("id", "Test."),
    document("definition", "The test as it was agreed, as in the settings.", required=True),
    text("created_by", "Who defined it.", required=True),
    moment("created_at", "When it was defined.", required=True),
    text("stopped_by", "Who stopped it."),
    moment("stopped_at", "When it was stopped."),
    comment="A/B tests that people and programs defined at run time.",
)
