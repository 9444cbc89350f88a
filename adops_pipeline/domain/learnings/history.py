"""When a learning is restated: its validity, and what counts as a change of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.learnings.learning import Learning, Pattern

_NOTABLE = 0.005
"""Smaller changes of confidence, as evidence fades day by day, do not make a new version."""


def pattern_key(pattern: Pattern) -> str:
    """A short id of a pattern."""
    return hashlib.blake2b("\x1f".join(pattern).encode(), digest_size=8).hexdigest()


def is_restated(known: Mapping[str, Any], found: Learning) -> bool:
    """Whether what is known (a row of ``agent_learnings``) no longer says what the evidence says."""
    is_same_evidence = (
        known["evidence_count"] == found.evidence_count
        and list(known["supporting"]) == list(found.supporting)
        and list(known["contradicting"]) == list(found.contradicting)
        and known["direction"] == found.direction
    )
    moved = max(abs(known["confidence"] - found.confidence), abs(known["lower_bound"] - found.lower_bound))
    was_found, is_found = known["adjusted_p"], found.adjusted_p
    p_moved = abs((1.0 if was_found is None else was_found) - (1.0 if is_found is None else is_found))
    return not is_same_evidence or moved >= _NOTABLE or p_moved >= _NOTABLE


@dataclass(frozen=True, slots=True)
class Restatement:
    """What becomes of the current learnings: ids that end or are confirmed, and the learnings that are new."""

    superseded: tuple[str, ...]
    withdrawn: tuple[str, ...]
    confirmed: tuple[str, ...]
    stated: tuple[tuple[str, Learning], ...]
    """With the key of their pattern."""


def restate(current: Sequence[Mapping[str, Any]], found: Sequence[Learning]) -> Restatement:
    """Compare the current learnings (rows of ``agent_learnings``) with what the evidence says, pattern by pattern."""
    by_key = {pattern_key(learning.pattern): learning for learning in found}
    known = {row["pattern_key"]: row for row in current}
    stay = {key for key, row in known.items() if key in by_key and not is_restated(row, by_key[key])}
    return Restatement(
        superseded=tuple(row["id"] for key, row in known.items() if key in by_key and key not in stay),
        withdrawn=tuple(row["id"] for key, row in known.items() if key not in by_key),
        confirmed=tuple(known[key]["id"] for key in known if key in stay),
        stated=tuple((key, learning) for key, learning in by_key.items() if key not in stay),
    )
