"""Memory of agents, and A/B tests that were defined at run time."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, published, text

agent_memory = published(registry.AGENT_MEMORY, Index(None, "agent_id", "created_at"))

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
