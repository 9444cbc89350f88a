"""Alerts and who is notified of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.operations.store import Connection
from adops_pipeline.services.silences import Silences
from adops_pipeline.wiring.data import DataServices
from adops_pipeline.wiring.secrets import find_secret

if TYPE_CHECKING:
    from adops_pipeline.services.alerts import Alerting
    from adops_pipeline.services.notifications.directory import ReceiverDirectory
    from adops_pipeline.services.notifications.notifier import Notifier
    from adops_pipeline.services.notifications.receivers import Receiver
    from adops_pipeline.services.notifications.relay import Relay


class AlertServices(DataServices):
    """Alerts and who is notified of them."""

    @cached_property
    def alerting(self) -> Alerting:
        """Evaluates alerts and groups them into notifications."""
        from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
        from adops_pipeline.services.alerts import Alerting

        own = self.settings.alerts
        return Alerting(
            self.warehouse,
            lambda: self.store,
            self.clock,
            self._active_receivers,
            self.sync_history.newest_failures,
            AlertRules(min_severity=own.min_severity, stale_after=self.max_age),
            timedelta(minutes=own.hold_minutes),
            self.settings.notifications.dashboard_url,
        )

    def _active_receivers(self, con: Connection) -> Sequence[Receiver]:
        """Asked for when something is sent: a run sends nothing."""
        return self.receivers.active(con)

    @cached_property
    def receivers(self) -> ReceiverDirectory:
        """Who is notified: receivers of the settings and of the store."""
        from adops_pipeline.services.notifications.directory import ReceiverDirectory

        own = self.settings.notifications
        return ReceiverDirectory(own, lambda: self.store, self.clock, lambda: self.secret_box, find_secret)

    @cached_property
    def notifier(self) -> Notifier:
        """Sends due messages."""
        from adops_pipeline.services.notifications.notifier import Notifier

        return Notifier(lambda: self.store, self.clock, self.receivers.active, self.receivers.disable)

    @cached_property
    def relay(self) -> Relay:
        """Turns events, digests and reports into messages."""
        from adops_pipeline.services.notifications.relay import Relay

        return Relay(lambda: self.store, self.clock, self.warehouse, self.notifier)

    @cached_property
    def silences(self) -> Silences:
        """Silences of alerts."""
        return Silences(lambda: self.store, self.clock)
