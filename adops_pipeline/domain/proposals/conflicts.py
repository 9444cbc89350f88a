"""Proposals that exclude each other: opposite changes of one campaign, and different values for one field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """What a proposal would change. ``entity`` is the campaign, or the object itself where it belongs to none."""

    proposal_id: str
    object_id: str | None
    entity: str | None
    per_day: Decimal
    values: Mapping[str, object] = field(default_factory=dict)
    """New values by field."""


def excludes(one: Claim, other: Claim) -> bool:
    """Whether at most one of the two can be applied."""
    if one.proposal_id == other.proposal_id or one.entity is None or one.entity != other.entity:
        return False
    if one.per_day * other.per_day < 0:
        return True
    shared = one.values.keys() & other.values.keys() if one.object_id == other.object_id else set()
    return one.object_id is not None and any(one.values[name] != other.values[name] for name in shared)


def conflicts_of(one: Claim, others: Iterable[Claim]) -> list[str]:
    """Ids of the proposals that exclude ``one``."""
    return [other.proposal_id for other in others if excludes(one, other)]
