"""Promises of the receivers: one for each address, found only when something is sent, shown nowhere."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.targets import SlackTarget
from adops_pipeline.operations.configs import NotificationConfig
from adops_pipeline.operations.secrets import SecretBox, SecretError, new_key
from adops_pipeline.services.notifications.receivers import by_id, receiver_of_config, receivers_of_settings
from adops_pipeline.settings import NotificationSettings

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
ADDRESS = "https://hooks.slack.com/services/T000/B000/planted-secret"


def _config(**changes: object) -> NotificationConfig:
    fields: dict[str, object] = {
        "id": "c1", "name": "Ops", "channel": "slack", "target_ref": "OPS_SLACK", "target_encrypted": None,
        "event_filter": "alert.firing, workflow.*", "min_severity": "critical", "platforms": ("meta-ads",),
        "project_id": "p1", "quiet_hours": {"timezone": "Europe/Berlin", "start": "22:00", "end": "07:00"},
        "active": True, "created_at": NOW,
    }  # fmt: skip
    return NotificationConfig(**{**fields, **changes})  # type: ignore[arg-type]


def _nothing(name: str) -> SecretStr | None:
    del name
    return None


def test_each_address_of_the_settings_is_a_receiver_that_shares_their_filters() -> None:
    settings = NotificationSettings(
        slack_webhook_url=SecretStr(ADDRESS),
        email_url=SecretStr("smtp://mail.example.com?from=a@example.com&to=b@example.com"),
        min_severity="critical",
        events="alert.*, ,report.*",
    )
    found = by_id(receivers_of_settings(settings))
    assert set(found) == {"settings-slack", "settings-email"}
    slack = found["settings-slack"]
    assert (slack.channel, slack.subscription.events) == (Channel.SLACK, ("alert.*", "report.*"))
    assert slack.subscription.min_severity is Severity.CRITICAL
    target = slack.target(NOW)
    assert isinstance(target, SlackTarget)
    assert target.webhook_url.get_secret_value() == ADDRESS


def test_settings_without_an_address_tell_nobody() -> None:
    assert receivers_of_settings(NotificationSettings()) == []


def test_a_config_says_what_its_receiver_hears_and_its_variable_is_read_only_when_something_is_sent() -> None:
    asked: list[str] = []

    def named(name: str) -> SecretStr | None:
        asked.append(name)
        return SecretStr(ADDRESS)

    receiver = receiver_of_config(_config(), SecretBox([]), named, allow_loopback=False)
    wanted = receiver.subscription
    assert (wanted.id, wanted.events, wanted.platforms, wanted.project_id) == (
        "c1", ("alert.firing", "workflow.*"), ("meta-ads",), "p1",
    )  # fmt: skip
    assert wanted.quiet_hours is not None
    assert asked == []
    assert isinstance(receiver.target(NOW), SlackTarget)
    assert asked == ["OPS_SLACK"]


def test_a_variable_that_is_not_set_is_named() -> None:
    receiver = receiver_of_config(_config(), SecretBox([]), _nothing, allow_loopback=False)
    with pytest.raises(SecretError, match="OPS_SLACK is not set; put the address of Ops there"):
        receiver.target(NOW)


def test_an_encrypted_address_is_read_with_its_key_and_no_other() -> None:
    box = SecretBox([new_key()])
    config = _config(target_ref=None, target_encrypted=box.encrypt(ADDRESS))
    assert isinstance(receiver_of_config(config, box, _nothing, allow_loopback=False).target(NOW), SlackTarget)
    for other in (SecretBox([new_key()]), SecretBox([])):
        with pytest.raises(SecretError) as raised:
            receiver_of_config(config, other, _nothing, allow_loopback=False).target(NOW)
        assert "planted-secret" not in str(raised.value)


def test_an_address_elsewhere_is_refused_and_loopback_only_where_it_is_allowed() -> None:
    def at(address: str, *, allow_loopback: bool) -> SlackTarget:
        found = receiver_of_config(
            _config(), SecretBox([]), lambda _: SecretStr(address), allow_loopback=allow_loopback
        )
        target = found.target(NOW)
        assert isinstance(target, SlackTarget)
        return target

    loopback = "http://127.0.0.1:9/services/T000/B000/planted-secret"
    for address in ("https://example.com/services/T000/B000/planted-secret", loopback):
        with pytest.raises(TargetError) as raised:
            at(address, allow_loopback=False)
        assert "planted-secret" not in str(raised.value)
    assert at(loopback, allow_loopback=True).webhook_url.get_secret_value() == loopback


def test_a_receiver_shows_no_address() -> None:
    (receiver,) = receivers_of_settings(NotificationSettings(slack_webhook_url=SecretStr(ADDRESS)))
    assert "planted-secret" not in repr(receiver)
