"""The append-only event stream, the cursors of its consumers, and the activity feed."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import extra, key, metadata, published
from adops_pipeline.operations.tables.types import UtcDateTime

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite"), Identity(always=False)
"""Increases in the order of commits; a number is never used again."""

events = published(
    registry.EVENTS,
    extra(),
    Index(None, "id", unique=True),
    Index(None, "subject", "seq"),
    renamed={"happened_at": "at"},
    generated={"seq": _SEQUENCE},
    sqlite_autoincrement=True,
)

cursors = Table(
    "cursors",
    metadata,
    key("consumer", "Who reads."),
    Column("seq", BigInteger, nullable=False, comment="Last event that the consumer is done with."),
    Column("updated_at", UtcDateTime, nullable=False, comment="When it got there."),
    comment="How far each consumer of events has come.",
)

activity = published(
    registry.ACTIVITY,
    extra(),
    Index(None, "seq", unique=True),
    Index(None, "at"),
    renamed={"happened_at": "at"},
)
