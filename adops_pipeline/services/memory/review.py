"""The learning step of a run: remember what was measured since the last one, then weigh all evidence again."""

from dataclasses import dataclass

from adops_pipeline.services.memory.collecting import Collector
from adops_pipeline.services.memory.learnings import Learnings, Refreshed


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review did: new memories, and what became of the learnings."""

    remembered: int
    learnings: Refreshed


@dataclass(frozen=True)
class LearningReview:
    """The learning step of one installation."""

    collector: Collector
    learnings: Learnings

    def run(self, run_id: str | None = None) -> Reviewed:
        """Remember and learn; safe to repeat. ``run_id`` is the Dagster run that memories link to."""
        return Reviewed(self.collector.collect(run_id), self.learnings.refresh())
