"""Sends queued messages: claim a delivery, send it once, record the outcome; each receiver on its own.

A receiver that is down or rate-limited delays no other. If the process dies between sending and recording, the message
is sent again after its lease has expired: delivery is at least once.
"""

import random
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.documents import to_document
from adops_pipeline.domain.messages import Message, stored_message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.outcomes import MAX_AGE, Outcome, Refused, Retry, Sent, next_attempt
from adops_pipeline.operations import deliveries
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.receivers import Receiver, by_id

_LEASE = timedelta(seconds=120)
_MESSAGES_AT_ONCE = 20
_RECEIVERS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of messages by outcome."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    expired: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.sent + other.sent,
            self.postponed + other.postponed,
            self.refused + other.refused,
            self.expired + other.expired,
        )


@dataclass(frozen=True)
class Notifier:
    """Sends the messages of one installation."""

    store: Callable[[], Store]
    clock: Clock
    receivers: Callable[[Connection], Sequence[Receiver]]
    chance: Callable[[], float] = random.random

    def send_due(self) -> Tally:
        """Send all messages that are due: receivers in parallel, the messages of one receiver in order."""
        now = self.clock()
        with self.store().writing() as con:
            expired = deliveries.expire(con, now, MAX_AGE)
            receivers = by_id(list(self.receivers(con)))
            waiting = deliveries.receivers_due(con, now)
        with ThreadPoolExecutor(_RECEIVERS_AT_ONCE, thread_name_prefix="notify") as pool:
            done = list(pool.map(lambda one: self._send_to(one, receivers.get(one)), waiting))
        return sum(done, Tally(expired=len(expired)))

    def notify(self, con: Connection, message: Message, event: str, severity: Severity) -> int:
        """Queue a message (a digest, a report) for every receiver that subscribes to ``event``; how many there are."""
        notified = 0
        for receiver in self.receivers(con):
            if is_subscribed(receiver.subscription, event, severity):
                notified += self.enqueue(con, receiver, message)
        return notified

    def enqueue(self, con: Connection, receiver: Receiver, message: Message) -> bool:
        """Queue a message for one receiver; False if it was queued before."""
        return deliveries.enqueue(
            con,
            key=f"{message.key}:{receiver.id}",
            config_id=receiver.id,
            channel=receiver.channel.value,
            message=to_document(message),
            at=self.clock(),
        )

    def _send_to(self, receiver_id: str, receiver: Receiver | None) -> Tally:
        """Send one receiver's messages until there are no more or it asks for a pause."""
        tally = Tally()
        for _ in range(_MESSAGES_AT_ONCE):
            delivery = self._claim(receiver_id)
            if delivery is None:
                break
            outcome = self._attempt(delivery, receiver)
            tally += self._record(delivery, outcome)
            if isinstance(outcome, Retry) or (isinstance(outcome, Sent) and outcome.pause_seconds > 0):
                self._pause(receiver_id, outcome)
                break
        return tally

    def _claim(self, receiver_id: str) -> Delivery | None:
        with self.store().writing() as con:
            claimed = deliveries.claim(con, self.clock(), _LEASE.total_seconds(), 1, receiver_id)
        return claimed[0] if claimed else None

    @staticmethod
    def _attempt(delivery: Delivery, receiver: Receiver | None) -> Outcome:
        if receiver is None:
            return Refused("the receiver was removed or switched off")
        try:
            only = tuple(delivery.message.get("only", ()))
            message = stored_message(delivery.message)
            return send(receiver.target(), message, only=only, tls=_trusted())
        except (TargetError, SecretError) as error:
            return Refused(str(error))

    def _record(self, delivery: Delivery, outcome: Outcome) -> Tally:
        now = self.clock()
        with self.store().writing() as con:
            if isinstance(outcome, Sent):
                deliveries.sent(con, delivery.id, now)
                return Tally(sent=1)
            if isinstance(outcome, Refused):
                deliveries.failed_for_good(con, delivery, outcome.reason)
                return Tally(refused=1)
            due = next_attempt(
                outcome,
                created_at=delivery.created_at,
                now=now,
                failed_attempts=delivery.attempts,
                jitter=self.chance(),
            )
            if due is None:
                deliveries.failed_for_good(con, delivery, f"given up: {outcome.reason}")
                return Tally(refused=1)
            deliveries.failed_again(con, delivery, outcome.reason, due)
            if outcome.remaining:
                deliveries.narrow(con, delivery, outcome.remaining)
            return Tally(postponed=1)

    def _pause(self, receiver_id: str, outcome: Outcome) -> None:
        """Postpone the other messages for this receiver for as long as it asked."""
        seconds = outcome.after_seconds if isinstance(outcome, Retry) else None
        if isinstance(outcome, Sent):
            seconds = outcome.pause_seconds
        if seconds:
            with self.store().writing() as con:
                deliveries.postpone(con, receiver_id, self.clock() + timedelta(seconds=seconds))


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the system, read once."""
    return ssl.create_default_context()


def is_subscribed(subscription: Subscription, event: str, severity: Severity) -> bool:
    """Whether a receiver wants a message about ``event``, which belongs to no platform or project."""
    is_severe_enough = severity.rank >= subscription.min_severity.rank or event.startswith(("digest.", "report."))
    return is_severe_enough and any(fnmatchcase(event, pattern) for pattern in subscription.events)
