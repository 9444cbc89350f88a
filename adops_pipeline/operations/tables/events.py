"""The append-only stream of events, where its consumers stand, and the feed that people read."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table

from adops_pipeline.operations.tables.base import document, extra, key, metadata, moment, text
from adops_pipeline.operations.tables.types import UtcDateTime

_SEQ = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    Column(
        "seq",
        _SEQ,
        Identity(always=False),
        primary_key=True,
        comment="Increasing in the order of commits, never reused; negative for history brought from elsewhere.",
    ),
    text("id", "Event; appending the same id again changes nothing.", required=True),
    text("type", "workflow.started, alert.firing, sync.completed and the like.", required=True),
    moment("at", "When it happened.", required=True),
    text("subject", "What it is about: an execution, a table, an alert's fingerprint."),
    text("platform", "Platform it is about."),
    text("project_id", "Project it is about."),
    document("data", "Particulars by type.", required=True),
    extra(),
    Index(None, "id", unique=True),
    Index(None, "subject", "seq"),
    sqlite_autoincrement=True,
    comment="Everything that happened, in order: the one bus. Consumers keep a cursor.",
)

cursors = Table(
    "cursors",
    metadata,
    key("consumer", "Who reads."),
    Column("seq", BigInteger, nullable=False, comment="Last event that the consumer is done with."),
    Column("updated_at", UtcDateTime, nullable=False, comment="When it got there."),
    comment="How far each consumer of events has come.",
)

activity = Table(
    "activity",
    metadata,
    key("id", "Entry."),
    Column("seq", BigInteger, nullable=True, comment="Event that it tells of."),
    moment("at", "When it happened.", required=True),
    text("kind", "workflow, alert, sync, experiment, project, note.", required=True),
    text("title", "One line.", required=True),
    text("detail", "A sentence more."),
    text("link", "Page that shows it."),
    extra(),
    Index(None, "seq", unique=True),
    Index(None, "at"),
    comment="What happened, in words: the feed.",
)
