"""Memories as the pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.memory import words

_TONES: Mapping[str, str] = {"helped": "good", "hurt": "bad"}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A recalled memory (as `GET /api/agents/{id}/memory` has it) with its words."""

    document: Mapping[str, Any]
    title: str
    campaign_id: str | None
    """`platform:campaign_id`; None where the memory is of no campaign."""
    verdict: str
    tone: str
    sentence: str


def remembered(document: Mapping[str, Any]) -> Remembered:
    """The words of a recalled memory."""
    memory = document["memory"]
    context, action, outcome = memory["context"], memory["action"], memory["outcome"]
    verdict = words.verdict(outcome)
    platform, campaign = context.get("platform"), context.get("campaign")
    return Remembered(
        document=document,
        title=words.title(memory["memory_type"], action),
        campaign_id=f"{platform}:{campaign}" if platform and campaign else None,
        verdict=verdict,
        tone=_TONES.get(verdict, ""),
        sentence=words.sentence(action, outcome),
    )
