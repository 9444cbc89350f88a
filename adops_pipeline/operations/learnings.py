"""Learnings as rows, with their validity: current ones, and versions that were believed before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from adops_pipeline.domain.learnings.vocabulary import LearningStatus
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.schema import agent_learnings as table

LearningRow = Mapping[str, Any]
"""A row of ``agent_learnings`` by the names of its columns."""
_AT_ONCE = 500


def believed(con: Connection, as_of: datetime | None = None) -> list[LearningRow]:
    """What is believed now, or was at ``as_of``, by lower bound."""
    query = select(table).order_by(table.c.lower_bound.desc(), table.c.id)
    if as_of is None:
        query = query.where(table.c.status == "current")
    else:
        query = query.where(table.c.starts_at <= as_of, or_(table.c.ends_at.is_(None), table.c.ends_at > as_of))
    return [dict(row) for row in con.execute(query).mappings()]


def history(con: Connection, pattern_key: str) -> list[LearningRow]:
    """Every version of a learning, newest first. Raises NotFoundError if there is none."""
    query = select(table).where(table.c.pattern_key == pattern_key).order_by(table.c.version.desc())
    found: list[LearningRow] = [dict(row) for row in con.execute(query).mappings()]
    if not found:
        raise NotFoundError("learning", pattern_key)
    return found


def last_versions(con: Connection) -> dict[str, int]:
    """The newest version of each pattern."""
    query = select(table.c.pattern_key, func.max(table.c.version)).group_by(table.c.pattern_key)
    return {row[0]: row[1] for row in con.execute(query)}


def end(con: Connection, ids: Sequence[str], status: LearningStatus, at: datetime) -> None:
    """End the validity of learnings."""
    for some in _parts(ids):
        con.execute(update(table).where(table.c.id.in_(some)).values(status=status, ends_at=at))


def validate(con: Connection, ids: Sequence[str], at: datetime) -> None:
    """Record that the evidence still says the same."""
    for some in _parts(ids):
        con.execute(update(table).where(table.c.id.in_(some)).values(last_validated_at=at))


def add(con: Connection, rows: Sequence[LearningRow]) -> None:
    """Store new versions."""
    if rows:
        con.execute(insert(table), [dict(row) for row in rows])


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
