"""The words of learnings: what an action does, and whether a learning is still believed."""

from typing import Literal, get_args

Direction = Literal["helps", "hurts", "unknown"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
LearningStatus = Literal["current", "superseded", "withdrawn"]
"""``superseded`` by a newer version of the same pattern; ``withdrawn`` because all its evidence was."""
LEARNING_STATUSES: tuple[LearningStatus, ...] = get_args(LearningStatus)
