"""A/B tests that people and programs have defined. What a definition means: `settings.experiments` and the domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from adops_pipeline.operations.documents import document
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import ab_tests as table


@dataclass(frozen=True, slots=True)
class StoredTest:
    """A stored test; ``definition`` is its JSON document."""

    id: str
    definition: dict[str, Any]
    created_by: str
    created_at: datetime
    stopped_by: str | None
    stopped_at: datetime | None


def create(con: Connection, test_id: str, definition: Mapping[str, Any], by: str, at: datetime) -> StoredTest:
    """Store a new test, whose id must be new."""
    row = {"id": test_id, "definition": document("definition", definition), "created_by": by, "created_at": at}
    con.execute(insert(table).values(**row))
    return get(con, test_id)


def get(con: Connection, test_id: str) -> StoredTest:
    """The test. Raises NotFoundError if there is none."""
    return StoredTest(**row_of(con, table, test_id, "A/B test"))


def every(con: Connection) -> list[StoredTest]:
    """Tests by id."""
    return [StoredTest(**row) for row in con.execute(select(table).order_by(table.c.id)).mappings()]


def stop(con: Connection, test_id: str, by: str, at: datetime) -> StoredTest:
    """Record that somebody stopped the test; the first time counts."""
    is_open = (table.c.id == test_id, table.c.stopped_at.is_(None))
    con.execute(update(table).where(*is_open).values(stopped_by=by, stopped_at=at))
    return get(con, test_id)
