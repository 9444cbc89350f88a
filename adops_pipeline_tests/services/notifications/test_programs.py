"""Events for a program's webhook: each once, by the standard's schedule, until it says that it wants none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from adops_pipeline.domain.webhooks.standard import new_secret, verify
from adops_pipeline.operations import configs, deliveries, events
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.secrets import new_key
from adops_pipeline.services.notifications.notifier import Tally
from adops_pipeline.services.notifications.receivers import by_id
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import START, MovedClock, many_alerts
from adops_pipeline_tests.notifications.programs import Arrival, Program, Reply, running_program

SECRET_KEY = new_key()
KEY = new_secret()
PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


@pytest.fixture(name="program")
def _program() -> Iterator[Program]:
    with running_program() as program:
        yield program


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def services_of(data_dir: Path, clock: MovedClock, **own: object) -> Services:
    settings = load_settings(
        data_dir=data_dir, secret_keys=(SECRET_KEY,), notifications={"allow_loopback": True, **own}
    )
    return build_services(settings, clock=clock)


@pytest.fixture
def services(data_dir: Path, clock: MovedClock, program: Program) -> Services:
    """With the program in the settings, and no random part in pauses."""
    services = services_of(data_dir, clock, webhook_url=program.url, webhook_secret=KEY, webhook_events="*")
    services.__dict__["notifier"] = replace(services.notifier, chance=lambda: 0.0)
    return services


def happen(services: Services, event_type: str = "activity.new", **data: Any) -> str:
    """One event; its id."""
    with services.store.writing() as con:
        seq = events.append(con, event_type, at=services.clock(), subject="s1", data=data)
        return next(event.id for event in events.since(con, seq - 1) if event.seq == seq)


def deliver(services: Services) -> Tally:
    services.relay.relay_new_events()
    return services.notifier.send_due()


def add(services: Services, program: Program, **fields: Any) -> configs.NotificationConfig:
    given = {"name": "Data team", "channel": "webhook", "target": program.url, "event_filter": "*"} | fields
    return services.receivers.add(NotificationFields(**given))


def queue(services: Services) -> list[Delivery]:
    with services.store.reading() as con:
        return deliveries.latest(con, 1000)


def payloads(program: Program) -> list[dict[str, Any]]:
    return [json.loads(arrived.body) for arrived in program.arrived]


def is_signed(arrived: Arrival, key: str, at: datetime) -> bool:
    sent = arrived.headers
    names = (sent["webhook-id"], sent["webhook-timestamp"], sent["webhook-signature"])
    return verify([key], *names, arrived.body, at.timestamp()) is None


def test_an_event_arrives_once_with_the_payload_of_live_streams(services: Services, program: Program) -> None:
    happen(services, "activity.new", title="Imported", summary="4 projects")
    assert deliver(services) == Tally(sent=1)
    assert deliver(services) == Tally()
    (live,) = services.live_events.since(0)
    assert payloads(program) == [
        {
            "type": "activity.new",
            "timestamp": "2026-11-23T09:00:00Z",
            "data": json.loads(json.dumps(dict(live.payload))),
        }
    ]
    assert is_signed(program.arrived[0], KEY, START)


def test_alerts_arrive_as_events_and_not_as_messages_in_words(services: Services, program: Program) -> None:
    services.alerting.set_firing(many_alerts(3), ["pacing"])
    services.clock.forward(60)  # type: ignore[attr-defined]
    assert services.alerting.enqueue_due() == 0
    deliver(services)
    assert sorted((one["type"], one["data"]["severity"]) for one in payloads(program)) == [
        ("alert.firing", "critical"), ("alert.firing", "warning"), ("alert.firing", "warning"),
    ]  # fmt: skip


def test_a_digest_arrives_as_data(services: Services, program: Program) -> None:
    with services.warehouse.writing():
        services.relay.digest(date(2026, 11, 23))
    services.notifier.send_due()
    (payload,) = payloads(program)
    assert payload["type"] == "digest.daily"
    assert payload["data"]["summary"] == "No alert is firing."


def test_ten_attempts_follow_the_schedule_of_the_standard_and_then_end(
    services: Services, program: Program, clock: MovedClock
) -> None:
    program.plan(*[Reply(500)] * 10)
    happen(services)
    deliver(services)
    for pause in PAUSES:
        clock.forward(pause - 1)
        assert services.notifier.send_due() == Tally()
        clock.forward(1)
        assert services.notifier.send_due() in (Tally(postponed=1), Tally(refused=1))
    assert clock.now - START == timedelta(hours=75, minutes=35, seconds=5)
    assert len(program.arrived) == 10
    assert len({arrived.id for arrived in program.arrived}) == 1
    assert len({arrived.headers["webhook-timestamp"] for arrived in program.arrived}) == 10
    (delivery,) = queue(services)
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("failed", 10, "given up: HTTP 500")
    clock.forward(10**6)
    assert services.notifier.send_due() == Tally()


def test_a_success_after_failures_ends_the_attempts(services: Services, program: Program, clock: MovedClock) -> None:
    program.plan(Reply(302, {"Location": "/elsewhere"}), Reply(404))
    happen(services)
    deliver(services)
    for pause in PAUSES[:2]:
        clock.forward(pause)
        services.notifier.send_due()
    assert [delivery.status for delivery in queue(services)] == ["sent"]


def test_a_longer_pause_that_the_receiver_asks_for_is_kept_within_a_day(
    services: Services, program: Program, clock: MovedClock
) -> None:
    program.plan(Reply(503, {"Retry-After": "600"}), Reply(503, {"Retry-After": "9999999"}))
    happen(services)
    deliver(services)
    clock.forward(599)
    assert services.notifier.send_due() == Tally()
    clock.forward(1)
    assert services.notifier.send_due() == Tally(postponed=1)
    clock.forward(86_400)
    assert services.notifier.send_due() == Tally(sent=1)


def test_after_410_nothing_is_sent_until_the_receiver_is_switched_on_or_moves(
    data_dir: Path, services: Services, program: Program, clock: MovedClock
) -> None:
    program.plan(Reply(410))
    happen(services)
    happen(services)
    assert deliver(services).refused == 1
    happen(services)
    deliver(services)
    assert len(program.arrived) == 1
    assert services.receivers.disabled() == {"settings-webhook": "HTTP 410: the receiver wants no more messages"}
    assert "Receiver webhook was switched off" in {entry.title for entry in services.live_events.feed(9)}
    moved = services_of(data_dir, clock, webhook_url=program.url + "&v=2", webhook_secret=KEY, webhook_events="*")
    assert moved.receivers.disabled() == {}
    services.receivers.enable_of_settings("settings-webhook")
    happen(services)
    assert deliver(services).sent == 1


def test_a_stored_receiver_is_off_after_410_and_can_be_switched_on(services: Services, program: Program) -> None:
    config = add(services, program, event_filter="sync.*")
    program.plan(Reply(410))
    with services.store.writing() as con:
        services.receivers.disable(con, by_id(services.receivers.active(con))[config.id], "HTTP 410")
    assert config.id in services.receivers.disabled()
    assert not services.receivers.of_store()[0].active
    assert services.receivers.set_active(config.id, active=True).active
    assert services.receivers.disabled() == {}


def test_a_process_that_dies_between_sending_and_recording_sends_the_same_id_again(
    services: Services, program: Program, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(services)

    def die(*_: object, **__: object) -> bool:
        raise ProcessLookupError("stands for the end of the process")

    with monkeypatch.context() as dying:
        dying.setattr(deliveries, "sent", die)
        with pytest.raises(ProcessLookupError):
            deliver(services)
    assert services.notifier.send_due() == Tally()
    clock.forward(121)
    assert services.notifier.send_due() == Tally(sent=1)
    first, again = program.arrived
    assert first.id == again.id
    assert first.body == again.body


def test_a_new_receiver_gets_a_key_that_is_kept_encrypted_and_only_events_from_then_on(
    data_dir: Path, clock: MovedClock, program: Program
) -> None:
    services = services_of(data_dir, clock)
    happen(services)
    clock.forward(1)
    made = add(services, program)
    clock.forward(1)
    happen(services)
    assert deliver(services) == Tally(sent=1)
    assert made.new_key is not None
    assert made.new_key not in repr(made)
    assert is_signed(program.arrived[0], made.new_key, clock.now)
    services.store.close()
    assert all(made.new_key.encode() not in file.read_bytes() for file in data_dir.rglob("*") if file.is_file())
    assert services.receivers.of_store()[0].new_key is None


def test_after_a_rotation_both_keys_sign_until_the_overlap_ends(
    data_dir: Path, clock: MovedClock, program: Program
) -> None:
    services = services_of(data_dir, clock)
    made = add(services, program)
    fresh = services.receivers.replace_key(made.id, timedelta(hours=24))
    old_key, key = made.new_key or "", fresh.new_key or ""
    for hours in (0, 24):
        clock.forward(hours * 3600)
        happen(services)
        deliver(services)
    during, after = program.arrived
    assert is_signed(during, old_key, START)
    assert is_signed(during, key, START)
    assert not is_signed(after, old_key, clock.now)
    assert is_signed(after, key, clock.now)


def test_a_key_in_a_variable_is_used_and_replaced_there(
    data_dir: Path, clock: MovedClock, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = services_of(data_dir, clock)
    monkeypatch.setenv("TEAM_KEY", f"{KEY}, {new_secret()}")
    made = add(services, program, signing_ref="TEAM_KEY")
    happen(services)
    deliver(services)
    assert made.new_key is None
    assert is_signed(program.arrived[0], KEY, clock.now)
    with pytest.raises(InvalidError, match="TEAM_KEY: put the new key there"):
        services.receivers.replace_key(made.id, timedelta(hours=1))


@pytest.mark.parametrize(
    ("fields", "arrives"),
    [
        ({"event_filter": "sync.*"}, False),
        ({"event_filter": "alert.firing"}, True),
        ({"event_filter": "alert.*", "min_severity": "critical"}, False),
        ({"event_filter": "alert.*", "platforms": ("meta-ads",)}, False),
        ({"event_filter": "alert.*", "platforms": ("google-ads",)}, True),
    ],
)
def test_filters_hold_for_programs(
    data_dir: Path, clock: MovedClock, program: Program, fields: dict[str, Any], *, arrives: bool
) -> None:
    services = services_of(data_dir, clock)
    add(services, program, **fields)
    with services.store.writing() as con:
        data = {"name": "overpacing", "severity": "warning"}
        events.append(con, "alert.firing", at=clock.now, platform="google-ads", data=data)
    deliver(services)
    assert len(program.arrived) == arrives


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quiet_hours": {"start": "22:00", "end": "07:00"}}, "quiet_hours: do not apply to a webhook"),
        ({"target": "http://hooks.example/planted"}, "target: the webhook must begin with https://"),
        ({"channel": "slack", "target_ref": "X", "target": None, "signing_ref": "Y"}, "signing_ref: does not apply"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    data_dir: Path, clock: MovedClock, program: Program, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidError) as raised:
        add(services_of(data_dir, clock), program, **fields)
    assert str(raised.value).startswith(said)
    assert "planted" not in str(raised.value)


def test_without_a_key_in_the_settings_nothing_is_sent_and_the_variable_is_named(
    data_dir: Path, clock: MovedClock, program: Program
) -> None:
    services = services_of(data_dir, clock, webhook_url=program.url, webhook_events="*")
    happen(services)
    assert deliver(services) == Tally(refused=1)
    assert "ADOPS_NOTIFICATIONS__WEBHOOK_SECRET is not set" in (queue(services)[0].last_error or "")
    assert program.arrived == []


def test_a_test_message_verifies(data_dir: Path, program: Program) -> None:
    clock = MovedClock(datetime.now(UTC))
    services = services_of(data_dir, clock, webhook_url=program.url, webhook_secret=SecretStr(KEY))
    (tested,) = services.receivers.send_tests("me", channel="webhook")
    assert tested.is_sent
    payload = Webhook(KEY).verify(program.arrived[0].body, program.arrived[0].headers)
    assert (payload["type"], payload["data"]["title"]) == ("notification.test", "Test message")
