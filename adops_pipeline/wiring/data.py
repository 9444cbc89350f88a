"""Pulls, tables, analyses and the published snapshot."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from adops_pipeline.clock import Clock
from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.settings import Settings
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline.wiring.base import BaseServices
from adops_pipeline.wiring.rules import analysis_rules

if TYPE_CHECKING:
    from adops_pipeline.domain.experiments.definitions import TestDefinition
    from adops_pipeline.services.ab_tests import AbTests
    from adops_pipeline.services.accounts import Accounts
    from adops_pipeline.services.analysis import Analysis
    from adops_pipeline.services.exports.exports import Exports
    from adops_pipeline.services.exports.folder import TableFiles
    from adops_pipeline.services.exports.project_folder import ProjectFolder
    from adops_pipeline.services.importing import Importer
    from adops_pipeline.services.outcomes import Outcomes
    from adops_pipeline.services.pipeline import Pipeline
    from adops_pipeline.services.publishing import Publishing
    from adops_pipeline.services.quality import Quality
    from adops_pipeline.services.rebuilding import Rebuilding
    from adops_pipeline.services.retention import Retention
    from adops_pipeline.services.store_copy import StoreCopy
    from adops_pipeline.services.sync import Sync
    from adops_pipeline.services.sync_history import SyncHistory
    from adops_pipeline.warehouse.publish import Published


class DataServices(BaseServices):
    """Pulls, tables, analyses and the published snapshot."""

    @cached_property
    def sync(self) -> Sync:
        """Pulls of the platforms."""
        from adops_pipeline.services.platforms import change_days, platform_connector, reach_days
        from adops_pipeline.services.sync import Sync

        own = self.settings
        return Sync(
            connect=platform_connector(own, self.clock),
            landing=self.landing,
            warehouse=self.warehouse,
            clock=self.clock,
            history_start=_history_start(own, self.clock, self.history_days),
            reach_days=reach_days(),
            change_days=change_days(),
            lookback_days={platform: block.lookback_days for platform, block in own.platforms.items()},
            options=self.normalize_options,
            progress=self.progress,
            journal=self.journal.synced,
        )

    @cached_property
    def rebuilding(self) -> Rebuilding:
        """Builds the tables again from the raw files."""
        from adops_pipeline.services.rebuilding import Rebuilding

        own = self.pipeline
        return Rebuilding(own.warehouse, own.landing, own.options, own.rates, self.clock, own.publish)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Unifies raw files."""
        from adops_pipeline.services.pipeline import Pipeline, RateSource

        own = self.settings
        return Pipeline(
            warehouse=self.warehouse,
            landing=self.landing,
            options=self.normalize_options,
            rates=RateSource(own.fx_csv, own.reporting_currency, own.fx_max_age_days),
            publish=self.publish,
        )

    @cached_property
    def retention(self) -> Retention:
        """Deletes what is old."""
        from adops_pipeline.services.retention import Retention

        own = self.settings
        ages = own.retention.ages(own.api.webhook_keep_days)
        return Retention(self.warehouse, self.landing, lambda: self.store, own.data_dir, ages, self.clock)

    @cached_property
    def analysis(self) -> Analysis:
        """Computes the tables of the analyses."""
        from adops_pipeline.services.analysis import Analysis
        from adops_pipeline.services.kept_results import KeptResults

        kept = KeptResults(self.settings.data_dir / "computed")
        return Analysis(self.warehouse, self.clock, analysis_rules(self.settings), kept)

    @cached_property
    def outcomes(self) -> Outcomes:
        """Measures what changes of campaigns did."""
        from adops_pipeline.services.outcomes import Outcomes

        return Outcomes(self.warehouse, self.clock)

    @cached_property
    def quality(self) -> Quality:
        """Checks of the warehouse."""
        from adops_pipeline.services.quality import Quality

        return Quality(
            warehouse=self.warehouse,
            landing=self.landing,
            clock=self.clock,
            snapshot_path=self.snapshot_path,
            max_age=self.max_age,
            pinterest_traffic=self.settings.pinterest.traffic,
        )

    @cached_property
    def publishing(self) -> Publishing:
        """Publishes the snapshot and announces it."""
        from adops_pipeline.services.publishing import Publishing

        return Publishing(self.warehouse, lambda: self.store, self.clock, self.snapshot_path)

    def publish(self) -> Published:
        """Replace the snapshot with the warehouse's current contents."""
        return self.publishing.publish()

    @cached_property
    def snapshots(self) -> SnapshotReader:
        """Readers of the published snapshot, for a server."""
        return SnapshotReader(self.snapshot_path, self.settings.api.query_memory_mb)

    @cached_property
    def exports(self) -> Exports:
        """Published tables and views as files."""
        from adops_pipeline.services.exports.exports import Exports

        return Exports(self.snapshots)

    @property
    def exports_folder(self) -> Path:
        """Folder of the exported files, with a subfolder for each format."""
        return self.settings.data_dir / "exports"

    @cached_property
    def table_files(self) -> TableFiles:
        """Writes all published tables to folders."""
        from adops_pipeline.services.exports.folder import TableFiles

        return TableFiles(self.exports, self.clock)

    @cached_property
    def powerbi_project(self) -> ProjectFolder:
        """Writes the Power BI project."""
        from adops_pipeline.services.exports.powerbi.project import ProjectOptions
        from adops_pipeline.services.exports.project_folder import ProjectFolder

        own = self.settings
        options = ProjectOptions(
            reporting_currency=own.reporting_currency,
            first_day=own.partition_start,
            parquet_folder=str(self.exports_folder / "parquet"),
            odata_url=f"http://127.0.0.1:{own.api.port}/odata",
        )
        return ProjectFolder(options)

    @cached_property
    def store_copy(self) -> StoreCopy:
        """Copies the operational store's public tables into the warehouse."""
        from adops_pipeline.services.store_copy import StoreCopy

        return StoreCopy(lambda: self.store, self.warehouse, self.clock)

    @cached_property
    def sync_history(self) -> SyncHistory:
        """History of syncs."""
        from adops_pipeline.services.sync_history import SyncHistory

        return SyncHistory(lambda: self.store, self.warehouse, self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        """Ad accounts with the state of their data."""
        from adops_pipeline.services.accounts import Accounts

        return Accounts(self.snapshots, self.sync_history, self.clock, self.max_age)

    @cached_property
    def importer(self) -> Importer:
        """Imports the JSON files of an older store."""
        from adops_pipeline.services.importing import Importer

        return Importer(lambda: self.store, self.clock, self.settings.data_dir)

    @cached_property
    def ab_tests(self) -> AbTests:
        """A/B tests."""
        from adops_pipeline.services.ab_tests import AbTests

        return AbTests(
            lambda: self.store,
            self.snapshots,
            self.clock,
            lambda: self._tests_of_settings(self.sync.history_start),
        )

    @property
    def test_definitions(self) -> tuple[TestDefinition, ...]:
        """Every A/B test to evaluate: those of settings (or of the simulated market) and those defined at run time."""
        return self.tests_since(self.sync.history_start)

    def tests_since(self, first_day: date) -> tuple[TestDefinition, ...]:
        """As ``test_definitions``, with those of the simulated market from ``first_day`` to now."""
        return self.ab_tests.to_evaluate(self._tests_of_settings(first_day))

    def _tests_of_settings(self, first_day: date) -> tuple[TestDefinition, ...]:
        """The A/B tests of settings; if there are none, those of the simulated market from ``first_day`` to now."""
        from adops_pipeline.services.platforms import planted_tests

        if self.settings.ab_tests:
            return tuple(test.definition() for test in self.settings.ab_tests)
        today = self.clock().date()
        return planted_tests(self.settings, DateRange(min(first_day, today), today))


def _history_start(settings: Settings, clock: Clock, days: int | None) -> date:
    if days is None and settings.start_date is not None:
        return settings.start_date
    return clock().date() - timedelta(days=(days or settings.history_days) - 1)
