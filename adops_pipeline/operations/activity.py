"""The activity feed: events in words. An entry is written in the transaction of its event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, literal, select, tuple_

from adops_pipeline.operations.schema import activity
from adops_pipeline.operations.tables.types import UtcDateTime

Kind = Literal["workflow", "alert", "sync", "experiment", "project", "note"]

_VERBS: Mapping[str, tuple[Kind, str]] = {
    "workflow.requested": ("workflow", "{subject_name} was requested"),
    "workflow.started": ("workflow", "{subject_name} started"),
    "workflow.completed": ("workflow", "{subject_name} completed"),
    "workflow.failed": ("workflow", "{subject_name} failed"),
    "workflow.cancelled": ("workflow", "{subject_name} was cancelled"),
    "alert.firing": ("alert", "Alert: {subject_name}"),
    "alert.resolved": ("alert", "Resolved: {subject_name}"),
    "sync.completed": ("sync", "{subject_name} synced"),
    "sync.failed": ("sync", "{subject_name} could not be synced"),
    "experiment.decided": ("experiment", "Test decided: {subject_name}"),
    "project.created": ("project", "Project {subject_name} was created"),
    "project.updated": ("project", "Project {subject_name} was changed"),
    "project.deleted": ("project", "Project {subject_name} was deleted"),
    "activity.new": ("note", "{subject_name}"),
}
"""Events that appear in the feed; the others (a stage, a metric) are for programs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the feed."""

    id: str
    seq: int | None
    at: datetime
    kind: str
    title: str
    detail: str | None
    link: str | None


def describe(event_type: str, subject: str | None, data: Mapping[str, Any]) -> tuple[Kind, str, str | None] | None:
    """Kind, title and detail of an event; None for one that the feed does not show.

    The name comes from ``data``: title, name or workflow; the detail from summary, error or detail.
    """
    known = _VERBS.get(event_type)
    if known is None:
        return None
    kind, words = known
    name = next((str(data[k]) for k in ("title", "name", "workflow") if data.get(k)), subject or event_type)
    detail = next((str(data[k]) for k in ("summary", "error", "detail") if data.get(k)), None)
    return kind, words.format(subject_name=name), detail


def write(
    con: Connection, seq: int, at: datetime, event_type: str, subject: str | None, data: Mapping[str, Any]
) -> None:
    """Add an event to the feed, if the feed shows its type."""
    described = describe(event_type, subject, data)
    if described is None:
        return
    kind, title, detail = described
    link = data.get("link") or (f"/executions/{subject}" if kind == "workflow" and subject else None)
    con.execute(
        insert(activity).values(
            id=f"event-{seq}", seq=seq, at=at, kind=kind, title=title, detail=detail, link=link
        )
    )  # fmt: skip


def feed(con: Connection, limit: int = 50, before: Entry | None = None) -> list[Entry]:
    """The latest entries, newest first; ``before`` is the last entry of the previous page."""
    place = (activity.c.at, func.coalesce(activity.c.seq, -1), activity.c.id)
    query = select(*(activity.c[name] for name in Entry.__dataclass_fields__)).limit(limit)
    query = query.order_by(*(column.desc() for column in place))
    if before is not None:
        seq = -1 if before.seq is None else before.seq
        query = query.where(tuple_(*place) < tuple_(literal(before.at, UtcDateTime), literal(seq), literal(before.id)))
    return [Entry(**row) for row in con.execute(query).mappings()]
