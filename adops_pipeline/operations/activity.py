"""The activity feed: events in words. An entry is written in the transaction of its event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, literal, select, tuple_

from adops_pipeline.operations.schema import activity
from adops_pipeline.operations.tables.types import UtcDateTime

Kind = Literal["workflow", "alert", "sync", "experiment", "project", "proposal", "note"]
Place = tuple[datetime, int, str]
"""Time, number of the event (-1 for imported history) and id of an entry: the feed is in the order of these."""

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
    "proposal.proposed": ("proposal", "Proposed: {subject_name}"),
    "proposal.approved": ("proposal", "Approved: {subject_name}"),
    "proposal.rejected": ("proposal", "Rejected: {subject_name}"),
    "proposal.expired": ("proposal", "Expired: {subject_name}"),
    "proposal.applying": ("proposal", "Being applied: {subject_name}"),
    "proposal.applied": ("proposal", "Applied: {subject_name}"),
    "proposal.not-applied": ("proposal", "Not applied: {subject_name}"),
    "proposal.failed": ("proposal", "Failed: {subject_name}"),
    "proposal.uncertain": ("proposal", "Outcome unknown: {subject_name}"),
    "proposal.undoing": ("proposal", "Being undone: {subject_name}"),
    "proposal.undone": ("proposal", "Undone: {subject_name}"),
    "proposal.not-undone": ("proposal", "Not undone: {subject_name}"),
    "activity.new": ("note", "{subject_name}"),
}
"""Events that appear in the feed; the others (a stage, a metric) are for programs."""
TYPES = tuple(_VERBS)
"""The types of these events."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the feed."""

    id: str
    seq: int | None
    at: datetime
    kind: str
    """One of ``Kind``, or any word in imported history."""
    title: str
    detail: str | None
    link: str | None

    @property
    def place(self) -> Place:
        """Its place in the order of the feed."""
        return self.at, -1 if self.seq is None else self.seq, self.id


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


def feed(
    con: Connection,
    limit: int = 50,
    before: Place | None = None,
    *,
    kinds: Sequence[Kind] = (),
    since: datetime | None = None,
) -> list[Entry]:
    """The latest entries, newest first, only of ``kinds`` and from ``since`` on where given.

    ``before`` is the place of the last entry of the previous page.
    """
    place = (activity.c.at, func.coalesce(activity.c.seq, -1), activity.c.id)
    query = select(*(activity.c[name] for name in Entry.__dataclass_fields__)).limit(limit)
    query = query.order_by(*(column.desc() for column in place))
    if before is not None:
        at, seq, entry_id = before
        query = query.where(tuple_(*place) < tuple_(literal(at, UtcDateTime), literal(seq), literal(entry_id)))
    if kinds:
        query = query.where(activity.c.kind.in_(kinds))
    if since is not None:
        query = query.where(activity.c.at >= since)
    return [Entry(**row) for row in con.execute(query).mappings()]
