"""Alerts as last evaluated, groups of alerts with their notifications, and silences."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, published, text

alert_states = published(registry.ALERTS, Index(None, "status", "severity"), name="alert_states")

alert_groups = Table(
    "alert_groups",
    metadata,
    key("id", "Receiver, route and the labels that make the group."),
    text("receiver", "The notification config.", required=True),
    document("record", "Timers of the group, and what its receiver was notified of.", required=True),
    moment("next_flush_at", "Earliest time of the next notification.", required=True),
    comment="Groups of alerts: what each receiver was notified of, and when.",
)

silences = published(registry.SILENCES)
