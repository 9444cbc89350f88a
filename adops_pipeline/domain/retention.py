"""What is deleted when it is old: the ages, and what one pruning found of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted of one kind, or would be: rows or files, their bytes, and the age in days that they had passed.

    Of rows, ``bytes`` counts their texts and documents; SQLite and its indexes take about as much again.
    """

    kind: str
    count: int
    bytes: int
    days: int
    held: str | None = None
    """Why older ones stay, where some do."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Days after which each kind is deleted."""

    raw: int
    events: int
    activity: int
    deliveries: int
    inbound_deliveries: int
    dagster: int
    as_of: int
    damaged: int
    logs: int
    leftovers: int


FOR_EVER_DAYS = 36_500
"""The largest age: a century."""


def before(now: datetime, days: int) -> datetime:
    """What happened earlier than this is older than ``days``, of which there are at most ``FOR_EVER_DAYS``."""
    return now - timedelta(days=days)


def total(found: Iterable[Pruned]) -> tuple[int, int]:
    """Rows and files, and bytes, of all kinds."""
    kinds = list(found)
    return sum(one.count for one in kinds), sum(one.bytes for one in kinds)
