"""Memories in words, for people: what was done to which campaign, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    context, action, outcome = memory["context"], memory["action"], memory["outcome"] or {}
    verdict = "pending" if memory["outcome"] is None else _verdict(outcome)
    platform, campaign = context.get("platform"), context.get("campaign")
    return Remembered(
        document=document,
        title=_title(memory["memory_type"], action),
        campaign_id=f"{platform}:{campaign}" if platform and campaign else None,
        verdict=verdict,
        tone=_TONES.get(verdict, ""),
        sentence=_sentence(action, outcome),
    )


def _verdict(outcome: Mapping[str, Any]) -> str:
    if "winner" in outcome:
        return f"{outcome['winner']} won" if outcome["winner"] else "no winner"
    if "confirmed" in outcome:
        return "confirmed" if outcome["confirmed"] else "not confirmed"
    return str(outcome.get("verdict", "")).replace("-", " ")


def _title(kind: str, action: Mapping[str, Any]) -> str:
    if kind == "ab_test_result":
        return f"{action['variantA']} against {action['variantB']}"
    if kind == "preference":
        instead = action.get("insteadOf")
        return f"{action['prefer']} instead of {instead}" if instead else str(action["prefer"])
    text = str(action.get("kind") or action.get("subject", "")).replace("_", " ")
    return text[:1].upper() + text[1:]


def _sentence(action: Mapping[str, Any], outcome: Mapping[str, Any]) -> str:
    said = (action.get("finding"), outcome.get("reason"), outcome.get("summary"), outcome.get("note"))
    return " ".join(str(one) for one in said if one)
