"""What a memory of each type must contain. Everything else is refused, so that nothing unusable is remembered.

JSON names are camelCase. `checked` is the only way in: it validates and returns plain JSON documents.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.vocabulary import Level, MemoryType, OutcomeVerdict, Season, Trend
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,59}$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000, pattern=r"\S\s+\S")]
Number = Annotated[float, Field(allow_inf_nan=False)]
_MOST_TAGS = 20


class RefusedMemoryError(ValueError):
    """A memory that cannot be accepted: ``field`` and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        use_enum_values=True,
        allow_inf_nan=False,
        defer_build=True,  # of the types of memories a run writes few
    )


class Context(_Model):
    """The situation: structured features, by which memories are compared. ``spend_level`` and ``cpa_level`` compare a
    campaign with the others of its account.
    """

    platform: Platform | None = None
    account: Word | None = None
    campaign: Word | None = None
    client: Word | None = None
    objective: Word | None = None
    bidding: Word | None = None
    season: Season | None = None
    condition: Word | None = None
    spend_level: Level | None = None
    cpa_level: Level | None = None
    trend: Trend | None = None
    facts: dict[Word, str | int | float | bool] = Field(default_factory=dict, max_length=20)


class _CampaignContext(Context):
    platform: Platform
    campaign: Word


class _PlatformContext(Context):
    platform: Platform


class _TestContext(_Model):
    platform: Platform
    campaign: Word


class _Change(_Model):
    """A change of a campaign: ``kind`` such as raise_budget, cut_budget, pause, bid_down."""

    kind: Kind
    field: Word | None = None
    before: str | Number | None = None
    after: str | Number | None = None
    change_pct: Number | None = None
    proposal: Word | None = None
    change: Word | None = None
    on: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


class _Effect(_Model):
    metric: Word
    verdict: OutcomeVerdict
    effect: Number | None = Field(None, gt=-1)
    effect_low: Number | None = Field(None, gt=-1)
    effect_high: Number | None = Field(None, gt=-1)
    reason: Word | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ends = (self.effect_low, self.effect, self.effect_high)
        known = [value for value in ends if value is not None]
        if known != sorted(known):
            raise ValueError("effectLow, effect and effectHigh must not decrease")
        if (self.effect_low is None) != (self.effect_high is None):
            raise ValueError("give both effectLow and effectHigh, or neither")
        return self


class _Improvement(_Model):
    metric: Word
    before: Number | None = None
    after: Number | None = None
    summary: Sentence | None = None


class _Variants(_Model):
    variant_a: Word
    variant_b: Word


class _TestOutcome(_Model):
    winner: Literal["A", "B"] | None
    lift: Number | None
    metric: Word


class _Preference(_Model):
    prefer: Sentence
    instead_of: Word | None = None


class _Kept(_Model):
    kept: bool
    note: Sentence | None = None


class _Finding(_Model):
    subject: Word
    finding: Sentence


class _Confirmed(_Model):
    confirmed: bool
    note: Sentence | None = None


_SCHEMAS: Mapping[MemoryType, tuple[type[_Model], type[_Model], type[_Model]]] = {
    "campaign_outcome": (_CampaignContext, _Change, _Effect),
    "optimization": (_PlatformContext, _Change, _Improvement),
    "preference": (Context, _Preference, _Kept),
    "ab_test_result": (_TestContext, _Variants, _TestOutcome),
    "observation": (Context, _Finding, _Confirmed),
}
_JUDGED: frozenset[MemoryType] = frozenset({"campaign_outcome", "optimization", "ab_test_result"})
"""Types whose outcome is awaited: without one they are pending and have no score."""


def checked(draft: Draft) -> Draft:
    """The draft with its documents validated and in one form. Raises RefusedMemoryError."""
    if draft.type not in _SCHEMAS:
        raise RefusedMemoryError("type", f"is not one of {', '.join(_SCHEMAS)}")
    context, action, outcome = _SCHEMAS[draft.type]
    result = None if draft.outcome is None else _document("outcome", outcome, draft.outcome)
    _check_score(draft.type, result, draft.score)
    return Draft(
        agent_id=_one("agentId", draft.agent_id, 100),
        type=draft.type,
        context=_document("context", context, draft.context),
        action=_document("action", action, draft.action),
        outcome=result,
        score=draft.score,
        tags=_tags(draft.tags),
        effect=draft.effect,
        effect_error=draft.effect_error,
        evidence=draft.evidence,
    )


def context_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """A validated context to compare memories with. Raises RefusedMemoryError."""
    return _document("context", Context, given)


def _document(name: str, model: type[_Model], given: Mapping[str, Any]) -> dict[str, JsonValue]:
    try:
        found = model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (name, *first["loc"]))
        raise RefusedMemoryError(place, _words(first, model)) from None
    if "\\u0000" in json.dumps(found.model_dump(mode="json"), ensure_ascii=True):
        raise RefusedMemoryError(name, "has text with a NUL character")
    return found.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _words(error: ErrorDetails, model: type[_Model]) -> str:
    """What is wrong with a field, as a clause about it."""
    if error["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in model.model_fields.items()]
        near = did_you_mean(str(error["loc"][-1]), known)
        return f"is no such field{near or '; the fields are ' + ', '.join(known)}"
    if error["type"] == "missing":
        return "is missing"
    value, expected = error["input"], re.findall("'([^']*)'", error.get("ctx", {}).get("expected", ""))
    near = did_you_mean(value, expected) if isinstance(value, str) else ""
    return re.sub(r"^\w+ should ", "must ", error["msg"].removeprefix("Value error, ")) + near


def _check_score(kind: MemoryType, outcome: Mapping[str, Any] | None, score: float | None) -> None:
    if score is not None and not -1 <= score <= 1:
        raise RefusedMemoryError("score", "must be from -1 to 1")
    if kind not in _JUDGED:
        return
    if outcome is None and score is not None:
        raise RefusedMemoryError("score", "must be empty while the outcome is pending")
    is_judged = outcome is not None and outcome.get("verdict") != "not-measurable"
    if is_judged and score is None:
        raise RefusedMemoryError("score", "is needed where there is an outcome")
    if outcome is not None and not is_judged and score is not None:
        raise RefusedMemoryError("score", "must be empty where the outcome is not measurable")


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_one("tags", tag, 60) for tag in tags))
    if len(found) > _MOST_TAGS:
        raise RefusedMemoryError("tags", f"must not be more than {_MOST_TAGS}")
    return found


def _one(field: str, text: str, longest: int) -> str:
    plain = text.strip()
    if not plain or len(plain) > longest or "\0" in plain:
        raise RefusedMemoryError(field, f"must have from 1 to {longest} characters, none of them NUL")
    return plain
