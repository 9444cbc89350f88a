"""What agents remember, and the experiments that were asked for."""

from sqlalchemy import Column, Double, Index, Table

from adops_pipeline.operations.tables.base import document, key, metadata, moment, number, text

agent_memory = Table(
    "agent_memory",
    metadata,
    key("id", "Memory."),
    text("agent_id", "Agent of the roster.", required=True),
    text("memory_type", "observation, decision, outcome, feedback.", required=True),
    document("context", "What the agent knew.", required=True),
    text("action", "What it did or advised."),
    text("outcome", "What came of it."),
    Column("score", Double, nullable=True, comment="How well that went, -1 to 1."),
    document("tags", "List of words to find it by.", required=True),
    text("execution_id", "Execution in which it happened."),
    moment("created_at", "When it was remembered.", required=True),
    Index(None, "agent_id", "created_at"),
    comment="What agents saw, did and what came of it.",
)

ab_tests = Table(
    "ab_tests",
    metadata,
    key("id", "Test."),
    text("campaign_id", "Campaign it runs in.", required=True),
    text("platform", "Platform.", required=True),
    text("agent_id", "Agent that asked for it."),
    text("name", "What people call it.", required=True),
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
    comment="Definitions of A/B tests that people and agents asked for at run time.",
)
