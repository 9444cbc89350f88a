"""Makes memories of what the pipeline has measured: outcomes of changes, and A/B tests that are finished."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.features import level_of, season_of, trend_of
from adops_pipeline.domain.memory.identity import digest, subject_key
from adops_pipeline.domain.memory.schemas import RefusedMemoryError, checked
from adops_pipeline.domain.memory.sources import memory_of_outcome, memory_of_test
from adops_pipeline.operations import memory as rows
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries import memory as queries

_log = logging.getLogger(__name__)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Collector:
    """Makes memories of one installation's measurements."""

    store: Callable[[], Store]
    warehouse: Warehouse
    clock: Clock

    def collect(self, run_id: str | None = None) -> int:
        """Remember what was measured since the last time; the number of new memories.

        What a person has retracted is not remembered again, however its figures may change.
        """
        drafts = [replace(draft, evidence=_with_run(draft, run_id)) for draft in self._measured()]
        with self.store().writing() as con:
            known, retracted = rows.known_digests(con), rows.retracted_subjects(con)
            new = [
                draft
                for draft in drafts
                if (draft.agent_id, digest(draft)) not in known and subject_key(draft) not in retracted
            ]
            for draft in new:
                rows.add(con, draft, self.clock(), None)
        return len(new)

    def _measured(self) -> Iterator[Draft]:
        with self.warehouse.reading() as con:
            tests = queries.finished_tests(con)
            outcomes, standings = queries.measured_outcomes(con), queries.standings_before(con)
            objectives = queries.objectives(con)
        for test, result in tests:
            yield from _accepted(memory_of_test(test, result))
        for row in outcomes:
            objective = objectives.get((row["platform"], row["campaign_id"]))
            features = _features(row, objective, standings.get(row["change_id"], {}))
            yield from _accepted(memory_of_outcome(row, features))


def _accepted(draft: Draft | None) -> Iterator[Draft]:
    """The draft if its schema accepts it; a row that it does not is logged, so that the others are remembered."""
    if draft is None:
        return
    try:
        yield checked(draft)
    except RefusedMemoryError as error:
        _log.warning("not remembered: %s (%s)", error, draft.evidence.get("rows"))


def _features(row: Row, objective: str | None, standing: Mapping[str, Row]) -> dict[str, Any]:
    """How the campaign stood before the change, compared with the others of its account."""
    own = standing.get(row["campaign_id"])
    season = season_of(row["changed_on"])
    if own is None:
        return {"objective": objective, "season": season}
    spends = [other["spend"] for other in standing.values()]
    costs = [cost for other in standing.values() if (cost := _cpa(other)) is not None]
    return {
        "objective": objective, "season": season, "spendLevel": level_of(own["spend"], spends),
        "cpaLevel": level_of(_cpa(own), costs), "trend": trend_of(own["earlier"], own["later"]),
    }  # fmt: skip


def _cpa(standing: Row) -> float | None:
    return standing["spend"] / standing["conversions"] if standing["conversions"] else None


def _with_run(draft: Draft, run_id: str | None) -> Mapping[str, Any]:
    """The run that measured it, which its row names; else the one that remembers it."""
    return draft.evidence if run_id is None else {"run": run_id, **draft.evidence}
