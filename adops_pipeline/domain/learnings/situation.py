"""Whether a learning is about a situation."""

from collections.abc import Mapping
from typing import Any

from adops_pipeline.domain.learnings.learning import Pattern
from adops_pipeline.domain.memory.vocabulary import ANY


def fits(pattern: Pattern, context: Mapping[str, Any]) -> bool:
    """Whether the pattern contradicts nothing that the context states. What a context leaves out, it leaves open."""
    stated = (context.get("platform"), context.get("objective"), context.get("condition"))
    about = (pattern.platform, pattern.objective, pattern.condition)
    return all(
        wanted is None or own == ANY or str(wanted).casefold() == own.casefold()
        for wanted, own in zip(stated, about, strict=True)
    )
