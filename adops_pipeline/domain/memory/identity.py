"""When two memories are the same: exact duplicates by their content, near-duplicates by what they are about."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from adops_pipeline.domain.memory.draft import Draft

_LENGTH = 32


def digest(draft: Draft) -> str:
    """The same for memories with the same content; tags and the evidence behind it do not count."""
    return _hash(draft.agent_id, draft.type, draft.context, draft.action, draft.outcome, draft.score)


def subject_key(draft: Draft) -> str:
    """The same for memories about one thing, whoever remembers it: a newer one replaces an older one of its agent.

    A change is identified by its proposal or id, or by campaign, kind, day and metric; a test by campaign, variants
    and metric; a preference by whom and what it concerns; an observation by campaign and subject.
    """
    context, action, outcome = draft.context, draft.action, draft.outcome or {}
    place = (context.get("platform"), context.get("account"), context.get("campaign"), context.get("client"))
    match draft.type:
        case "campaign_outcome" | "optimization" if change := action.get("proposal") or action.get("change"):
            return _hash(draft.type, change)
        case "campaign_outcome" | "optimization":
            about = (action["kind"], action.get("field"), action.get("on"), context.get("condition"))
            return _hash(draft.type, place, about)
        case "ab_test_result":
            test = draft.evidence.get("test")
            return _hash(draft.type, test or (place, action["variantA"], action["variantB"], outcome.get("metric")))
        case "preference":
            return _hash(draft.type, draft.agent_id, place, action.get("insteadOf") or action["prefer"])
        case _:
            return _hash(draft.type, draft.agent_id, place, action["subject"])


def _hash(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=_plain, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=_LENGTH // 2).hexdigest()


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
