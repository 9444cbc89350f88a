"""Learnings: recomputed from the memories that count, kept with their validity, and recommended above a gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.learnings.history import pattern_key, restate
from adops_pipeline.domain.learnings.learning import Learning, LearningRules
from adops_pipeline.domain.learnings.patterns import EVIDENCE, learn
from adops_pipeline.domain.memory.ranking import trust_in
from adops_pipeline.operations import learnings as rows
from adops_pipeline.operations import memory
from adops_pipeline.operations.errors import NotFoundError, RefusedError
from adops_pipeline.operations.learnings import LearningRow
from adops_pipeline.operations.store import Store

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many learnings are new or restated, confirmed, and withdrawn."""

    stated: int
    confirmed: int
    withdrawn: int


@dataclass(frozen=True)
class Learnings:
    """The learnings of one installation."""

    store: Callable[[], Store]
    clock: Clock
    rules: LearningRules = field(default_factory=LearningRules)

    def refresh(self) -> Refreshed:
        """Weigh all evidence again. What no longer says the same is superseded by a new version of its pattern.

        The evidence is read and pooled without holding the store; if a memory changed meanwhile it is done again.
        Raises RefusedError if memories change all the time.
        """
        for _ in range(_TRIES):
            with self.store().reading() as con:
                version, evidence = memory.newest_version(con), _frame(memory.evidence(con))
            now = self.clock()
            found = learn(evidence, now, self.rules)
            with self.store().writing() as con:
                if memory.newest_version(con) == version:
                    return _keep(con, found, now)
        raise RefusedError("memories change faster than they can be weighed; try again")

    def believed(self, as_of: datetime | None = None) -> list[LearningRow]:
        """What is believed now, or was at ``as_of``: rows of ``agent_learnings``, the surest first."""
        with self.store().reading() as con:
            return rows.believed(con, as_of)

    def history(self, key: str) -> list[LearningRow]:
        """Every version of a learning, newest first; ``key`` is that of its pattern or the start of it.

        Raises NotFoundError, and RefusedError if several begin so.
        """
        with self.store().reading() as con:
            known = sorted(one for one in rows.last_versions(con) if one.startswith(key.partition(".")[0]))
            if not known:
                raise NotFoundError("learning", key, "; `adops learnings list` lists them")
            if len(known) > 1:
                raise RefusedError(f"{key} is the beginning of {len(known)} learnings; write more of it")
            return rows.history(con, known[0])


def _frame(found: Sequence[Any]) -> pl.DataFrame:
    columns = list(zip(*found, strict=True)) or [()] * 13
    (ids, agents, subjects, platforms, objectives, actions, conditions, supports, effects, errors, feedback, at,
     campaigns) = columns  # fmt: skip
    trust = [trust_in(counts) for counts in feedback]
    data = {
        "id": ids, "agent_id": agents, "subject_key": subjects, "campaign": campaigns, "platform": platforms,
        "objective": objectives, "action": actions, "condition": conditions, "support": supports, "effect": effects,
        "effect_error": errors, "trust": trust, "at": at,
    }  # fmt: skip
    return pl.DataFrame(data, schema=EVIDENCE)


def _keep(con: Any, found: Sequence[Learning], now: datetime) -> Refreshed:  # noqa: ANN401 - a connection of the store
    restated, versions = restate(rows.believed(con), found), rows.last_versions(con)
    rows.end(con, restated.superseded, "superseded", now)
    rows.end(con, restated.withdrawn, "withdrawn", now)
    rows.validate(con, restated.confirmed, now)
    rows.add(con, [_row(learning, versions.get(key, 0) + 1, now) for key, learning in restated.stated])
    return Refreshed(len(restated.stated), len(restated.confirmed), len(restated.withdrawn))


def _row(learning: Learning, version: int, now: datetime) -> Mapping[str, Any]:
    key = pattern_key(learning.pattern)
    return {
        "id": f"{key}.{version}", "pattern_key": key, "version": version, "status": "current",
        **learning.pattern._asdict(), "direction": learning.direction, "evidence_count": learning.evidence_count,
        "supporting_count": len(learning.supporting), "contradicting_count": len(learning.contradicting),
        "unclear_count": learning.unclear_count, "campaign_count": learning.campaign_count,
        "effect_ratio": learning.effect, "effect_low": learning.effect_low, "effect_high": learning.effect_high,
        "between_sd": learning.between, "p_value": learning.p_value, "adjusted_p": learning.adjusted_p,
        "confidence": learning.confidence, "lower_bound": learning.lower_bound, "insight": learning.insight,
        "counter_evidence": learning.counter_evidence, "supporting": list(learning.supporting),
        "contradicting": list(learning.contradicting), "agents": list(learning.agents),
        "first_evidence_at": learning.first_evidence_at, "newest_evidence_at": learning.newest_evidence_at,
        "last_validated_at": now, "starts_at": now, "ends_at": None,
    }  # fmt: skip
