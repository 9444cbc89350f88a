"""What every group of services is built from: settings, clock, files and the operational store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from adops_pipeline.clock import Clock
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.store import Store
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.live_events import LiveEvents
from adops_pipeline.settings import Settings
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.wiring.rules import normalize_options

if TYPE_CHECKING:
    from adops_pipeline.services.audit import Audit
    from adops_pipeline.services.run_outcome import RunJournal
    from adops_pipeline.services.sync import ProgressSink
    from adops_pipeline.warehouse.normalize import NormalizeOptions
    from adops_pipeline.warehouse.raw_landing import RawLanding

SNAPSHOT_NAME = "adops.duckdb"
WAREHOUSE_KEEP_SECONDS = 2.0
"""The steps of a run follow each other more quickly; another process that wants the file gets it at once."""


@dataclass(frozen=True)
class BaseServices:
    """What every group of services is built from: settings, clock, files and the operational store."""

    settings: Settings
    clock: Clock
    warehouse: Warehouse
    landing: RawLanding
    journal: RunJournal
    history_days: int | None
    progress: ProgressSink

    @cached_property
    def store(self) -> Store:
        """The operational store; its schema is migrated at first use."""
        store = Store(self.settings.operations_url)
        store.migrate()
        return store

    def close_store(self) -> None:
        """Close the store if it is open. The last one to close a file leaves it whole, without a log beside it."""
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def secret_box(self) -> SecretBox:
        """Encrypts and decrypts addresses and secrets that the store keeps."""
        return SecretBox([key.get_secret_value() for key in self.settings.secret_keys])

    @property
    def snapshot_path(self) -> Path:
        """Path of the published snapshot."""
        return self.settings.data_dir / SNAPSHOT_NAME

    @property
    def max_age(self) -> timedelta:
        """Maximum age of an account's newest pull."""
        return timedelta(hours=self.settings.freshness_hours)

    @cached_property
    def normalize_options(self) -> NormalizeOptions:
        """Which of a platform's clicks and conversions count."""
        return normalize_options(self.settings)

    @cached_property
    def executions(self) -> Executions:
        """Executions of workflows."""
        return Executions(lambda: self.store, self.clock)

    @cached_property
    def live_events(self) -> LiveEvents:
        """Events for live streams."""
        return LiveEvents(lambda: self.store)

    @cached_property
    def audit(self) -> Audit:
        """Who changed what."""
        from adops_pipeline.services.audit import Audit

        return Audit(lambda: self.store, self.clock)
