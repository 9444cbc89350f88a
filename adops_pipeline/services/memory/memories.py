"""Memories of agents: remember, recall, judge, retract."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.features import feature_values
from adops_pipeline.domain.memory.memory import Memory
from adops_pipeline.domain.memory.ranking import DEFAULT_LIMIT, Ranked, reasons
from adops_pipeline.domain.memory.schemas import RefusedMemoryError, checked, context_of
from adops_pipeline.domain.memory.vocabulary import MEMORY_TYPES, FeedbackVerdict, MemoryType
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.operations import memory as rows
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.memory import Added
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.recall import CHANGED, RecallIndex, Search

_MOST = 200


@dataclass(frozen=True, slots=True)
class Recalled:
    """A memory with its rank and the reasons for it."""

    memory: Memory
    ranked: Ranked
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class AgentSummary:
    """An agent that remembers something: memories that count, those whose outcome is pending, the newest."""

    agent_id: str
    memories: int
    pending: int
    newest_at: datetime


@dataclass
class _Searched:
    """The index that is searched, and the newest change that it has."""

    index: RecallIndex = field(default_factory=RecallIndex)
    version: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Memories:
    """The memories of one installation. ``relearn`` recomputes what rests on a memory that was judged or retracted."""

    store: Callable[[], Store]
    clock: Clock
    relearn: Callable[[], object]
    _searched: _Searched = field(default_factory=_Searched, init=False)

    def remember(self, draft: Draft, execution_id: str | None = None) -> Added:
        """Store a memory. Raises InvalidError for one that its type's schema refuses."""
        with _named_fields():
            good = checked(draft)
        with self.store().writing() as con:
            return rows.add(con, good, self.clock(), execution_id)

    def recall(
        self,
        *,
        agent_id: str | None = None,
        types: Sequence[MemoryType] = (),
        tags: Sequence[str] = (),
        platform: str | None = None,
        context: Mapping[str, Any] | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> list[Recalled]:
        """The memories that fit best, the best first. Retracted and replaced ones are left out.

        Raises InvalidError for a context that cannot be compared.
        """
        if not 1 <= limit <= _MOST:
            raise InvalidError("limit", f"must be from 1 to {_MOST}")
        for kind in types:
            if kind not in MEMORY_TYPES:
                near = did_you_mean(kind, MEMORY_TYPES)
                raise InvalidError("type", f"{kind!r} is none of {', '.join(MEMORY_TYPES)}{near}")
        with _named_fields():
            own = None if context is None else feature_values(context_of(context))
        wanted = Search(agent_id, types, tags, platform, own, limit)
        index = self._index()
        found = index.search(wanted, self.clock())
        with self.store().reading() as con:
            memories = rows.several(con, [ranked.memory_id for ranked in found])
        compared = own or feature_values({})
        return [
            Recalled(memory, ranked, reasons(ranked, compared, feature_values(memory.context), memory.feedback))
            for ranked in found
            if (memory := memories.get(ranked.memory_id)) is not None
        ]

    def get(self, memory_id: str) -> Memory:
        """The memory. Raises NotFoundError if there is none."""
        with self.store().reading() as con:
            return rows.get(con, memory_id)

    def ids_with(self, start: str) -> list[str]:
        """Ids of memories that begin with ``start``."""
        with self.store().reading() as con:
            return rows.with_prefix(con, start)

    def several(self, ids: Sequence[str]) -> list[Memory]:
        """Those of the memories that exist, in the order of ``ids``."""
        with self.store().reading() as con:
            found = rows.several(con, ids)
        return [found[one] for one in ids if one in found]

    def judge(self, memory_id: str, verdict: FeedbackVerdict, by: str, note: str | None = None) -> Memory:
        """Record that a person finds a memory useful, wrong or outdated. Raises NotFoundError."""
        with self.store().writing() as con:
            judged = rows.judge(con, memory_id, verdict, by=by, note=note, at=self.clock())
        self.relearn()
        return judged

    def retract(self, memory_id: str, by: str, reason: str) -> Memory:
        """Take a memory back; what rested on it is recomputed. Raises NotFoundError, RefusedError, InvalidError."""
        if not reason.strip():
            raise InvalidError("reason", "must say why the memory is retracted")
        with self.store().writing() as con:
            retracted = rows.retract(con, memory_id, by=by, reason=reason.strip(), at=self.clock())
        self.relearn()
        return retracted

    def agents(self) -> list[AgentSummary]:
        """Every agent that remembers something, by id."""
        with self.store().reading() as con:
            return [AgentSummary(*row) for row in rows.agents(con)]

    def _index(self) -> RecallIndex:
        """The index with every change that is in the store."""
        searched = self._searched
        with searched.turn, self.store().reading() as con:
            newest = rows.newest_version(con)
            if newest > searched.version:
                changed = rows.changed_since(con, searched.version)
                searched.index.update(pl.DataFrame(changed, schema=CHANGED, orient="row"))
                searched.version = newest
        return searched.index


@contextmanager
def _named_fields() -> Iterator[None]:
    """Turn what a schema refuses into the error that every front shows."""
    try:
        yield
    except RefusedMemoryError as error:
        raise InvalidError(error.field, error.reason) from None
