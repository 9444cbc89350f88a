"""Who is told what, and the ledger of what was told."""

from sqlalchemy import Index, Table

from adops_pipeline.operations.tables.base import document, flag, key, metadata, moment, number, text

notification_configs = Table(
    "notification_configs",
    metadata,
    key("id", "Config."),
    text("name", "What people call it.", required=True),
    text("channel", "slack, discord or email.", required=True),
    text("target_ref", "Name of the setting or variable that holds the address."),
    text("target_encrypted", "The address, encrypted."),
    text("event_filter", "Comma-separated patterns of event types; * stands for anything.", required=True),
    text("min_severity", "info, warning or critical: nothing below is sent.", required=True),
    document("platforms", "Platforms it is about; empty means all.", required=True),
    text("project_id", "Project it is about; none means all."),
    document("quiet_hours", "{timezone, start, end, days}, or none."),
    flag("active", "Whether anything is sent."),
    moment("created_at", "When it was made.", required=True),
    comment="Who is told what: a channel, its address, and filters.",
)

notification_deliveries = Table(
    "notification_deliveries",
    metadata,
    key("id", "Deterministic key: the same message to the same config is the same delivery."),
    text("config_id", "Config; its history stays when it is deleted.", required=True),
    text("channel", "slack, discord or email.", required=True),
    text("group_key", "Alert group that it tells of."),
    document("message", "The message, channel-free.", required=True),
    text("status", "pending, sending, sent, failed or expired.", required=True),
    number("attempts", "Times that sending began.", required=True),
    moment("next_attempt_at", "Not before."),
    moment("claimed_until", "While somebody sends it, nobody else does."),
    text("last_error", "What the service said last."),
    moment("created_at", "When it was decided.", required=True),
    moment("sent_at", "When the service took it."),
    Index(None, "status", "next_attempt_at"),
    Index(None, "config_id", "created_at"),
    comment="Every message to every channel, each retried on its own.",
)
