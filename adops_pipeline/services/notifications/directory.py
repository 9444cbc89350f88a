"""The receivers of one installation: those that settings name, and those that people add, change and remove."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adops_pipeline.clock import Clock
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.targets import check_address
from adops_pipeline.operations import configs, deliveries, disabled_receivers, events, projects
from adops_pipeline.operations.configs import NotificationConfig, NotificationFields
from adops_pipeline.operations.deliveries import Delivery, DeliveryStatus
from adops_pipeline.operations.deliveries import Place as DeliveryPlace
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline.operations.secrets import SecretBox, SecretError, new_key
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.receivers import (
    Receiver,
    receiver_of_config,
    receivers_of_settings,
)
from adops_pipeline.settings import NotificationSettings, variable

if TYPE_CHECKING:
    from adops_pipeline.services.notifications.trial import TrialResult

__all__ = [
    "Delivery",
    "DeliveryPlace",
    "DeliveryStatus",
    "NotificationConfig",
    "NotificationFields",
    "ReceiverDirectory",
    "new_key",
]

_VARIABLES = {variable("notifications", field) for field in NotificationSettings.model_fields}


def is_reserved(name: str) -> bool:
    """Whether a variable cannot hold an address: names that begin with ADOPS_ are those of settings."""
    return name.upper().startswith("ADOPS_") and name not in _VARIABLES


@dataclass(frozen=True)
class ReceiverDirectory:
    """Reads and changes receivers.

    ``box`` encrypts the addresses that the store keeps; ``find_secret`` gives the value of a variable by its name.
    """

    settings: NotificationSettings
    store: Callable[[], Store]
    clock: Clock
    box: Callable[[], SecretBox]
    find_secret: Callable[[str], SecretStr | None]

    def active(self, con: Connection) -> list[Receiver]:
        """Every receiver that may be notified, read in the transaction ``con``."""
        kept = configs.every(con, active_only=True)
        off = self._disabled(con)
        return [receiver for receiver in self.of_settings() if receiver.id not in off] + [
            self._receiver(config) for config in kept
        ]

    def _receiver(self, config: NotificationConfig) -> Receiver:
        own = self.settings
        return receiver_of_config(
            config, self.box(), self.find_secret, allow_loopback=own.allow_loopback, allow_http=own.allow_http
        )

    def hosts(self) -> Mapping[str, str | None]:
        """The host of every receiver by its id; None where its address is missing or wrong."""
        receivers = [*self.of_settings(), *map(self._receiver, self.of_store())]
        return {receiver.id: receiver.host() for receiver in receivers}

    def of_settings(self) -> list[Receiver]:
        """Receivers that settings name; they are active unless they answered that they want no more."""
        return receivers_of_settings(self.settings)

    def of_store(self) -> list[NotificationConfig]:
        """Receivers that the store keeps, active or not."""
        with self.store().reading() as con:
            return configs.every(con)

    def disabled(self) -> Mapping[str, str]:
        """Why receivers are off that answered that they want no more messages, by id."""
        with self.store().reading() as con:
            return self._disabled(con)

    def _disabled(self, con: Connection) -> Mapping[str, str]:
        given = {receiver.id: receiver.address().get_secret_value() for receiver in self.of_settings()}
        return {
            name: one.reason
            for name, one in disabled_receivers.every(con).items()
            if name not in given or one.has_address(given[name])
        }

    def has_secret(self, variable: str) -> bool:
        """Whether the environment variable with an address is set, to something that can be used."""
        try:
            return self.find_secret(variable) is not None
        except SecretError:
            return False

    def names(self) -> Mapping[str, str]:
        """The name of every receiver by its id."""
        own = {receiver.id: receiver.subscription.name for receiver in self.of_settings()}
        return own | {config.id: config.name for config in self.of_store()}

    def add(self, fields: NotificationFields) -> NotificationConfig:
        """Keep a new receiver. Raises InvalidError for a wrong field, NotFoundError for an unknown project.

        ``new_key`` of a webhook's config is the key that signs; it is not shown again.
        """
        self._check_address(fields)
        with self._storing_secrets(), self.store().writing() as con:
            if fields.project_id is not None:
                projects.get(con, fields.project_id)
            return configs.create(con, fields, self.box(), self.clock())

    def find(self, receiver_id: str) -> NotificationConfig:
        """The receiver that the store keeps. Raises NotFoundError, or RefusedError for one of the settings."""
        if receiver_id in {receiver.id for receiver in self.of_settings()}:
            raise RefusedError(f"{receiver_id} is a receiver of the settings: change the setting instead")
        with self.store().reading() as con:
            return configs.get(con, receiver_id)

    def change(self, receiver_id: str, fields: NotificationFields) -> NotificationConfig:
        """Change a receiver; without an address it keeps the one it has."""
        before = self.find(receiver_id)
        self._check_address(fields)
        with self._storing_secrets(), self.store().writing() as con:
            if fields.project_id is not None and fields.project_id != before.project_id:
                projects.get(con, fields.project_id)
            return configs.change(con, receiver_id, fields, self.box())

    @contextmanager
    def _storing_secrets(self) -> Iterator[None]:
        try:
            yield
        except SecretError as error:
            raise RefusedError(
                f"{error}: make one with `adops notify new-key`, set it as ADOPS_SECRET_KEYS, or name a variable"
            ) from None

    def remove(self, receiver_id: str) -> None:
        """Delete a receiver. Its deliveries stay on record."""
        self.find(receiver_id)
        with self.store().writing() as con:
            configs.remove(con, receiver_id)

    def replace_key(self, receiver_id: str, overlap: timedelta) -> NotificationConfig:
        """Make a new key for a webhook (``new_key``); what is sent meanwhile is signed with the old one as well."""
        now = self.clock()
        with self.store().writing() as con:
            return configs.replace_key(con, receiver_id, self.box(), now, now + overlap)

    def disable(self, con: Connection, receiver: Receiver, reason: str) -> None:
        """Switch off a receiver that answered that it wants no more messages; the feed says so."""
        now = self.clock()
        disabled_receivers.disable(con, receiver.id, receiver.address().get_secret_value(), reason, now)
        if receiver.id in {config.id for config in configs.every(con)}:
            configs.set_active(con, receiver.id, active=False)
        data = {"title": f"Receiver {receiver.subscription.name} was switched off", "detail": reason}
        events.append(con, "activity.new", at=now, subject=receiver.id, data=data)

    def enable_of_settings(self, receiver_id: str) -> None:
        """Switch on again a receiver of the settings that was switched off for its answer."""
        with self.store().writing() as con:
            if not disabled_receivers.enable(con, receiver_id):
                raise NotFoundError("disabled receiver", receiver_id)

    def _check_address(self, fields: NotificationFields) -> None:
        for name, reference in (("target_ref", fields.target_ref), ("signing_ref", fields.signing_ref)):
            if reference is not None and is_reserved(reference):
                raise InvalidError(name, "names that begin with ADOPS_ are reserved for settings; choose another")
        if fields.target is None or fields.channel not in set(Channel):
            return
        own = self.settings
        try:
            check_address(
                Channel(fields.channel), fields.target, allow_loopback=own.allow_loopback, allow_http=own.allow_http
            )
        except TargetError as error:
            raise InvalidError("target", str(error)) from None

    def set_active(self, receiver_id: str, *, active: bool) -> NotificationConfig:
        """Switch a receiver on or off."""
        with self.store().writing() as con:
            return configs.set_active(con, receiver_id, active=active)

    def send_tests(self, by: str, *, channel: str | None = None, receiver_id: str | None = None) -> "list[TrialResult]":
        """Send a test message at once to every active receiver, or only to those of a channel, or to one."""
        from adops_pipeline.services.notifications.trial import send_tests

        with self.store().reading() as con:
            chosen = self.active(con)
        if channel is not None:
            chosen = [one for one in chosen if one.channel.value == channel]
        if receiver_id is not None:
            chosen = [one for one in chosen if one.id == receiver_id]
        return send_tests(chosen, self.clock(), by)

    def deliveries_page(
        self,
        limit: int,
        before: DeliveryPlace | None = None,
        *,
        statuses: Sequence[DeliveryStatus] = (),
        receiver_ids: Sequence[str] = (),
        channels: Sequence[str] = (),
        since: datetime | None = None,
    ) -> Sequence[Delivery]:
        """Deliveries, newest first, after the one at ``before``; only those that meet every condition."""
        with self.store().reading() as con:
            return deliveries.page(
                con, limit, before, statuses=statuses, config_ids=receiver_ids, channels=channels, since=since
            )

    def deliveries(
        self, limit: int, status: DeliveryStatus | None = None
    ) -> tuple[Sequence[Delivery], Mapping[DeliveryStatus, int]]:
        """Deliveries, newest first, and how many there are with each status."""
        with self.store().reading() as con:
            return deliveries.latest(con, limit, status), deliveries.counts(con)
