"""Many alerts, three receivers that fail in every way, a killed process: each alert is notified exactly once."""

import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from adops_pipeline.notifications.delivery import send
from adops_pipeline.operations.deliveries import DeliveryStatus
from adops_pipeline.services.notifications import notifier
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import telling
from adops_pipeline_tests.integration.telling import GROUPS, RECEIVERS, SOURCE, MovedClock, Servers
from adops_pipeline_tests.notifications.receivers import Reply, rate_limited
from adops_pipeline_tests.operations.processes import context
from adops_pipeline_tests.patience import patience_seconds

ALERTS = 120
"""In the tests that kill: ten for each group."""


@pytest.fixture
def servers() -> Iterator[Servers]:
    with telling.servers() as running:
        yield running


def _work(services: Services, clock: MovedClock, seconds: int, every: int = 10) -> None:
    """What the sensor does every moment: flush and send, for so long in simulated time."""
    for _ in range(seconds // every):
        clock.forward(every)
        services.alerting.enqueue_due()
        services.notifier.send_due()


def _campaigns(number: int) -> Counter[str]:
    return Counter(f"Campaign {n:04d}" for n in range(number))


def _assert_every_message_came(
    services: Services, servers: Servers, uncertain: frozenset[str] = frozenset()
) -> set[str]:
    """All that the ledger holds is sent and has arrived, once; only what is ``uncertain`` may have come twice: that."""
    came, repeated = servers.came(), set()
    for delivery in telling.ledger(services):
        assert delivery.status is DeliveryStatus.SENT, delivery.last_error
        times = came[delivery.config_id].pop(telling.as_it_arrives(delivery))
        repeated |= {delivery.id} if times == 2 else set()
        assert times == 1 or (times == 2 and delivery.id in uncertain)
    assert not any(came.values()), "nothing came that the ledger does not know"
    return repeated


@pytest.mark.parametrize("number", [240, pytest.param(1000, marks=pytest.mark.slow)])
def test_alerts_arrive_once_at_every_receiver_through_a_minute_of_outage_and_all_kinds_of_failure(
    number: int, data_dir: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "send", partial(send, timeout=patience_seconds(2)))
    clock = MovedClock()
    services = telling.services_of(data_dir, clock, servers.addresses)
    alerts = telling.many_alerts(number)

    assert len(services.alerting.set_firing(alerts, [SOURCE]).changes.new) == number
    servers.slack.go_down()
    servers.discord.go_down()
    servers.mail.data_answer = "451 try again later"
    _work(services, clock, 90)
    assert sum(sum(came.values()) for came in servers.came().values()) == 0
    assert len(telling.ledger(services)) == 3 * GROUPS

    servers.slack.come_up()
    servers.discord.come_up()
    servers.mail.data_answer = "250 OK"
    servers.slack.plan(Reply(500), rate_limited("20"), Reply(hangs=True), Reply(503), Reply(drops=True))
    servers.discord.plan(Reply(502), Reply(hangs=True), rate_limited("3", '{"retry_after": 0.001}'), Reply(500))
    _work(services, clock, 120)
    _work(services, clock, 480, every=60)
    assert telling.told(services, "New") == dict.fromkeys(RECEIVERS, _campaigns(number))
    _assert_every_message_came(services, servers)
    assert servers.slack.asked == GROUPS + 5, "five failed requests, and not one that was refused"
    assert servers.discord.asked == GROUPS + 4

    assert len(services.alerting.set_firing([], [SOURCE]).changes.resolved) == number
    servers.discord.go_down()
    _work(services, clock, 60)
    servers.discord.come_up()
    _work(services, clock, 600, every=60)
    assert telling.told(services, "Resolved") == dict.fromkeys(RECEIVERS, _campaigns(number))
    assert telling.told(services, "New") == dict.fromkeys(RECEIVERS, _campaigns(number))
    assert len(telling.ledger(services)) == 2 * 3 * GROUPS, "72 grouped messages cover all alerts and their ends"
    _assert_every_message_came(services, servers)


def test_a_receiver_that_asks_for_patience_gets_it_while_the_others_are_served(
    data_dir: Path, servers: Servers
) -> None:
    clock = MovedClock()
    services = telling.services_of(data_dir, clock, servers.addresses)
    services.alerting.set_firing(telling.many_alerts(24), [SOURCE])
    clock.forward(30)
    services.alerting.enqueue_due()
    servers.discord.plan(rate_limited("40", '{"retry_after": 0.04}'))
    services.notifier.send_due()
    assert (len(servers.slack.arrived), len(servers.mail.arrived)) == (GROUPS, GROUPS)
    _work(services, clock, 39, every=13)
    assert servers.discord.asked == 1, "nothing else was tried while it had asked for 40 s"
    _work(services, clock, 30, every=5)
    _assert_every_message_came(services, servers)


@pytest.mark.parametrize(
    ("boundary", "visit"),
    [
        ("before what fires is saved", 2),
        ("while messages are put into the ledger", 3 * GROUPS),
        ("before a message is claimed", 20),
        ("between claim and sending", 17),
        ("between sending and note", 1),
        *(
            pytest.param(boundary, visit, marks=pytest.mark.slow)
            for boundary, visit in (
                ("before what fires is saved", 1),
                ("while messages are put into the ledger", 1),
                ("before a message is claimed", 1),
                ("between claim and sending", 1),
                ("between sending and note", 3 * GROUPS),
            )
        ),
    ],
)
def test_a_process_killed_anywhere_loses_no_alert_and_repeats_at_most_what_it_was_sending(
    boundary: str, visit: int, data_dir: Path, servers: Servers
) -> None:
    clock = MovedClock()
    services = telling.services_of(data_dir, clock, servers.addresses)
    services.store.close()
    killed = context().Process(target=telling.act, args=(data_dir, servers.addresses, ALERTS, boundary, visit))
    killed.start()
    killed.join(patience_seconds())
    assert killed.exitcode == -signal.SIGKILL

    in_flight = [one for one in telling.ledger(services) if one.status is DeliveryStatus.SENDING]
    assert all(count == 1 for count in Counter(one.config_id for one in in_flight).values())
    if boundary in ("before what fires is saved", "while messages are put into the ledger"):
        assert telling.ledger(services) == [], "what was not committed was not told"

    clock.forward(60)
    services.alerting.set_firing(telling.many_alerts(ALERTS), [SOURCE])
    _work(services, clock, 240, every=60)
    assert telling.told(services, "New") == dict.fromkeys(RECEIVERS, _campaigns(ALERTS))
    assert len(telling.ledger(services)) == 3 * GROUPS
    repeated = _assert_every_message_came(services, servers, frozenset(one.id for one in in_flight))
    if boundary == "between sending and note":
        assert repeated, "the one window in which a message can be repeated"
