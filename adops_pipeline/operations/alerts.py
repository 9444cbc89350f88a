"""Alerts as rows: the state of the alerting engine, and silences. What fires and who is notified: `domain.alerts`.

State is read, changed by the domain's pure functions and saved within one writing transaction, together with the
deliveries that it led to: no notification is lost or sent twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from adops_pipeline.domain.alerts.matchers import parse_matcher
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import (
    AlertRecord,
    AlertState,
    GroupRecord,
    alert_document,
    alert_record,
    group_document,
    group_record,
)
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import alert_groups, alert_states, silences
from adops_pipeline.operations.statements import NewId, random_id

_LOG = logging.getLogger(__name__)


def load_state(con: Connection) -> AlertState:
    """All stored records."""
    records = [alert_record(row) for row in con.execute(select(alert_states.c.record)).scalars()]
    groups = [group_record(row) for row in con.execute(select(alert_groups.c.record)).scalars()]
    return AlertState({record.fingerprint: record for record in records}, {group.key: group for group in groups})


def save_state(con: Connection, before: AlertState, after: AlertState) -> None:
    """Write rows that differ from ``before``, which must have been read in the same transaction."""
    known = {name: alert_row(record) for name, record in before.alerts.items()}
    _replace(con, alert_states, "fingerprint", known, {n: alert_row(r) for n, r in after.alerts.items()})
    groups = {str(key): _group_row(group) for key, group in before.groups.items()}
    _replace(con, alert_groups, "id", groups, {str(key): _group_row(group) for key, group in after.groups.items()})


def firing(con: Connection) -> list[AlertRecord]:
    """Alerts that fire now, in no order."""
    query = select(alert_states.c.record).where(alert_states.c.status == "firing")
    return [alert_record(row) for row in con.execute(query).scalars()]


def firing_counts(con: Connection) -> dict[Severity, int]:
    """Number of alerts that fire now, by severity; severities without alerts are left out."""
    query = select(alert_states.c.severity, func.count()).where(alert_states.c.status == "firing")
    return {Severity(severity): count for severity, count in con.execute(query.group_by(alert_states.c.severity))}


def add_silence(
    con: Connection,
    matchers: Sequence[str],
    *,
    starts_at: datetime,
    ends_at: datetime,
    author: str,
    comment: str,
    new_id: NewId = random_id,
) -> Silence:
    """Store a silence. Raises InvalidError for a matcher that cannot be read and for inconsistent fields."""
    try:
        parsed = tuple(parse_matcher(text) for text in matchers)
        silence = Silence(new_id(), parsed, starts_at, ends_at, author, comment)
    except ValueError as error:
        raise InvalidError("silence", str(error)) from None
    con.execute(
        insert(silences).values(
            id=silence.id, matchers=list(matchers), starts_at=starts_at, ends_at=ends_at, author=author,
            comment=comment,
        )
    )  # fmt: skip
    return silence


def every_silence(con: Connection, *, since: datetime | None = None) -> list[Silence]:
    """Silences, ordered by their end; with ``since`` only those that end later."""
    query = select(silences).order_by(silences.c.ends_at, silences.c.id)
    if since is not None:
        query = query.where(silences.c.ends_at > since)
    found = [_silence(row) for row in con.execute(query).mappings()]
    return [silence for silence in found if silence is not None]


def _silence(row: Mapping[Any, Any]) -> Silence | None:
    """The silence of a row; None, with a warning in the log, if its matchers cannot be read."""
    try:
        matchers = tuple(parse_matcher(text) for text in row["matchers"])
        return Silence(row["id"], matchers, row["starts_at"], row["ends_at"], row["author"], row["comment"])
    except ValueError as error:
        _LOG.warning("silence %s is ignored: %s; end it and set it again", row["id"], error)
        return None


def end_silence(con: Connection, silence_id: str, at: datetime) -> None:
    """End a silence now; one that has not begun or has ended is deleted. Raises NotFoundError if there is none."""
    begun = update(silences).where(silences.c.id == silence_id, silences.c.starts_at < at, silences.c.ends_at > at)
    if con.execute(begun.values(ends_at=at)).rowcount:
        return
    if not con.execute(delete(silences).where(silences.c.id == silence_id)).rowcount:
        raise NotFoundError("silence", silence_id)


def _replace(
    con: Connection, table: Table, key: str, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> None:
    """Deleted rows, and changed or new rows; unchanged rows are not written."""
    stale = [name for name, row in before.items() if after.get(name) != row]
    for start in range(0, len(stale), _AT_ONCE):
        con.execute(delete(table).where(table.c[key].in_(stale[start : start + _AT_ONCE])))
    fresh = [row for name, row in after.items() if before.get(name) != row]
    if fresh:
        con.execute(insert(table), fresh)


_AT_ONCE = 500


def alert_row(record: AlertRecord) -> dict[str, Any]:
    """The row of an alert, by the registry's columns."""
    alert = record.alert
    return {
        "fingerprint": record.fingerprint, "source": alert.source, "name": alert.name,
        "severity": alert.severity.value, "status": record.status, "platform": alert.label("platform") or None,
        "summary": alert.summary, "record": alert_document(record), "fired_at": record.fired_at,
        "resolved_at": record.resolved_at,
    }  # fmt: skip


def _group_row(group: GroupRecord) -> dict[str, Any]:
    return {
        "id": str(group.key), "receiver": group.key.receiver, "record": group_document(group),
        "next_flush_at": group.next_flush_at,
    }  # fmt: skip
