"""The receivers of one installation: those that settings name, and those that people add, change and remove."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from adops_pipeline.clock import Clock
from adops_pipeline.operations import configs, deliveries, projects
from adops_pipeline.operations.configs import NotificationConfig, NotificationFields
from adops_pipeline.operations.deliveries import Delivery, DeliveryStatus
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.receivers import (
    Receiver,
    receiver_of_config,
    receivers_of_settings,
)
from adops_pipeline.services.notifications.trial import TrialResult, send_tests
from adops_pipeline.settings import NotificationSettings

__all__ = ["Delivery", "DeliveryStatus", "NotificationConfig", "NotificationFields", "ReceiverDirectory", "new_key"]


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
        return self.of_settings() + [
            receiver_of_config(config, self.box(), self.find_secret, allow_loopback=self.settings.allow_loopback)
            for config in kept
        ]

    def of_settings(self) -> list[Receiver]:
        """Receivers that settings name; they are always active."""
        return receivers_of_settings(self.settings)

    def of_store(self) -> list[NotificationConfig]:
        """Receivers that the store keeps, active or not."""
        with self.store().reading() as con:
            return configs.every(con)

    def has_secret(self, variable: str) -> bool:
        """Whether the environment variable with an address is set."""
        return self.find_secret(variable) is not None

    def names(self) -> Mapping[str, str]:
        """The name of every receiver by its id."""
        own = {receiver.id: receiver.subscription.name for receiver in self.of_settings()}
        return own | {config.id: config.name for config in self.of_store()}

    def add(self, fields: NotificationFields) -> NotificationConfig:
        """Keep a new receiver. Raises InvalidError for a wrong field, NotFoundError for an unknown project."""
        with self.store().writing() as con:
            if fields.project_id is not None:
                projects.get(con, fields.project_id)
            return configs.create(con, fields, self.box(), self.clock())

    def remove(self, receiver_id: str) -> None:
        """Delete a receiver. Its deliveries stay on record."""
        with self.store().writing() as con:
            configs.remove(con, receiver_id)

    def set_active(self, receiver_id: str, *, active: bool) -> NotificationConfig:
        """Switch a receiver on or off."""
        with self.store().writing() as con:
            return configs.set_active(con, receiver_id, active=active)

    def send_tests(self, by: str, *, channel: str | None = None, receiver_id: str | None = None) -> list[TrialResult]:
        """Send a test message at once to every active receiver, or only to those of a channel, or to one."""
        with self.store().reading() as con:
            chosen = self.active(con)
        if channel is not None:
            chosen = [one for one in chosen if one.channel.value == channel]
        if receiver_id is not None:
            chosen = [one for one in chosen if one.id == receiver_id]
        return send_tests(chosen, self.clock(), by)

    def deliveries(
        self, limit: int, status: DeliveryStatus | None = None
    ) -> tuple[Sequence[Delivery], Mapping[DeliveryStatus, int]]:
        """Deliveries, newest first, and how many there are with each status."""
        with self.store().reading() as con:
            return deliveries.latest(con, limit, status), deliveries.counts(con)
