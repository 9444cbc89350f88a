"""Promises of the sending: each outcome noted, pauses kept, nobody waits for another's receiver."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.messages import Message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.delivery import TIMEOUT_SECONDS
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.targets import EmailTarget, Target
from adops_pipeline.operations import deliveries
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.services.notifications import notifier
from adops_pipeline.services.notifications.notifier import Tally, is_subscribed
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import MovedClock

SLACK = "https://hooks.slack.com/services/T000/B000/never-asked"
MAIL = "smtp://mail.example.com?from=a@example.com&to=b@example.com,c@example.com"
Answer = Callable[[Target, Message, tuple[str, ...]], Outcome]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def services(data_dir: Path, clock: MovedClock) -> Services:
    addresses = {"slack_webhook_url": SLACK, "email_url": MAIL, "events": "*", "min_severity": "info"}
    return build_services(load_settings(data_dir=data_dir, notifications=addresses), clock=clock)


def _message(key: str, at: datetime) -> Message:
    return Message("Budget overrun", Severity.WARNING, "131 % of the target", key, at)


def _tell(services: Services, *keys: str) -> None:
    with services.store.writing() as con:
        for key in keys:
            services.notifier.notify(con, _message(key, services.clock()), "alert.firing", Severity.WARNING)


def _tell_slack(services: Services, key: str) -> None:
    with services.store.writing() as con:
        slack = next(r for r in services.notifier.receivers(con) if r.channel.value == "slack")
        services.notifier.enqueue(con, slack, _message(key, services.clock()))


def _die(*_: object, **__: object) -> Outcome:
    raise ProcessLookupError("stands for the end of the process between claim and note")


def _ledger(services: Services) -> dict[str, Delivery]:
    with services.store.reading() as con:
        return {delivery.id: delivery for delivery in deliveries.latest(con)}


def _answer(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[tuple[str, str, tuple[str, ...]]]:
    """Let ``answer`` stand for the network; gives what was sent: channel, key, mailboxes."""
    sent: list[tuple[str, str, tuple[str, ...]]] = []

    def send(target: Target, message: Message, *, only: tuple[str, ...] = (), **_: object) -> Outcome:
        sent.append((target.channel, message.key, only))
        return answer(target, message, only)

    monkeypatch.setattr(notifier, "send", send)
    return sent


def test_a_message_is_put_into_the_ledger_once_for_each_receiver(services: Services) -> None:
    _tell(services, "k", "k")
    assert set(_ledger(services)) == {"k:settings-slack", "k:settings-email"}


def test_what_is_sent_is_noted_and_not_sent_again(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = _answer(monkeypatch, lambda *_: Sent("HTTP 200"))
    _tell(services, "one", "two")
    assert services.notifier.send_due() == Tally(sent=4)
    assert services.notifier.send_due() == Tally()
    assert sorted(key for _, key, _ in sent) == ["one", "one", "two", "two"]
    assert {(d.status, d.sent_at) for d in _ledger(services).values()} == {("sent", services.clock())}


def test_a_message_that_is_being_sent_slowly_is_sent_by_nobody_else_meanwhile(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowest_steps = 10  # of mail: connect, greet, encrypt, log in, sender, recipients, text, end
    meanwhile: list[Tally] = []

    def slow(*_: object) -> Outcome:
        clock.forward(slowest_steps * TIMEOUT_SECONDS)
        meanwhile.append(services.notifier.send_due())
        return Sent("HTTP 200")

    sent = _answer(monkeypatch, slow)
    _tell_slack(services, "k")
    assert services.notifier.send_due() == Tally(sent=1)
    assert meanwhile == [Tally()]
    assert len(sent) == 1


def test_what_was_claimed_by_a_process_that_died_is_sent_within_five_minutes(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, lambda *_: Sent("HTTP 200"))
    _tell_slack(services, "k")
    with monkeypatch.context() as dying:
        dying.setattr(notifier, "send", _die)
        with pytest.raises(ProcessLookupError):
            services.notifier.send_due()
    assert services.notifier.send_due() == Tally()
    clock.forward(300)
    assert services.notifier.send_due() == Tally(sent=1)


def test_mailboxes_that_have_the_mail_do_not_get_it_again(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = ("c@example.com",)
    answers: list[Outcome] = [Retry("451 for one", remaining=left), Retry("451 again", remaining=left), Sent("250")]
    sent = _answer(monkeypatch, lambda target, *_: answers.pop(0) if isinstance(target, EmailTarget) else Sent("ok"))
    _tell(services, "k")
    assert services.notifier.send_due() == Tally(sent=1, postponed=1)
    for _ in range(2):
        clock.forward(600)
        services.notifier.send_due()
    assert [only for channel, _, only in sent if channel == "email"] == [(), left, left]
    assert _ledger(services)["k:settings-email"].status == "sent"


def test_a_pause_that_is_asked_for_holds_for_every_message_to_that_receiver_and_for_no_other(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Outcome] = [Retry("HTTP 429", after_seconds=40), Sent("ok"), Sent("ok")]
    sent = _answer(monkeypatch, lambda target, *_: Sent("ok") if isinstance(target, EmailTarget) else outcomes.pop(0))
    _tell(services, "one", "two")
    assert services.notifier.send_due() == Tally(sent=2, postponed=1)
    clock.forward(39)
    assert services.notifier.send_due() == Tally()
    clock.forward(6)  # forty seconds, and up to a tenth of them more
    assert services.notifier.send_due() == Tally(sent=2)
    assert [channel for channel, _, _ in sent].count("slack") == 3


def test_a_service_that_wants_silence_after_a_message_gets_it(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, lambda target, *_: Sent("ok", pause_seconds=0 if isinstance(target, EmailTarget) else 5.0))
    _tell(services, "one", "two")
    assert services.notifier.send_due() == Tally(sent=3)
    clock.forward(4)
    assert services.notifier.send_due() == Tally()
    clock.forward(1)
    assert services.notifier.send_due() == Tally(sent=1)


def test_what_is_refused_is_not_tried_again_and_says_why(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, lambda *_: Refused("HTTP 404 no_team"))
    _tell(services, "k")
    assert services.notifier.send_due() == Tally(refused=2)
    assert services.notifier.send_due() == Tally()
    assert {(d.status, d.last_error) for d in _ledger(services).values()} == {("failed", "HTTP 404 no_team")}


def test_a_receiver_that_is_gone_gets_nothing_and_the_ledger_says_so(
    services: Services, data_dir: Path, clock: MovedClock
) -> None:
    _tell(services, "k")
    without = build_services(load_settings(data_dir=data_dir), clock=clock)
    assert without.notifier.send_due() == Tally(refused=2)
    assert {d.last_error for d in _ledger(services).values()} == {"the receiver was removed or switched off"}


def test_what_could_not_be_told_for_a_day_is_given_up(
    services: Services, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, lambda *_: Retry("no connection"))
    _tell(services, "k")
    clock.forward(timedelta(hours=23, minutes=59, seconds=58).total_seconds())
    assert services.notifier.send_due() == Tally(refused=2), "the next attempt would be too late"
    assert {d.last_error for d in _ledger(services).values()} == {"given up: no connection"}
    _tell(services, "later")
    clock.forward(timedelta(hours=25).total_seconds())
    assert services.notifier.send_due() == Tally(expired=2)


@pytest.mark.parametrize(
    ("events", "floor", "event", "severity", "hears"),
    [
        (("workflow.failed",), "warning", "workflow.failed", "warning", True),
        (("workflow.*",), "critical", "workflow.failed", "warning", False),
        (("alert.*",), "info", "workflow.failed", "warning", False),
        (("digest.*",), "critical", "digest.daily", "info", True),
        (("report.*",), "critical", "report.weekly", "info", True),
    ],
)
def test_who_listens_hears_what_is_loud_enough_and_digests_and_reports_always(
    events: tuple[str, ...], floor: str, event: str, severity: str, hears: bool
) -> None:
    subscription = Subscription("c1", "Ops", events, Severity(floor))
    assert is_subscribed(subscription, event, Severity(severity)) is hears
