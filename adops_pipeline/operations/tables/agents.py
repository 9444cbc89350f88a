"""Memory of agents, and requested experiments."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, number, published, text

agent_memory = published(registry.AGENT_MEMORY, Index(None, "agent_id", "created_at"))

ab_tests = Table(
    "ab_tests",
    metadata,
    key("id", "Test."),
    text("campaign_id", "Campaign it runs in.", required=True),
    text("platform", "Platform.", required=True),
    text("agent_id", "Agent that requested it."),
    text("name", "Name of the test.", required=True),
    document("variant_a", "{name, ad_group_ids} of arm A.", required=True),
    document("variant_b", "{name, ad_group_ids} of arm B.", required=True),
    text("metric", "ctr, cvr, cpc, cpa, roas or cpm.", required=True),
    text("status", "running, completed, inconclusive or invalid.", required=True),
    document("results", "The latest evaluation."),
    number("min_sample_size", "Smallest sample per arm before a verdict."),
    number("max_days", "Days after which it ends undecided."),
    moment("started_at", "When it began.", required=True),
    moment("completed_at", "When it was decided or given up."),
    Index(None, "status"),
    comment="Definitions of A/B tests that people and agents requested at run time.",
)
