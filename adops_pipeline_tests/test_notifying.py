"""Promises of the sending: each outcome noted, pauses kept, nobody waits for another's receiver."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline import notifying
from adops_pipeline.domain.alerts.alert import Severity as AlertSeverity
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.notifications.message import Message, Severity
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.targets import EmailTarget, Target
from adops_pipeline.notifying import Tally, listens
from adops_pipeline.operations import deliveries
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import House, build_house
from adops_pipeline_tests.integration.telling import MovedClock

SLACK = "https://hooks.slack.com/services/T000/B000/never-asked"
MAIL = "smtp://mail.example.com?from=a@example.com&to=b@example.com,c@example.com"
Answer = Callable[[Target, Message, tuple[str, ...]], Outcome]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def house(tmp_path: Path, clock: MovedClock) -> House:
    addresses = {"slack_webhook_url": SLACK, "email_url": MAIL, "events": "*", "min_severity": "info"}
    return build_house(load_settings(data_dir=tmp_path, notifications=addresses), clock=clock)


def _message(key: str, at: datetime) -> Message:
    return Message("Budget overrun", Severity.WARNING, "131 % of the target", key, at)


def _tell(house: House, *keys: str) -> None:
    with house.store.writing() as con:
        for key in keys:
            house.notifier.tell(con, _message(key, house.clock()), "alert.firing", AlertSeverity.WARNING)


def _ledger(house: House) -> dict[str, Delivery]:
    with house.store.reading() as con:
        return {delivery.id: delivery for delivery in deliveries.latest(con)}


def _answer(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[tuple[str, str, tuple[str, ...]]]:
    """Let ``answer`` stand for the network; gives what was sent: channel, key, mailboxes."""
    sent: list[tuple[str, str, tuple[str, ...]]] = []

    def send(target: Target, message: Message, *, only: tuple[str, ...] = (), tls: object = None) -> Outcome:
        del tls
        sent.append((target.channel, message.key, only))
        return answer(target, message, only)

    monkeypatch.setattr(notifying, "send", send)
    return sent


def test_a_message_is_put_into_the_ledger_once_for_each_receiver(house: House) -> None:
    _tell(house, "k", "k")
    assert set(_ledger(house)) == {"k:settings-slack", "k:settings-email"}


def test_what_is_sent_is_noted_and_not_sent_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = _answer(monkeypatch, lambda *_: Sent("HTTP 200"))
    _tell(house, "one", "two")
    assert house.notifier.turn() == Tally(sent=4)
    assert house.notifier.turn() == Tally()
    assert sorted(key for _, key, _ in sent) == ["one", "one", "two", "two"]
    assert {(d.status, d.sent_at) for d in _ledger(house).values()} == {("sent", house.clock())}


def test_mailboxes_that_have_the_mail_do_not_get_it_again(
    house: House, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = ("c@example.com",)
    answers: list[Outcome] = [Retry("451 for one", remaining=left), Retry("451 again", remaining=left), Sent("250")]
    sent = _answer(monkeypatch, lambda target, *_: answers.pop(0) if isinstance(target, EmailTarget) else Sent("ok"))
    _tell(house, "k")
    assert house.notifier.turn() == Tally(sent=1, postponed=1)
    for _ in range(2):
        clock.forward(600)
        house.notifier.turn()
    assert [only for channel, _, only in sent if channel == "email"] == [(), left, left]
    assert _ledger(house)["k:settings-email"].status == "sent"


def test_a_pause_that_is_asked_for_holds_for_every_message_to_that_receiver_and_for_no_other(
    house: House, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Outcome] = [Retry("HTTP 429", after_seconds=40), Sent("ok"), Sent("ok")]
    sent = _answer(monkeypatch, lambda target, *_: Sent("ok") if isinstance(target, EmailTarget) else outcomes.pop(0))
    _tell(house, "one", "two")
    assert house.notifier.turn() == Tally(sent=2, postponed=1)
    clock.forward(39)
    assert house.notifier.turn() == Tally()
    clock.forward(6)  # forty seconds, and up to a tenth of them more
    assert house.notifier.turn() == Tally(sent=2)
    assert [channel for channel, _, _ in sent].count("slack") == 3


def test_a_service_that_wants_silence_after_a_message_gets_it(
    house: House, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, lambda target, *_: Sent("ok", pause_seconds=0 if isinstance(target, EmailTarget) else 5.0))
    _tell(house, "one", "two")
    assert house.notifier.turn() == Tally(sent=3)
    clock.forward(4)
    assert house.notifier.turn() == Tally()
    clock.forward(1)
    assert house.notifier.turn() == Tally(sent=1)


def test_what_is_refused_is_not_tried_again_and_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, lambda *_: Refused("HTTP 404 no_team"))
    _tell(house, "k")
    assert house.notifier.turn() == Tally(refused=2)
    assert house.notifier.turn() == Tally()
    assert {(d.status, d.last_error) for d in _ledger(house).values()} == {("failed", "HTTP 404 no_team")}


def test_a_receiver_that_is_gone_gets_nothing_and_the_ledger_says_so(
    house: House, tmp_path: Path, clock: MovedClock
) -> None:
    _tell(house, "k")
    without = build_house(load_settings(data_dir=tmp_path), clock=clock)
    assert without.notifier.turn() == Tally(refused=2)
    assert {d.last_error for d in _ledger(house).values()} == {"its receiver is gone or switched off"}


def test_what_could_not_be_told_for_a_day_is_given_up(
    house: House, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer(monkeypatch, lambda *_: Retry("no connection"))
    _tell(house, "k")
    clock.forward(timedelta(hours=23, minutes=59, seconds=58).total_seconds())
    assert house.notifier.turn() == Tally(refused=2), "the next attempt would be too late"
    assert {d.last_error for d in _ledger(house).values()} == {"given up: no connection"}
    _tell(house, "later")
    clock.forward(timedelta(hours=25).total_seconds())
    assert house.notifier.turn() == Tally(expired=2)


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
    subscription = Subscription("c1", "Ops", events, AlertSeverity(floor))
    assert listens(subscription, event, AlertSeverity(severity)) is hears
