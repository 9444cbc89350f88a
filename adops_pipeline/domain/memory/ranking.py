"""How memories are ranked for a situation: similarity, size of the score, and age; with the reasons in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.memory.features import differing
from adops_pipeline.domain.memory.vocabulary import FEEDBACK

DEFAULT_LIMIT = 10
SIMILARITY_WEIGHT, SCORE_WEIGHT, AGE_WEIGHT = 0.6, 0.2, 0.2
"""A clear failure is worth as much as a clear success, so the size of the score counts and not its sign."""
HALF_LIFE_DAYS = 180.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A memory's rank, from 0 to 1, and what it is made of. ``similarity`` is None if no context was given."""

    memory_id: str
    rank: float
    similarity: float | None
    score: float | None
    age_days: float


def trust_in(feedback: Mapping[str, int]) -> float:
    """The share of trust that people's feedback leaves: 1 without objections, one half after one objection."""
    useful, wrong, outdated = (feedback.get(verdict, 0) for verdict in FEEDBACK)
    return (1 + useful) / (1 + useful + wrong + outdated)


def reasons(
    ranked: Ranked, own: Sequence[str | None], theirs: Sequence[str | None], feedback: Mapping[str, int]
) -> list[str]:
    """Why a memory has its rank, a sentence part each; ``own`` and ``theirs`` are the features of both situations."""
    found = []
    if ranked.similarity is not None:
        same, different = differing(own, theirs)
        found.append(f"similarity {ranked.similarity:.2f}")
        found += [f"same {', '.join(same)}"] if same else []
        found += [f"other {', '.join(different)}"] if different else []
    found.append("outcome pending or not scored" if ranked.score is None else f"score {ranked.score:+.2f}")
    found.append("today" if ranked.age_days < 1 else f"{plural(int(ranked.age_days), 'day')} old")
    found += [f"{plural(count, 'person', 'people')} said {verdict}" for verdict, count in feedback.items() if count]
    return found
