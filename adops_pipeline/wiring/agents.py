"""What agents remember and learn."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.wiring.alerts import AlertServices

if TYPE_CHECKING:
    from adops_pipeline.services.memory.learnings import Learnings
    from adops_pipeline.services.memory.memories import Memories
    from adops_pipeline.services.memory.recommendations import Recommender
    from adops_pipeline.services.memory.review import LearningReview


class AgentServices(AlertServices):
    """What agents remember and learn."""

    @cached_property
    def memories(self) -> Memories:
        """Memories of agents."""
        from adops_pipeline.services.memory.memories import Memories

        return Memories(lambda: self.store, self.clock, self._relearn)

    def _relearn(self) -> None:
        self.learnings.refresh()  # imported at first use: few commands need the statistics

    @cached_property
    def learnings(self) -> Learnings:
        """What memories teach."""
        from adops_pipeline.services.memory.learnings import Learnings

        return Learnings(lambda: self.store, self.clock)

    @cached_property
    def recommender(self) -> Recommender:
        """Recommends from memories and learnings."""
        from adops_pipeline.services.memory.recommendations import Recommender

        return Recommender(self.memories, self.learnings)

    @cached_property
    def learning_review(self) -> LearningReview:
        """Remembers what was measured and weighs it."""
        from adops_pipeline.services.memory.collecting import Collector
        from adops_pipeline.services.memory.review import LearningReview

        return LearningReview(Collector(lambda: self.store, self.warehouse, self.clock), self.learnings)
