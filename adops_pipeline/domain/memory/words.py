"""Memories in words, for people: what was done, and what came of it. Their documents are those of `schemas`."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def title(kind: str, action: Document) -> str:
    """What the memory is of, such as ``Raise budget`` or ``Old against New``."""
    if kind == "ab_test_result":
        return f"{action['variantA']} against {action['variantB']}"
    if kind == "preference":
        instead = action.get("insteadOf")
        return f"{action['prefer']} instead of {instead}" if instead else str(action["prefer"])
    text = str(action.get("kind") or action.get("subject", "")).replace("_", " ")
    return text[:1].upper() + text[1:]


def details(action: Document) -> str:
    """What was changed from what to what, and when; empty where that is not known."""
    before, after, change, day = (action.get(name) for name in ("before", "after", "changePct", "on"))
    parts = [] if before is None else [f"from {_figure(before)}"]
    parts += [] if after is None else [f"to {_figure(after)}"]
    parts += [] if change is None else [f"({change:+.3g} %)"]
    parts += [] if day is None else [f"on {day}"]
    return " ".join(parts)


def verdict(outcome: Document | None) -> str:
    """What came of it in a word or two; ``pending`` while that is not known."""
    if outcome is None:
        return "pending"
    if "winner" in outcome:
        return f"{outcome['winner']} won" if outcome["winner"] else "no winner"
    if "confirmed" in outcome:
        return "confirmed" if outcome["confirmed"] else "not confirmed"
    return str(outcome.get("verdict", "")).replace("-", " ")


def sentence(action: Document, outcome: Document | None) -> str:
    """What is said of it in whole sentences."""
    known = outcome or {}
    said = (action.get("finding"), known.get("reason"), known.get("summary"), known.get("note"))
    return " ".join(str(one) for one in said if one)


def measured(outcome: Document | None) -> str:
    """The metric that it was judged by, with its values before and after or the lift; empty where there is none."""
    metric, before, after, lift = ((outcome or {}).get(name) for name in ("metric", "before", "after", "lift"))
    if metric is None:
        return ""
    ends = [] if before is None else [f"from {_figure(before)}"]
    ends += [] if after is None else [f"to {_figure(after)}"]
    ends += [] if lift is None else [f"(lift {lift:+.3g} %)"]
    return " ".join((str(metric), *ends))


def _figure(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
