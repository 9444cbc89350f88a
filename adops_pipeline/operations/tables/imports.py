"""Imported folders of an older store, so that a repeated import completes the first and adds nothing."""

from sqlalchemy import Table

from adops_pipeline.operations.tables.base import document, key, metadata, moment

imports = Table(
    "imports",
    metadata,
    key("digest", "SHA-256 over the names and bytes of the imported files."),
    document("counts", "Records by file.", required=True),
    moment("imported_at", "When they were brought in.", required=True),
    comment="Folders of JSON files that were imported.",
)
