"""A store, a clock that can be set, and memories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.operations.memory import Added
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
CHANGE = Draft(
    "trader", "campaign_outcome", {"platform": "meta-ads", "campaign": "7", "condition": "weekend"},
    {"kind": "bid_down", "on": "2026-11-01"}, {"metric": "cpa", "verdict": "helped"}, 0.2, ("cpa",),
)  # fmt: skip


@dataclass
class Desk:
    """An installation at a moment that can be moved."""

    folder: Path
    now: datetime = NOW
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        self.services = build_services(load_settings(data_dir=self.folder), clock=lambda: self.now)

    def remember(self, **changes: Any) -> Added:
        """Remember a change that helped, with differences."""
        return self.services.memories.remember(replace(CHANGE, **changes))

    def remember_outcomes(self, scores: Sequence[float], **context: str) -> list[str]:
        """Remember an outcome for each score, each of another campaign; their ids."""
        words = {1: "helped", 0: "unclear", -1: "hurt"}
        return [
            self.remember(
                context={**CHANGE.context, "campaign": f"c{n}", **context},
                outcome={"metric": "cpa", "verdict": words[round(score)]},
                score=float(score),
            ).memory.id
            for n, score in enumerate(scores)
        ]

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def desk(data_dir: Path) -> Iterator[Desk]:
    """An installation without memories."""
    found = Desk(data_dir)
    yield found
    found.services.store.close()
