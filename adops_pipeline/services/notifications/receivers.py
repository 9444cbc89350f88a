"""A receiver of messages, built from settings or from a row of the operational store.

Which messages it wants is decided by `domain.alerts.routing`; how it is reached, by `notifications`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from adops_pipeline.domain.alerts.quiet_hours import from_setting
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.targets import Target, check_address, parse_target
from adops_pipeline.operations import signing_keys
from adops_pipeline.operations.configs import NotificationConfig
from adops_pipeline.operations.secrets import SecretBox, SecretError
from adops_pipeline.settings import NotificationSettings, variable

SETTINGS_PREFIX = "settings-"
"""Ids of receivers that settings name begin with this: `settings-slack`."""


@dataclass(frozen=True)
class Receiver:
    """One receiver: its channel, which messages it wants, and how to find its address and the keys that sign.

    ``since``: a program gets only events from then on.
    """

    subscription: Subscription
    channel: Channel
    address: Callable[[], SecretStr] = field(repr=False)
    allow_loopback: bool = False
    allow_http: bool = False
    keys: Callable[[datetime], tuple[SecretStr, ...]] = field(default=lambda _: (), repr=False)
    since: datetime | None = None

    @property
    def is_program(self) -> bool:
        """Whether it gets events as data, each at once, rather than messages in words."""
        return self.channel is Channel.WEBHOOK

    @property
    def id(self) -> str:
        """The subscription's id."""
        return self.subscription.id

    def target(self, at: datetime) -> Target:
        """The address, and the keys that sign ``at`` a time. Raises TargetError or SecretError, which show neither."""
        return parse_target(
            self.channel,
            self.address().get_secret_value(),
            allow_loopback=self.allow_loopback,
            allow_http=self.allow_http,
            keys=self.keys(at),
        )

    def host(self) -> str | None:
        """The host that messages go to: the only part of an address that is shown. None where there is no address."""
        try:
            address = self.address().get_secret_value().strip()
            check_address(self.channel, address, allow_loopback=self.allow_loopback, allow_http=self.allow_http)
        except (SecretError, TargetError):
            return None
        return urlsplit(address).hostname


def receivers_of_settings(settings: NotificationSettings) -> list[Receiver]:
    """One receiver for each address in the settings."""
    found = []
    for channel, address, events in (
        (Channel.SLACK, settings.slack_webhook_url, settings.events),
        (Channel.DISCORD, settings.discord_webhook_url, settings.events),
        (Channel.EMAIL, settings.email_url, settings.events),
        (Channel.WEBHOOK, settings.webhook_url, settings.webhook_events),
    ):
        if address is not None:
            subscription = Subscription(
                id=f"{SETTINGS_PREFIX}{channel.value}",
                name=channel.value,
                events=_parts(events),
                min_severity=Severity(settings.min_severity),
            )
            keys = _keys_of_settings(settings) if channel is Channel.WEBHOOK else _no_keys
            found.append(
                Receiver(subscription, channel, _given(address), settings.allow_loopback, settings.allow_http, keys)
            )
    return found


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _no_keys(_: datetime) -> tuple[SecretStr, ...]:
    return ()


def _keys_of_settings(settings: NotificationSettings) -> Callable[[datetime], tuple[SecretStr, ...]]:
    def keys(_: datetime) -> tuple[SecretStr, ...]:
        if settings.webhook_secret is None:
            raise SecretError(f"{variable('notifications', 'webhook_secret')} is not set: what is sent must be signed")
        return _split(settings.webhook_secret)

    return keys


def _split(keys: SecretStr) -> tuple[SecretStr, ...]:
    return tuple(SecretStr(part) for part in _parts(keys.get_secret_value()))


def _given(address: SecretStr) -> Callable[[], SecretStr]:
    return lambda: address


def receiver_of_config(
    config: NotificationConfig,
    box: SecretBox,
    named: Callable[[str], SecretStr | None],
    *,
    allow_loopback: bool,
    allow_http: bool = False,
) -> Receiver:
    """A receiver from the store. Its address and keys are looked up or decrypted only when something is sent."""

    def address() -> SecretStr:
        if config.target_encrypted is not None:
            return SecretStr(box.decrypt(config.target_encrypted))
        found = named(config.target_ref or "")
        if found is None:
            raise SecretError(f"{config.target_ref} is not set; put the address of {config.name} there")
        return found

    def keys(at: datetime) -> tuple[SecretStr, ...]:
        if config.channel != Channel.WEBHOOK:
            return ()
        if config.signing_encrypted is not None:
            kept = signing_keys.decrypted(config.signing_encrypted, box)
            return tuple(SecretStr(one.key) for one in kept if one.signs_at(at))
        found = named(config.signing_ref or "")
        if found is None:
            raise SecretError(f"{config.signing_ref} is not set; put the key that signs for {config.name} there")
        return _split(found)

    subscription = Subscription(
        id=config.id,
        name=config.name,
        events=_parts(config.event_filter),
        min_severity=Severity(config.min_severity),
        platforms=config.platforms,
        project_id=config.project_id,
        quiet_hours=from_setting(config.quiet_hours),
    )
    return Receiver(
        subscription, Channel(config.channel), address, allow_loopback, allow_http, keys, since=config.created_at
    )


def by_id(receivers: list[Receiver]) -> Mapping[str, Receiver]:
    """Receivers by their id."""
    return {receiver.id: receiver for receiver in receivers}
