"""All tables of the operational store: the target of migrations, and the tables of queries."""

from adops_pipeline.operations.tables.access import api_sessions, api_tokens
from adops_pipeline.operations.tables.agents import ab_tests, agent_learnings, agent_memory, agent_memory_feedback
from adops_pipeline.operations.tables.alerts import alert_groups, alert_states, silences
from adops_pipeline.operations.tables.base import metadata
from adops_pipeline.operations.tables.events import activity, cursors, events
from adops_pipeline.operations.tables.executions import saved_workflows, workflow_executions
from adops_pipeline.operations.tables.imports import imports
from adops_pipeline.operations.tables.notifications import (
    disabled_receivers,
    notification_configs,
    notification_deliveries,
)
from adops_pipeline.operations.tables.projects import imported_campaigns, project_campaigns, projects
from adops_pipeline.operations.tables.proposals import proposals
from adops_pipeline.operations.tables.webhooks import webhook_deliveries, webhooks

__all__ = [
    "ab_tests",
    "activity",
    "agent_learnings",
    "agent_memory",
    "agent_memory_feedback",
    "alert_groups",
    "alert_states",
    "api_sessions",
    "api_tokens",
    "cursors",
    "disabled_receivers",
    "events",
    "imported_campaigns",
    "imports",
    "metadata",
    "notification_configs",
    "notification_deliveries",
    "project_campaigns",
    "projects",
    "proposals",
    "saved_workflows",
    "silences",
    "webhook_deliveries",
    "webhooks",
    "workflow_executions",
]
