"""Figures of the system itself, for monitoring: queue, alerts, deliveries, syncs, snapshot.

What cannot be read is None: monitoring must answer above all when something is broken.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adops_pipeline.domain.executions import Status
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts, deliveries, events, executions
from adops_pipeline.operations.deliveries import DeliveryStatus
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.store import Store
from adops_pipeline.services.accounts import Account, Accounts
from adops_pipeline.services.sync_history import PlatformSync, SyncHistory
from adops_pipeline.warehouse.errors import WarehouseError

__all__ = ["DeliveryStatus", "Monitoring", "SnapshotFigures", "StoreFigures"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Figures of the operational store. Statuses and severities that do not occur are left out."""

    last_seq: int
    executions: Mapping[Status, tuple[int, datetime]]
    """Number, and time of the oldest request, by status."""
    alerts: Mapping[Severity, int]
    deliveries: Mapping[DeliveryStatus, int]
    pulls: Sequence[PlatformSync]
    """The newest pull of each platform into each asset."""


@dataclass(frozen=True, slots=True)
class SnapshotFigures:
    """Figures of the published snapshot."""

    version: str
    published_at: datetime


@dataclass(frozen=True)
class Monitoring:
    """The figures of one installation."""

    store: Callable[[], Store]
    sync_history: SyncHistory
    accounts: Accounts

    def of_store(self) -> StoreFigures | None:
        """Figures of the operational store; None where it cannot be read."""
        try:
            with self.store().reading() as con:
                return StoreFigures(
                    last_seq=events.last_seq(con),
                    executions=executions.counts(con),
                    alerts=alerts.firing_counts(con),
                    deliveries=deliveries.counts(con),
                    pulls=self.sync_history.newest_pulls(),
                )
        except StoreError as error:
            _log.warning("no figures of the store: %s", error)
            return None

    def of_snapshot(self) -> SnapshotFigures | None:
        """Figures of the published snapshot; None before the first one was published."""
        try:
            return SnapshotFigures(*self.accounts.snapshot())
        except WarehouseError as error:
            _log.warning("no figures of the snapshot: %s", error)
            return None

    def of_accounts(self) -> Sequence[Account]:
        """Every account; none where the snapshot or the store cannot be read, which the other figures say."""
        try:
            return self.accounts.every()
        except (StoreError, WarehouseError):
            return []
