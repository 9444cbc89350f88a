"""Projects, manual assignments of campaigns, and campaigns imported from an older store."""

from sqlalchemy import ForeignKey, Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, extra, key, metadata, moment, money, published, text

projects = published(registry.PROJECTS, extra())

project_campaigns = Table(
    "project_campaigns",
    metadata,
    key("campaign_id", "Campaign, platform:external_id; in one project at most."),
    text("project_id", "Project.", ForeignKey("projects.id", ondelete="CASCADE"), required=True),
    moment("assigned_at", "Time of the assignment.", required=True),
    Index(None, "project_id"),
    comment="Campaigns that were assigned by hand: stronger than any rule.",
)

imported_campaigns = Table(
    "imported_campaigns",
    metadata,
    key("id", "Campaign, as the older store named it."),
    text("platform", "Platform.", required=True),
    text("external_id", "The platform's own id."),
    text("name", "Name as it was.", required=True),
    text("status", "Status as it was."),
    text("objective", "Objective as it was."),
    money("budget", "Budget as it was."),
    text("currency", "ISO 4217 code of the budget."),
    text("project_id", "Project that it belonged to."),
    document("metrics", "Metrics as they were."),
    moment("created_at", "When it was made."),
    extra(),
    comment="Campaigns as an older store knew them. What they are today is pulled from the platforms.",
)
