"""A test message to receivers, sent at once and not by way of the ledger: what came of each, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from adops_pipeline.domain.messages import Message, MessageField
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.services.notifications.receivers import Receiver


@dataclass(frozen=True)
class Tested:
    """One receiver and what came of its test message; ``detail`` holds no address."""

    receiver: Receiver
    is_sent: bool
    detail: str


def send_tests(receivers: Sequence[Receiver], at: datetime, by: str) -> list[Tested]:
    """Send every receiver a message, once."""
    return [_tested(receiver, _sent(receiver, at, by)) for receiver in receivers]


def _sent(receiver: Receiver, at: datetime, by: str) -> Outcome:
    message = Message(
        title="Test message",
        severity=Severity.INFO,
        summary="Messages from the Ad Ops Command Center arrive here. Nothing needs to be done.",
        key=f"test:{receiver.id}:{uuid4().hex}",
        at=at,
        fields=(MessageField("Receiver", receiver.subscription.name), MessageField("Sent by", by)),
        footer="Ad Ops Command Center",
    )
    try:
        return send(receiver.target(), message)
    except (TargetError, SecretError) as error:
        return Refused(str(error))


def _tested(receiver: Receiver, outcome: Outcome) -> Tested:
    match outcome:
        case Sent():
            lost = f"; refused for {', '.join(outcome.undelivered)}" if outcome.undelivered else ""
            return Tested(receiver, not outcome.undelivered, outcome.detail + lost)
        case Retry():
            pause = f" (it asks to wait {outcome.after_seconds:.0f} s)" if outcome.after_seconds is not None else ""
            return Tested(receiver, is_sent=False, detail=f"not now: {outcome.reason}{pause}")
        case Refused():
            return Tested(receiver, is_sent=False, detail=f"refused: {outcome.reason}")
