"""What is firing, who was told of it, and what is silenced."""

from sqlalchemy import Index, Table

from adops_pipeline.operations.tables.base import document, key, metadata, moment, text

alert_states = Table(
    "alert_states",
    metadata,
    key("fingerprint", "What the alert is about: the same tomorrow."),
    text("source", "The rules that it comes from; only they resolve it.", required=True),
    text("name", "Its name.", required=True),
    text("severity", "info, warning or critical.", required=True),
    text("status", "firing or resolved.", required=True),
    text("platform", "Platform it is about."),
    text("summary", "What is wrong, in a sentence.", required=True),
    document("record", "All of it.", required=True),
    moment("fired_at", "When this episode began.", required=True),
    moment("resolved_at", "When it was over."),
    Index(None, "status", "severity"),
    comment="Alerts as last seen: those that fire, and those whose end somebody has yet to be told.",
)

alert_groups = Table(
    "alert_groups",
    metadata,
    key("id", "Receiver, route and the labels that make the group."),
    text("receiver", "The notification config.", required=True),
    document("record", "Its clock, and what the receiver was told.", required=True),
    moment("next_flush_at", "When it may be told of next.", required=True),
    comment="Groups of alerts: what each receiver knows, and since when.",
)

silences = Table(
    "silences",
    metadata,
    key("id", "Silence."),
    document("matchers", "What it mutes: all of these must hold.", required=True),
    moment("starts_at", "From then.", required=True),
    moment("ends_at", "Until before then.", required=True),
    text("author", "Who set it.", required=True),
    text("comment", "Why.", required=True),
    comment="What a person does not want to hear of for a while.",
)
