"""A receiver of messages, built from settings or from a row of the operational store.

Which messages it wants is decided by `domain.alerts.routing`; how it is reached, by `notifications`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from adops_pipeline.domain.alerts.quiet_hours import from_setting
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.targets import Target, parse_target
from adops_pipeline.operations.configs import NotificationConfig
from adops_pipeline.operations.secrets import SecretBox, SecretError
from adops_pipeline.settings import NotificationSettings

SETTINGS_PREFIX = "settings-"
"""Ids of receivers that settings name begin with this: `settings-slack`."""


@dataclass(frozen=True)
class Receiver:
    """One receiver: its channel, which messages it wants, and how to find its address."""

    subscription: Subscription
    channel: Channel
    address: Callable[[], SecretStr] = field(repr=False)
    allow_loopback: bool = False

    @property
    def id(self) -> str:
        """The subscription's id."""
        return self.subscription.id

    def target(self) -> Target:
        """The address to send to. Raises TargetError or SecretError; their messages contain no address."""
        return parse_target(self.channel, self.address().get_secret_value(), allow_loopback=self.allow_loopback)


def receivers_of_settings(settings: NotificationSettings) -> list[Receiver]:
    """One receiver for each address in the settings."""
    found = []
    for channel, address in (
        (Channel.SLACK, settings.slack_webhook_url),
        (Channel.DISCORD, settings.discord_webhook_url),
        (Channel.EMAIL, settings.email_url),
    ):
        if address is not None:
            subscription = Subscription(
                id=f"{SETTINGS_PREFIX}{channel.value}",
                name=channel.value,
                events=tuple(part.strip() for part in settings.events.split(",") if part.strip()),
                min_severity=Severity(settings.min_severity),
            )
            found.append(Receiver(subscription, channel, _given(address), settings.allow_loopback))
    return found


def _given(address: SecretStr) -> Callable[[], SecretStr]:
    return lambda: address


def receiver_of_config(
    config: NotificationConfig,
    box: SecretBox,
    named: Callable[[str], SecretStr | None],
    *,
    allow_loopback: bool,
) -> Receiver:
    """A receiver from the store. Its address is looked up or decrypted only when something is sent."""

    def address() -> SecretStr:
        if config.target_encrypted is not None:
            return SecretStr(box.decrypt(config.target_encrypted))
        found = named(config.target_ref or "")
        if found is None:
            raise SecretError(f"{config.target_ref} is not set; put the address of {config.name} there")
        return found

    subscription = Subscription(
        id=config.id,
        name=config.name,
        events=tuple(part.strip() for part in config.event_filter.split(",") if part.strip()),
        min_severity=Severity(config.min_severity),
        platforms=config.platforms,
        project_id=config.project_id,
        quiet_hours=from_setting(config.quiet_hours),
    )
    return Receiver(subscription, Channel(config.channel), address, allow_loopback)


def by_id(receivers: list[Receiver]) -> Mapping[str, Receiver]:
    """Receivers by their id."""
    return {receiver.id: receiver for receiver in receivers}
