"""Test messages to receivers: sent at once, without the queue of deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from adops_pipeline.domain.messages import Message, MessageField
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.outcomes import Gone, Outcome, Refused, Retry, Sent
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.services.notifications.programs import TEST_EVENT, for_program
from adops_pipeline.services.notifications.receivers import Receiver


@dataclass(frozen=True)
class TrialResult:
    """The outcome of a test message to one receiver. ``detail`` contains no address."""

    receiver: Receiver
    is_sent: bool
    detail: str


def send_tests(receivers: Sequence[Receiver], at: datetime, by: str) -> list[TrialResult]:
    """Send one message to every receiver."""
    return [_result(receiver, _send(receiver, at, by)) for receiver in receivers]


def _send(receiver: Receiver, at: datetime, by: str) -> Outcome:
    message = Message(
        title="Test message",
        severity=Severity.INFO,
        summary="Messages from the Ad Ops Command Center arrive here. No action is needed.",
        key=f"test:{receiver.id}:{uuid4().hex}",
        at=at,
        fields=(MessageField("Receiver", receiver.subscription.name), MessageField("Sent by", by)),
        footer="Ad Ops Command Center",
    )
    if receiver.is_program:
        message = for_program(message, TEST_EVENT)
    try:
        return send(receiver.target(at), message, at=at)
    except (TargetError, SecretError) as error:
        return Refused(str(error))


def _result(receiver: Receiver, outcome: Outcome) -> TrialResult:
    match outcome:
        case Sent():
            lost = f"; refused for {', '.join(outcome.undelivered)}" if outcome.undelivered else ""
            return TrialResult(receiver, not outcome.undelivered, outcome.detail + lost)
        case Retry():
            pause = (
                f" (the server asks to wait {outcome.after_seconds:.0f} s)" if outcome.after_seconds is not None else ""
            )
            return TrialResult(receiver, is_sent=False, detail=f"retry later: {outcome.reason}{pause}")
        case Refused() | Gone():
            return TrialResult(receiver, is_sent=False, detail=f"refused: {outcome.reason}")
