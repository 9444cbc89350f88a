"""Outcomes of a delivery, and when the next attempt is due. Pure: time and randomness are arguments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

FIRST_DELAY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 600.0
MAX_AGE = timedelta(hours=24)
"""Older messages are of no use any more: they are not sent, and recorded as expired."""

WEBHOOK_DELAYS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Pauses between ten attempts to send to a program's webhook: 75 hours and 35 minutes in all (Standard Webhooks)."""
WEBHOOK_MAX_AGE = timedelta(days=5)
"""The ten attempts take up to 83 hours with their random part, and longer where the receiver asks for pauses."""
LONGEST_WEBHOOK_PAUSE_SECONDS = 86_400.0


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


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver says that it wants no message any more: it is to be switched off."""

    reason: str


Outcome: TypeAlias = Sent | Retry | Refused | Gone


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


def next_webhook_attempt(retry: Retry, *, now: datetime, failed_attempts: int, jitter: float) -> datetime | None:
    """When to send to a program's webhook again after ``failed_attempts`` tries; None: give up.

    The standard's pause, or a longer one of at most a day that the receiver asked for, extended by up to a tenth.
    """
    if failed_attempts > len(WEBHOOK_DELAYS_SECONDS):
        return None
    delay = max(
        WEBHOOK_DELAYS_SECONDS[failed_attempts - 1], min(retry.after_seconds or 0, LONGEST_WEBHOOK_PAUSE_SECONDS)
    )
    return now + timedelta(seconds=delay * (1 + jitter / 10))
