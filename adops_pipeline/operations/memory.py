"""Memories of agents as rows: add, complete, replace, judge, retract. What a memory may say: `domain.memory`.

Every change raises the row's ``version``, so that readers find out cheaply what is new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, cast, delete, func, insert, select, update

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.evidence import evidence_of
from adops_pipeline.domain.memory.identity import digest, subject_key
from adops_pipeline.domain.memory.memory import Memory
from adops_pipeline.domain.memory.vocabulary import FEEDBACK, FeedbackVerdict
from adops_pipeline.operations.documents import document
from adops_pipeline.operations.errors import NotFoundError, RefusedError
from adops_pipeline.operations.schema import agent_memory as table
from adops_pipeline.operations.schema import agent_memory_feedback as feedback_table
from adops_pipeline.operations.statements import NewId, random_id
from adops_pipeline.operations.tables.base import PUBLISHED_AS

_COLUMNS = tuple(column for column in table.columns if PUBLISHED_AS in column.info)
_AWAITED = ("campaign_outcome", "optimization", "ab_test_result")
"""Types whose outcome is awaited."""
_EVIDENCE = ("id", "agent_id", "subject_key", "platform", "objective", "pattern_action", "condition", "support",
             "effect", "effect_error", "feedback", "measured_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a new memory: ``merged`` into one with the same content, or put in place of ``replaced``."""

    memory: Memory
    merged: bool = False
    replaced: str | None = None


def add(con: Connection, draft: Draft, at: datetime, execution_id: str | None, new_id: NewId = random_id) -> Added:
    """Store a checked draft.

    Exactly the same memory of the agent is counted as repeated. A pending one about the same subject gets its outcome,
    another one about it is replaced: it stays on record and no longer counts.
    """
    same = con.execute(select(table.c.id).where(table.c.agent_id == draft.agent_id, table.c.digest == digest(draft)))
    known = same.scalar()
    if known is not None:
        _change(con, known, repeats=table.c.repeats + 1)
        return Added(get(con, known), merged=True)
    older = _newest_of_subject(con, draft)
    if older is not None and older.outcome is None and draft.outcome is not None:
        _change(con, older.id, **_values(draft), measured_at=at)
        return Added(get(con, older.id))
    memory_id = new_id()
    con.execute(insert(table).values(**new_row(draft, at, memory_id, execution_id, _next_version(con))))
    if older is not None:
        _change(con, older.id, replaced_by=memory_id)
    return Added(get(con, memory_id), replaced=None if older is None else older.id)


def new_row(draft: Draft, at: datetime, memory_id: str, execution_id: str | None, version: int) -> dict[str, Any]:
    """The row of a checked draft, whose outcome, if it has one, became known at ``at``."""
    return {
        "id": memory_id, "agent_id": draft.agent_id, "memory_type": draft.type, "repeats": 0, "version": version,
        "execution_id": execution_id, "feedback": dict.fromkeys(FEEDBACK, 0), "created_at": at,
        "measured_at": None if draft.outcome is None else at, **_values(draft),
    }  # fmt: skip


def _values(draft: Draft) -> dict[str, Any]:
    evidence = evidence_of(draft)
    return {
        "context": document("context", draft.context), "action": document("action", draft.action),
        "outcome": None if draft.outcome is None else document("outcome", draft.outcome), "score": draft.score,
        "tags": list(draft.tags), "evidence": document("evidence", draft.evidence), "digest": digest(draft),
        "subject_key": subject_key(draft), "platform": draft.context.get("platform"),
        "objective": evidence and evidence.objective, "pattern_action": evidence and evidence.action,
        "condition": evidence and evidence.condition, "support": evidence and evidence.support,
        "effect": evidence and evidence.effect, "effect_error": evidence and evidence.effect_error,
    }  # fmt: skip


def _newest_of_subject(con: Connection, draft: Draft) -> Memory | None:
    """The agent's memory of the same subject that counts now."""
    is_current = (table.c.replaced_by.is_(None), table.c.retracted_at.is_(None))
    query = _all().where(table.c.agent_id == draft.agent_id, table.c.subject_key == subject_key(draft), *is_current)
    row = con.execute(query.order_by(table.c.created_at.desc(), table.c.id).limit(1)).one_or_none()
    return None if row is None else _memory(row)


def get(con: Connection, memory_id: str) -> Memory:
    """The memory. Raises NotFoundError if there is none."""
    row = con.execute(_all().where(table.c.id == memory_id)).one_or_none()
    if row is None:
        raise NotFoundError("memory", memory_id)
    return _memory(row)


