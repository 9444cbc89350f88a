"""Receivers of messages: addresses from settings and from the operational store, as the alerting and sending need them.

Composition only: what a receiver wants stands in `domain.alerts.routing`, how it is reached in `notifications`.
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

OF_SETTINGS = "settings-"
"""Ids of receivers that settings name begin so: `settings-slack`."""


@dataclass(frozen=True)
class Receiver:
    """One receiver: its channel, what it wants to hear, and where its address is found."""

    subscription: Subscription
    channel: Channel
    address: Callable[[], SecretStr] = field(repr=False)
    allow_loopback: bool = False

    @property
    def id(self) -> str:
        """The subscription's id."""
        return self.subscription.id

    def target(self) -> Target:
        """Where to send. Raises TargetError or SecretError, whose words hold no address."""
        return parse_target(self.channel, self.address().get_secret_value(), allow_loopback=self.allow_loopback)


def receivers_of_settings(settings: NotificationSettings) -> list[Receiver]:
    """One receiver for each address that the settings hold."""
    found = []
    for channel, address in (
        (Channel.SLACK, settings.slack_webhook_url),
        (Channel.DISCORD, settings.discord_webhook_url),
        (Channel.EMAIL, settings.email_url),
    ):
        if address is not None:
            subscription = Subscription(
                id=f"{OF_SETTINGS}{channel.value}",
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
    """The receiver that the store keeps. Its address is looked up, or decrypted, only when something is sent."""

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
