"""Memories are told in words, without the names of their fields."""

from typing import Any

import pytest

from adops_pipeline.domain.memory import words


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({"kind": "pause"}, ""),
        ({"before": 50.0, "after": 60.0, "changePct": 20.0, "on": "2026-11-07"}, "from 50 to 60 (+20 %) on 2026-11-07"),
        ({"before": "active", "after": "paused"}, "from active to paused"),
        ({"before": 0.0, "after": 12345.678}, "from 0 to 12,345.7"),
    ],
)
def test_a_change_is_told_from_what_to_what_and_when(action: Any, told: str) -> None:
    assert words.details(action) == told


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (None, ""),
        ({"confirmed": True}, ""),
        ({"metric": "cpa", "verdict": "helped"}, "cpa"),
        ({"metric": "roas", "before": 3.2, "after": 0.0}, "roas from 3.2 to 0"),
        ({"metric": "ctr", "winner": "B", "lift": 12.04}, "ctr (lift +12 %)"),
    ],
)
def test_what_was_measured_is_told_with_its_values(outcome: Any, told: str) -> None:
    assert words.measured(outcome) == told