def several(con: Connection, ids: Sequence[str]) -> dict[str, Memory]:
    """Those of the memories that exist, by id."""
    return {row.id: _memory(row) for row in con.execute(_all().where(table.c.id.in_(ids)))}


def with_prefix(con: Connection, start: str) -> list[str]:
    """Ids that begin with ``start``."""
    return list(con.execute(select(table.c.id).where(table.c.id.startswith(start, autoescape=True))).scalars())


def newest_version(con: Connection) -> int:
    """The version of the newest change; 0 without memories."""
    return int(con.execute(select(func.max(table.c.version))).scalar() or 0)


def changed_since(con: Connection, version: int) -> Sequence[tuple[Any, ...]]:
    """What recall needs of the memories that changed after ``version``: columns of `warehouse.recall.CHANGED`.

    Documents are JSON text: turning a hundred thousand into objects would take several seconds.
    """
    plain = (table.c[name] for name in ("id", "agent_id", "memory_type", "platform", "created_at", "score"))
    is_current = and_(table.c.replaced_by.is_(None), table.c.retracted_at.is_(None))
    texts = (cast(table.c[name], Text) for name in ("context", "tags", "feedback"))
    return con.execute(select(*plain, is_current, *texts).where(table.c.version > version)).all()


def evidence(con: Connection) -> list[tuple[Any, ...]]:
    """The memories that are evidence and count, with the columns of learning, by id. Context is among them."""
    columns = [table.c[name] for name in _EVIDENCE]
    is_current = (table.c.replaced_by.is_(None), table.c.retracted_at.is_(None))
    campaign = table.c.context["campaign"].as_string()
    query = select(*columns, campaign.label("campaign")).where(table.c.support.is_not(None), *is_current)
    return [tuple(row) for row in con.execute(query)]


def known_digests(con: Connection) -> set[tuple[str, str]]:
    """(agent, digest) of every memory, also retracted ones."""
    return {(agent, found) for agent, found in con.execute(select(table.c.agent_id, table.c.digest))}


def retracted_subjects(con: Connection) -> set[str]:
    """Subjects of which a person has retracted a memory."""
    return set(con.execute(select(table.c.subject_key).where(table.c.retracted_at.is_not(None))).scalars())


def judge(
    con: Connection, memory_id: str, verdict: FeedbackVerdict, *, by: str, note: str | None, at: datetime
) -> Memory:
    """Record what a person says about a memory; of each person the last word counts. Raises NotFoundError."""
    get(con, memory_id)
    own = (feedback_table.c.memory_id == memory_id, feedback_table.c.author == by)
    con.execute(delete(feedback_table).where(*own))
    con.execute(insert(feedback_table).values(memory_id=memory_id, author=by, verdict=verdict, note=note, at=at))
    counted = select(feedback_table.c.verdict, func.count()).where(feedback_table.c.memory_id == memory_id)
    counts = {row[0]: row[1] for row in con.execute(counted.group_by(feedback_table.c.verdict))}
    _change(con, memory_id, feedback={word: counts.get(word, 0) for word in FEEDBACK})
    return get(con, memory_id)


def retract(con: Connection, memory_id: str, *, by: str, reason: str, at: datetime) -> Memory:
    """Take a memory back: it stays on record and no longer counts. Raises NotFoundError, RefusedError."""
    if get(con, memory_id).retracted_at is not None:
        raise RefusedError(f"memory {memory_id} is retracted already")
    _change(con, memory_id, retracted_at=at, retracted_by=by, retraction_reason=reason)
    return get(con, memory_id)


def agents(con: Connection) -> list[tuple[str, int, int, datetime]]:
    """Every agent with a memory: id, memories that count, pending ones, and the time of the newest."""
    is_current = (table.c.replaced_by.is_(None), table.c.retracted_at.is_(None))
    pending = func.count().filter(table.c.outcome.is_(None), table.c.memory_type.in_(_AWAITED))
    columns = (table.c.agent_id, func.count(), pending, func.max(table.c.created_at))
    query = select(*columns).where(*is_current).group_by(table.c.agent_id).order_by(table.c.agent_id)
    return [(agent, memories, waiting, newest) for agent, memories, waiting, newest in con.execute(query)]


def _change(con: Connection, memory_id: str, **values: Any) -> None:  # noqa: ANN401 - of columns
    con.execute(update(table).where(table.c.id == memory_id).values(version=_next_version(con), **values))


def _next_version(con: Connection) -> int:
    """Writers take turns, so the number is new."""
    return newest_version(con) + 1


def _all() -> Select[Any]:
    return select(*_COLUMNS)


def _memory(row: Row[Any]) -> Memory:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's values by name
    return Memory(**values | {"tags": tuple(values["tags"])})
