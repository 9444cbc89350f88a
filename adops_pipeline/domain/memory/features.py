"""The structured features by which situations are compared, their weights, and how figures become features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from adops_pipeline.domain.memory.vocabulary import LEVELS, TRENDS, Level, Season, Trend


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a context. ``scale`` are the values of an ordered one, of which neighbours are alike."""

    name: str
    words: str
    weight: float
    scale: tuple[str, ...] = ()


FEATURES = (
    Feature("platform", "platform", 1.5),
    Feature("objective", "objective", 1.2),
    Feature("bidding", "bidding", 0.8),
    Feature("season", "season", 0.8),
    Feature("condition", "condition", 0.8),
    Feature("spendLevel", "spend level", 1.0, LEVELS),
    Feature("cpaLevel", "CPA level", 1.0, LEVELS),
    Feature("trend", "trend", 0.8, TRENDS),
)
"""Each known feature of a context is a unit vector of its own, times its weight; the cosine of two contexts compares
what both state. Ordered values lie on a quarter circle: neighbours have the cosine 0.71, the ends 0."""
NEIGHBOURS = 0.7071067811865476
_FLAT = 0.1
_SEASONS: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")


def feature_values(context: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Values in the order of ``FEATURES``, in lower case so that spelling does not matter."""
    given = (context.get(feature.name) for feature in FEATURES)
    return tuple(None if value is None else plain(value) for value in given)


def plain(value: object) -> str:
    """A feature's value as it is compared."""
    return str(value).lower()


def season_of(day: date) -> Season:
    """The season of the northern hemisphere, by whole months."""
    return _SEASONS[day.month % 12 // 3]


def level_of(value: float | None, others: Sequence[float]) -> Level | None:
    """Which third of ``others`` the value belongs to; None with fewer than three to compare with."""
    if value is None or len(others) < len(LEVELS):
        return None
    below = sum(other < value for other in others) + sum(other == value for other in others) / 2
    return LEVELS[min(int(3 * below / len(others)), 2)]


def trend_of(earlier: float | None, later: float | None) -> Trend | None:
    """Whether a daily value rose or fell by more than a tenth; None where it cannot be said."""
    if earlier is None or later is None or earlier <= 0:
        return None
    change = later / earlier - 1
    return "flat" if abs(change) <= _FLAT else "rising" if change > 0 else "falling"


def differing(own: Sequence[str | None], other: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """Names of the features that agree, and of those that differ, where both contexts state them."""
    same: list[str] = []
    different: list[str] = []
    for feature, mine, theirs in zip(FEATURES, own, other, strict=True):
        if mine is not None and theirs is not None:
            (same if mine == theirs else different).append(feature.words)
    return same, different
