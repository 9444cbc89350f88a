"""Statuses of a proposal and the allowed moves between them."""

from collections.abc import Mapping
from typing import Literal, get_args

Status = Literal[
    "proposed", "approved", "applying", "applied", "rejected", "expired", "failed", "uncertain", "undoing", "undone"
]
STATUSES: tuple[Status, ...] = get_args(Status)
WAITING: tuple[Status, ...] = ("proposed", "approved")
"""A decision or its application is outstanding."""
IN_FLIGHT: tuple[Status, ...] = ("applying",)
"""A request to the platform may be under way, or a crash has left its outcome unknown."""
IN_EFFECT: tuple[Status, ...] = ("applying", "uncertain", "applied", "undoing", "undone")
"""The platform was, or may have been, changed."""
_MOVES: Mapping[Status, frozenset[Status]] = {
    "proposed": frozenset({"approved", "rejected", "expired", "failed"}),
    "approved": frozenset({"applying", "rejected", "expired", "failed"}),
    "applying": frozenset({"applied", "approved", "failed", "uncertain"}),
    "uncertain": frozenset({"applied", "approved", "rejected"}),
    "applied": frozenset({"undoing"}),
    "undoing": frozenset({"undone", "applied"}),
    "rejected": frozenset(),
    "expired": frozenset(),
    "failed": frozenset(),
    "undone": frozenset(),
}


def starts_of(end: Status) -> frozenset[Status]:
    """Statuses from which a proposal may reach ``end``."""
    return frozenset(start for start, ends in _MOVES.items() if end in ends)
