"""Sends queued messages: claim a delivery, send it once, record the outcome; each receiver on its own.

A receiver that is down or rate-limited delays no other. If the process dies between sending and recording, the message
is sent again after its lease has expired: delivery is at least once.
"""

import random
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.documents import to_document
from adops_pipeline.domain.messages import Message, stored_message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.outcomes import (
    MAX_AGE,
    WEBHOOK_MAX_AGE,
    Gone,
    Outcome,
    Refused,
    Retry,
    Sent,
    next_attempt,
    next_webhook_attempt,
)
from adops_pipeline.operations import deliveries
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.operations.events import Event
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.programs import for_program, messages_of_events
from adops_pipeline.services.notifications.receivers import Receiver, by_id

_LEASE = timedelta(seconds=120)
_MESSAGES_AT_ONCE = 20
_RECEIVERS_AT_ONCE = 4
_OTHER_MAX_AGES = {Channel.WEBHOOK.value: WEBHOOK_MAX_AGE}


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
    """Sends the messages of one installation. ``disable`` switches off a receiver that wants no more of them."""

    store: Callable[[], Store]
    clock: Clock
    receivers: Callable[[Connection], Sequence[Receiver]]
    disable: Callable[[Connection, Receiver, str], None]
    chance: Callable[[], float] = random.random

    def send_due(self) -> Tally:
        """Send all messages that are due: receivers in parallel, the messages of one receiver in order."""
        now = self.clock()
        with self.store().writing() as con:
            expired = deliveries.expire(con, now, MAX_AGE, _OTHER_MAX_AGES)
            receivers = by_id(list(self.receivers(con)))
            waiting = deliveries.receivers_due(con, now)
        with ThreadPoolExecutor(_RECEIVERS_AT_ONCE, thread_name_prefix="notify") as pool:
            done = list(pool.map(lambda one: self._send_to(one, receivers.get(one)), waiting))
        return sum(done, Tally(expired=len(expired)))

    def notify(self, con: Connection, message: Message, event: str, severity: Severity) -> int:
        """Queue a message (a digest, a report) for every receiver that subscribes to ``event``; how many there are."""
        notified = 0
        for receiver in self.receivers(con):
            if receiver.is_program and event.startswith("workflow."):
                continue  # it gets the event itself, from `notify_programs`
            if is_subscribed(receiver.subscription, event, severity):
                said = for_program(message, event) if receiver.is_program else message
                notified += self.enqueue(con, receiver, said)
        return notified

    def notify_programs(self, con: Connection, found: Sequence[Event]) -> int:
        """Queue these events for every program that subscribes to them; the number of messages."""
        return sum(
            self.enqueue(con, receiver, message)
            for receiver, message in messages_of_events(con, found, self.receivers(con))
        )

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
            tally += self._record(delivery, receiver, outcome)
            if isinstance(outcome, Retry | Gone) or (isinstance(outcome, Sent) and outcome.pause_seconds > 0):
                self._pause(receiver_id, outcome)
                break
        return tally

    def _claim(self, receiver_id: str) -> Delivery | None:
        with self.store().writing() as con:
            claimed = deliveries.claim(con, self.clock(), _LEASE.total_seconds(), 1, receiver_id)
        return claimed[0] if claimed else None

    def _attempt(self, delivery: Delivery, receiver: Receiver | None) -> Outcome:
        if receiver is None:
            return Refused("the receiver was removed or switched off")
        try:
            only = tuple(delivery.message.get("only", ()))
            message = stored_message(delivery.message)
            now = self.clock()
            return send(receiver.target(now), message, only=only, tls=_trusted(), at=now)
        except (TargetError, SecretError) as error:
            return Refused(str(error))

    def _record(self, delivery: Delivery, receiver: Receiver | None, outcome: Outcome) -> Tally:
        now = self.clock()
        with self.store().writing() as con:
            if isinstance(outcome, Sent):
                deliveries.sent(con, delivery.id, now)
                return Tally(sent=1)
            if isinstance(outcome, Refused | Gone):
                deliveries.failed_for_good(con, delivery, outcome.reason)
                if isinstance(outcome, Gone) and receiver is not None:
                    self.disable(con, receiver, outcome.reason)
                return Tally(refused=1)
            due = self._next_attempt(delivery, outcome, now)
            if due is None:
                deliveries.failed_for_good(con, delivery, f"given up: {outcome.reason}")
                return Tally(refused=1)
            deliveries.failed_again(con, delivery, outcome.reason, due)
            if outcome.remaining:
                deliveries.narrow(con, delivery, outcome.remaining)
            return Tally(postponed=1)

    def _next_attempt(self, delivery: Delivery, outcome: Retry, now: datetime) -> datetime | None:
        if delivery.channel == Channel.WEBHOOK:
            return next_webhook_attempt(outcome, now=now, failed_attempts=delivery.attempts, jitter=self.chance())
        return next_attempt(
            outcome,
            created_at=delivery.created_at,
            now=now,
            failed_attempts=delivery.attempts,
            jitter=self.chance(),
        )

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
