"""Workflow executions (the queue of all requested runs), and workflows that a team has saved."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, extra, flag, key, metadata, moment, published, text

workflow_executions = published(
    registry.WORKFLOW_EXECUTIONS,
    extra(),
    Index(None, "status", "requested_at"),
    Index(None, "run_id", unique=True),
    Index(None, "retry_of", unique=True),
)

saved_workflows = Table(
    "saved_workflows",
    metadata,
    key("id", "Saved workflow."),
    text("name", "Name of the test.", required=True),
    text("description", "What it is for."),
    text("workflow_id", "Workflow of the catalogue, where it is known."),
    document("parameters", "Parameters it starts with.", required=True),
    flag("active", "Whether it is in use."),
    moment("created_at", "When it was made.", required=True),
    moment("updated_at", "When it was last changed.", required=True),
    extra(),
    comment="Workflows with parameters that a team has named and kept.",
)
