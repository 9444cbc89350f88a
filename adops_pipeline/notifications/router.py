"""Who gets which message: subscriptions against what a message is about. Pure; wording and sending belong elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from adops_pipeline.notifications.hosts import Channel
from adops_pipeline.notifications.message import Severity

_LOUDNESS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
_PATTERN = re.compile(r"[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)*")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a channel wants to hear. Raises ``ValueError`` for a filter that says nothing or nothing sensible.

    ``events``: comma-separated names of events, ``*`` stands for any characters ("alert.*, workflow.failed").
    ``floor``: the least severity. ``platforms`` and ``project_id``: only what concerns one of them; empty, None: all.
    """

    id: str
    channel: Channel
    events: str
    floor: Severity = Severity.INFO
    platforms: frozenset[str] = field(default_factory=frozenset)
    project_id: str | None = None
    is_active: bool = True

    def __post_init__(self) -> None:
        parse_patterns(self.events)
        if self.floor not in _LOUDNESS:
            raise ValueError("a severity floor is info, warning or critical")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about. ``severity`` is the alert's own, also when the message says that it is over.

    ``platforms`` and ``project_ids`` hold every one that the message speaks of; empty where it concerns none.
    """

    event: str
    severity: Severity
    platforms: frozenset[str] = field(default_factory=frozenset)
    project_ids: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.severity not in _LOUDNESS:
            raise ValueError("a subject's severity is info, warning or critical: that of the alert which is over")


def parse_patterns(events: str) -> tuple[str, ...]:
    """The patterns of an event filter. Raises ``ValueError`` that names the bad one."""
    patterns = tuple(pattern for part in events.split(",") if (pattern := part.strip()))
    if not patterns:
        raise ValueError("an event filter needs at least one pattern; * stands for every event")
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            raise ValueError(f"event pattern {pattern!r}: lower-case words, dots and * only, such as alert.*")
    return patterns


def wants(subscription: Subscription, subject: Subject) -> bool:
    """Whether the subscription asks for messages about the subject."""
    return (
        subscription.is_active
        and _LOUDNESS[subject.severity] >= _LOUDNESS[subscription.floor]
        and any(_matcher(pattern).fullmatch(subject.event) for pattern in parse_patterns(subscription.events))
        and (not subscription.platforms or not subscription.platforms.isdisjoint(subject.platforms))
        and (subscription.project_id is None or subscription.project_id in subject.project_ids)
    )


def recipients(subscriptions: Iterable[Subscription], subject: Subject) -> list[str]:
    """Ids of the subscriptions that get a message about the subject, in their order, each once."""
    return list(dict.fromkeys(subscription.id for subscription in subscriptions if wants(subscription, subject)))


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", pattern)), re.DOTALL)
