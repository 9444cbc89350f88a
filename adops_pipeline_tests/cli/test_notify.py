"""Promises of `adops notify` as a person meets them, against servers that play Slack, Discord and a mail host."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from adops_pipeline.domain.webhooks.standard import new_secret
from adops_pipeline.operations import configs, deliveries
from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command
from adops_pipeline_tests.notifications.programs import Program, running_program
from adops_pipeline_tests.notifications.programs import Reply as ProgramReply
from adops_pipeline_tests.notifications.receivers import SECRET, Receiver, Reply, running_receiver

_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch, adops: Command) -> Iterator[Receiver]:
    del adops
    with running_receiver() as receiver:
        monkeypatch.setenv("ADOPS_NOTIFICATIONS__ALLOW_LOOPBACK", "true")
        monkeypatch.setenv("TEAM_HOOK", receiver.slack_url)
        yield receiver


def test_without_a_receiver_the_variable_is_named(adops: Command) -> None:
    assert "ADOPS_NOTIFICATIONS__DISCORD_WEBHOOK_URL" in adops("notify", "test", "--channel", "discord", code=1).err
    assert "adops notify add" in adops("notify", "list").out


def test_a_test_message_arrives_at_every_receiver_of_the_channel(
    adops: Command, servers: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPS_NOTIFICATIONS__SLACK_WEBHOOK_URL", servers.slack_url)
    monkeypatch.setenv("ADOPS_NOTIFICATIONS__DISCORD_WEBHOOK_URL", servers.discord_url)
    adops("notify", "add", "Team", "--channel", "slack", "--target-ref", "TEAM_HOOK")
    said = adops("notify", "test", "--channel", "slack")
    assert len(servers.arrived) == 2
    assert all("Test message" in str(message) for message in servers.arrived)
    assert "✓ slack slack (settings-slack): HTTP 200" in said.out
    assert "✓ slack Team" in said.out
    adops("notify", "test", "--receiver", "settings-discord")
    assert "embeds" in servers.arrived[-1]


def test_one_that_fails_ends_with_code_1_and_its_reason_but_no_address(adops: Command, servers: Receiver) -> None:
    adops("notify", "add", "Team", "--channel", "slack", "--target-ref", "TEAM_HOOK")
    adops("notify", "add", "Gone", "--channel", "slack", "--target-ref", "GONE_HOOK")
    servers.plan(Reply(404, body=f"no_service {servers.slack_url}"))
    said = adops("notify", "test", code=1)
    assert "✗ slack Team" in said.out
    assert "HTTP 404 no_service" in said.out
    assert "GONE_HOOK is not set" in said.out
    assert SECRET not in said.out + said.err
    outcomes = adops("notify", "test", "--json", code=1).document
    assert {one["name"]: one["sent"] for one in outcomes} == {"Team": True, "Gone": False}


def test_an_address_that_was_piped_in_is_kept_encrypted_and_shown_nowhere(
    adops: Command, servers: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = ("notify", "add", "On call", "--channel", "discord", "--target", "-")
    assert "ADOPS_SECRET_KEYS" in adops(*arguments, stdin=servers.discord_url, code=1).err
    monkeypatch.setenv("ADOPS_SECRET_KEYS", adops("notify", "new-key").out.strip())
    said = adops(*arguments, stdin=servers.discord_url + "\n")
    said_of_list = adops("notify", "list").out + adops("notify", "list", "--json").out
    assert "stored, encrypted" in said_of_list
    assert SECRET not in said.out + said.err + said_of_list
    adops("notify", "test", "--receiver", "On call")
    assert len(servers.arrived) == 1
    assert all(SECRET.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_new_key_can_be_used_and_stands_alone_on_stdout(adops: Command) -> None:
    said = adops("notify", "new-key")
    Fernet(said.out.strip())
    assert "ADOPS_SECRET_KEYS" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give either --target-ref VARIABLE or --target -"),
        (
            ("--target", f"https://hooks.slack.com/servers/T/B/{SECRET}"),
            "must not be an argument",
        ),
        (("--target-ref", f"https://hooks.slack.com/servers/T/B/{SECRET}"), "not the secret"),
        (("--target-ref", "ADOPS_MY_HOOK"), "choose another"),
        (("--target-ref", "TEAM_HOOK", "--platforms", "tiktok"), "platforms: must be one of"),
        (("--target-ref", "TEAM_HOOK", "--events", "Alert!"), "not a pattern of event types"),
        (("--target-ref", "TEAM_HOOK", "--quiet", "22:00"), "is not FROM-TO"),
        (("--target-ref", "TEAM_HOOK", "--quiet", "22:00-7"), "must be a time such as 22:00"),
        (("--target-ref", "TEAM_HOOK", "--quiet", "22:00-07:00", "--zone", "Berlin"), "must be a time zone"),
        (("--target-ref", "TEAM_HOOK", "--zone", "Europe/Berlin"), "need --quiet"),
        (("--target-ref", "TEAM_HOOK", "--project", "nobody"), "there is no project"),
    ],
)
def test_what_makes_no_receiver_ends_with_code_2_and_repeats_no_address(
    adops: Command, arguments: tuple[str, ...], words: str
) -> None:
    said = adops("notify", "add", "Team", "--channel", "slack", *arguments, code=2)
    assert words in said.err
    assert SECRET not in said.err
    assert adops("notify", "list", "--json").document == []


def test_a_piped_address_of_another_service_is_refused(adops: Command) -> None:
    arguments = ("notify", "add", "Team", "--channel", "slack", "--target", "-")
    said = adops(*arguments, stdin=f"https://example.com/servers/{SECRET}", code=2)
    assert "must be at hooks.slack" in said.err
    assert SECRET not in said.err


def test_what_a_receiver_wants_is_kept(adops: Command, services: Services) -> None:
    arguments = ("--events", "alert.firing,workflow.failed", "--min-severity", "critical", "--quiet", "22:00-07:00")
    more = ("--zone", "Europe/Berlin", "--days", "mon,tue", "--platforms", "google-ads,pinterest")
    adops("notify", "add", "Team", "--channel", "slack", "--target-ref", "TEAM_HOOK", *arguments, *more)
    with services.store.reading() as con:
        (kept,) = configs.every(con)
    assert (kept.event_filter, kept.min_severity) == ("alert.firing,workflow.failed", "critical")
    assert kept.platforms == ("google-ads", "pinterest")
    assert kept.quiet_hours == {
        "timezone": "Europe/Berlin", "start": "22:00", "end": "07:00", "days": ["mon", "tue"],
    }  # fmt: skip
    assert "TEAM_HOOK (not set)" in adops("notify", "list").words


def test_a_receiver_is_switched_off_on_and_removed_by_name_or_id(adops: Command, services: Services) -> None:
    adops("notify", "add", "Team", "--channel", "slack", "--target-ref", "TEAM_HOOK")
    with services.store.reading() as con:
        (kept,) = configs.every(con)
    adops("notify", "off", "Team")
    assert "there is no active receiver" in adops("notify", "test", code=1).err
    assert not adops("notify", "list", "--json").document[0]["active"]
    adops("notify", "on", kept.id[:6])
    assert adops("notify", "list", "--json").document[0]["active"]
    adops("notify", "remove", "Team")
    assert adops("notify", "list", "--json").document == []
    assert "ADOPS_NOTIFICATIONS__SLACK_WEBHOOK_URL" in adops("notify", "off", "settings-slack", code=2).err


def test_deliveries_are_listed_with_the_reason_they_failed_for(adops: Command, services: Services) -> None:
    assert "There is no delivery yet" in adops("notify", "deliveries").out
    with services.store.writing() as con:
        for key in ("good", "bad"):
            deliveries.enqueue(
                con, key=key, config_id="gone", channel="slack", message={"title": f"{key} news"}, at=_AT
            )
        for delivery in deliveries.claim(con, _AT, 60):
            if delivery.id == "bad":
                deliveries.failed_for_good(con, delivery, "HTTP 404 no_service")
            else:
                deliveries.sent(con, delivery.id, _AT)
    (failed,) = adops("notify", "deliveries", "--status", "failed", "--json").document
    assert (failed["title"], failed["last_error"], failed["attempts"]) == ("bad news", "HTTP 404 no_service", 1)
    said = adops("notify", "deliveries").words
    assert "HTTP 404 no_service" in said
    assert "Total: 1 failed, 1 sent" in said


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, adops: Command) -> Iterator[Program]:
    with running_program() as program:
        monkeypatch.setenv("ADOPS_NOTIFICATIONS__ALLOW_LOOPBACK", "true")
        monkeypatch.setenv("ADOPS_SECRET_KEYS", adops("notify", "new-key").out.strip())
        yield program


def test_a_programs_key_is_shown_once_and_verifies_what_is_sent_also_after_a_rotation(
    adops: Command, program: Program
) -> None:
    added = adops("notify", "add", "Data", "--channel", "webhook", "--target", "-", stdin=program.url)
    rotated = adops("notify", "rotate", "Data", "--overlap-hours", "1")
    keys = [said.out.strip().splitlines() for said in (added, rotated)]
    first, second = (next(line for line in lines if line.startswith("whsec_")) for lines in keys)
    listed = adops("notify", "list").out + adops("notify", "list", "--json").out
    assert "workflow.completed" in listed
    assert first not in listed
    assert second not in listed
    adops("notify", "test", "--channel", "webhook")
    (arrived,) = program.arrived
    for key in (first, second):
        assert Webhook(key).verify(arrived.body, arrived.headers)["type"] == "notification.test"


def test_a_webhook_of_the_settings_is_listed_tested_and_only_signed(
    adops: Command, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPS_NOTIFICATIONS__WEBHOOK_URL", program.url)
    said = adops("notify", "test", "--channel", "webhook", code=1)
    assert "ADOPS_NOTIFICATIONS__WEBHOOK_SECRET is not set" in said.out
    monkeypatch.setenv("ADOPS_NOTIFICATIONS__WEBHOOK_SECRET", new_secret())
    program.plan(ProgramReply(410))
    assert "410" in adops("notify", "test", "--channel", "webhook", code=1).out
    adops("notify", "test", "--channel", "webhook")
    assert "settings-webhook" in adops("notify", "list").out


def test_only_webhooks_have_a_key_to_replace(adops: Command, servers: Receiver) -> None:
    adops("notify", "add", "Team", "--channel", "slack", "--target-ref", "TEAM_HOOK")
    assert "only what is sent to a webhook is signed" in adops("notify", "rotate", "Team", code=2).err
