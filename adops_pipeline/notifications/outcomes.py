"""Outcomes of a delivery, and when the next attempt is due. Pure: time and randomness are arguments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

FIRST_DELAY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 600.0
MAX_AGE = timedelta(hours=24)
"""Older messages are of no use any more: they are not sent, and recorded as expired."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The service accepted the message. ``detail`` describes its response.

    ``pause_seconds``: the service asks for this pause before the next message to the same target.
    ``undelivered``: mailboxes that were refused permanently while others were accepted, with the server's reasons.
    """

    detail: str
    pause_seconds: float = 0.0
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Temporary failure; retry later. ``after_seconds`` is the pause that the service asked for, if it asked.

    ``remaining``: mailboxes to retry, if others accepted the mail; pass them to ``send`` as ``only``.
    ``undelivered`` as in ``Sent``.
    """

    reason: str
    after_seconds: float | None = None
    remaining: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Permanent failure; needs manual action."""

    reason: str


Outcome: TypeAlias = Sent | Retry | Refused


def backoff_seconds(failed_attempts: int, jitter: float) -> float:
    """Seconds to wait after ``failed_attempts`` (1 or more) tries; ``jitter`` is drawn from [0, 1).

    Half of min(600, 5 * 2**(n-1)) is fixed, half is random ("equal jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    whole = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failed_attempts - 1, 30))
    return whole / 2 + whole / 2 * jitter


def next_attempt(
    retry: Retry,
    *,
    created_at: datetime,
    now: datetime,
    failed_attempts: int,
    jitter: float,
    max_age: timedelta = MAX_AGE,
) -> datetime | None:
    """When to try again; None: give up, the message would be older than ``max_age``.

    A pause that the service asked for is kept in full, and extended by up to a tenth, so that waiting messages are
    not all retried at the same moment.
    """
    delay = backoff_seconds(failed_attempts, jitter)
    if retry.after_seconds is not None:
        delay = retry.after_seconds * (1 + jitter / 10)
    due = now + timedelta(seconds=delay)
    return due if due - created_at <= max_age else None
