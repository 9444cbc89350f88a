"""What is firing, who was told of it, and what is silenced."""

from sqlalchemy import Index, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, key, metadata, moment, published, text

alert_states = published(registry.ALERTS, Index(None, "status", "severity"), name="alert_states")

alert_groups = Table(
    "alert_groups",
    metadata,
    key("id", "Receiver, route and the labels that make the group."),
    text("receiver", "The notification config.", required=True),
    document("record", "Its clock, and what the receiver was told.", required=True),
    moment("next_flush_at", "When it may be told of next.", required=True),
    comment="Groups of alerts: what each receiver knows, and since when.",
)

silences = published(registry.SILENCES)
