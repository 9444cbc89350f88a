"""Composition without an orchestrator: platforms, warehouse and landing built once from settings, for every front.

`services.platforms` decides how a platform is reached. What few commands use is imported at first use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from adops_pipeline.clock import Clock, system_clock
from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.live_events import LiveEvents
from adops_pipeline.services.silences import Silences
from adops_pipeline.settings import Settings, named_secret
from adops_pipeline.warehouse.connection import Warehouse, close_default_connection
from adops_pipeline.warehouse.open_file import close_all
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader

if TYPE_CHECKING:
    from adops_pipeline.domain.experiments.definitions import TestDefinition
    from adops_pipeline.services.ab_tests import AbTests
    from adops_pipeline.services.accounts import Accounts
    from adops_pipeline.services.alerts import Alerting
    from adops_pipeline.services.analysis import Analysis, Rules
    from adops_pipeline.services.audit import Audit
    from adops_pipeline.services.exports.exports import Exports
    from adops_pipeline.services.follow_ups import FollowUps
    from adops_pipeline.services.importing import Importer
    from adops_pipeline.services.monitoring import Monitoring
    from adops_pipeline.services.notifications.directory import ReceiverDirectory
    from adops_pipeline.services.notifications.notifier import Notifier
    from adops_pipeline.services.notifications.receivers import Receiver
    from adops_pipeline.services.notifications.relay import Relay
    from adops_pipeline.services.past import PastWorld
    from adops_pipeline.services.pipeline import Pipeline
    from adops_pipeline.services.projects import Projects
    from adops_pipeline.services.publishing import Publishing
    from adops_pipeline.services.quality import Quality
    from adops_pipeline.services.run_outcome import RunJournal
    from adops_pipeline.services.sessions import Sessions
    from adops_pipeline.services.store_copy import StoreCopy
    from adops_pipeline.services.sync import ProgressSink, Sync
    from adops_pipeline.services.sync_history import SyncHistory
    from adops_pipeline.services.tokens import Tokens
    from adops_pipeline.services.webhooks.directory import WebhookDirectory
    from adops_pipeline.services.webhooks.ingress import WebhookIngress
    from adops_pipeline.services.webhooks.keys import WebhookKeys
    from adops_pipeline.services.webhooks.trial import WebhookTrial
    from adops_pipeline.services.workflows.runner import Workflows
    from adops_pipeline.warehouse.normalize import NormalizeOptions
    from adops_pipeline.warehouse.publish import Published
    from adops_pipeline.warehouse.raw_landing import RawLanding

SNAPSHOT_NAME = "adops.duckdb"
WAREHOUSE_KEEP_SECONDS = 2.0
"""The steps of a run follow each other more quickly; another process that wants the file gets it at once."""

AT_FIRST_USE = (
    "adops_pipeline.domain.alerts.rules.thresholds",
    "adops_pipeline.domain.allocation",
    "adops_pipeline.domain.benchmarks",
    "adops_pipeline.domain.calendar.days",
    "adops_pipeline.domain.experiments.definitions",
    "adops_pipeline.domain.pacing",
    "adops_pipeline.services.ab_tests",
    "adops_pipeline.services.accounts",
    "adops_pipeline.services.alerts",
    "adops_pipeline.services.analysis",
    "adops_pipeline.services.audit",
    "adops_pipeline.services.exports.exports",
    "adops_pipeline.services.follow_ups",
    "adops_pipeline.services.importing",
    "adops_pipeline.services.monitoring",
    "adops_pipeline.services.notifications.directory",
    "adops_pipeline.services.notifications.notifier",
    "adops_pipeline.services.notifications.receivers",
    "adops_pipeline.services.notifications.relay",
    "adops_pipeline.services.past",
    "adops_pipeline.services.pipeline",
    "adops_pipeline.services.platforms",
    "adops_pipeline.services.projects",
    "adops_pipeline.services.publishing",
    "adops_pipeline.services.quality",
    "adops_pipeline.services.run_outcome",
    "adops_pipeline.services.sessions",
    "adops_pipeline.services.store_copy",
    "adops_pipeline.services.sync",
    "adops_pipeline.services.sync_history",
    "adops_pipeline.services.tokens",
    "adops_pipeline.services.webhooks.directory",
    "adops_pipeline.services.webhooks.ingress",
    "adops_pipeline.services.webhooks.keys",
    "adops_pipeline.services.webhooks.trial",
    "adops_pipeline.services.workflows.context",
    "adops_pipeline.services.workflows.runner",
    "adops_pipeline.warehouse.normalize",
    "adops_pipeline.warehouse.publish",
    "adops_pipeline.warehouse.queries.past",
    "adops_pipeline.warehouse.raw_landing",
)
"""Modules that are imported where they are used: a server or a short command starts without most of them."""


@dataclass(frozen=True)
class Services:
    """Everything a front needs, built from settings."""

    settings: Settings
    clock: Clock
    warehouse: Warehouse
    landing: RawLanding
    journal: RunJournal
    history_days: int | None
    progress: ProgressSink

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
    def normalize_options(self) -> NormalizeOptions:
        """Which of a platform's clicks and conversions count."""
        return normalize_options(self.settings)

    @cached_property
    def analysis(self) -> Analysis:
        """Computes the tables of the analyses."""
        from adops_pipeline.services.analysis import Analysis

        return Analysis(self.warehouse, self.clock, analysis_rules(self.settings))

    @cached_property
    def store(self) -> Store:
        """The operational store; its schema is migrated at first use."""
        store = Store(self.settings.operations_url)
        store.migrate()
        return store

    @cached_property
    def executions(self) -> Executions:
        """Executions of workflows."""
        return Executions(lambda: self.store, self.clock)

    @cached_property
    def audit(self) -> Audit:
        """Who changed what."""
        from adops_pipeline.services.audit import Audit

        return Audit(lambda: self.store, self.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Named tokens of the API."""
        from adops_pipeline.services.tokens import Tokens

        return Tokens(lambda: self.store, self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions of browsers."""
        from adops_pipeline.services.sessions import Sessions

        own = self.settings
        return Sessions(
            lambda: self.store, self.clock, self.tokens, own.api_token, timedelta(hours=own.api.session_hours)
        )

    @cached_property
    def live_events(self) -> LiveEvents:
        """Events for live streams."""
        return LiveEvents(lambda: self.store)

    @cached_property
    def snapshots(self) -> SnapshotReader:
        """Readers of the published snapshot, for a server."""
        return SnapshotReader(self.snapshot_path)

    @cached_property
    def exports(self) -> Exports:
        """Published tables and views as files."""
        from adops_pipeline.services.exports.exports import Exports

        return Exports(self.snapshots)

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
    def monitoring(self) -> Monitoring:
        """Figures of the system itself."""
        from adops_pipeline.services.monitoring import Monitoring

        return Monitoring(lambda: self.store, self.sync_history, self.accounts)

    @cached_property
    def projects(self) -> Projects:
        """Projects and their campaigns."""
        from adops_pipeline.services.projects import Projects

        return Projects(lambda: self.store, self.snapshots, self.clock)

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
    def workflows(self) -> Workflows:
        """Runs workflows in this process."""
        from adops_pipeline.services.workflows.context import WorkflowContext
        from adops_pipeline.services.workflows.runner import Workflows

        context = WorkflowContext(
            warehouse=self.warehouse,
            store=lambda: self.store,
            clock=self.clock,
            analysis=self.analysis,
            alerting=self.alerting,
            publish=self._publish_with_alerts,
            test_definitions=lambda: self.test_definitions,
            reporting_currency=self.settings.reporting_currency,
        )
        return Workflows(context)

    @cached_property
    def follow_ups(self) -> FollowUps:
        """Requests workflows that follow an analysis."""
        from adops_pipeline.services.follow_ups import FollowUps

        return FollowUps(self.warehouse, self.executions, self.settings.alerts.pacing_check_ratio)

    @cached_property
    def store_copy(self) -> StoreCopy:
        """Copies the operational store's public tables into the warehouse."""
        from adops_pipeline.services.store_copy import StoreCopy

        return StoreCopy(lambda: self.store, self.warehouse, self.clock)

    @cached_property
    def secret_box(self) -> SecretBox:
        """Encrypts and decrypts addresses and secrets that the store keeps."""
        return SecretBox([key.get_secret_value() for key in self.settings.secret_keys])

    @cached_property
    def receivers(self) -> ReceiverDirectory:
        """Who is notified: receivers of the settings and of the store."""
        from adops_pipeline.services.notifications.directory import ReceiverDirectory

        own = self.settings.notifications
        return ReceiverDirectory(own, lambda: self.store, self.clock, lambda: self.secret_box, named_secret)

    @cached_property
    def webhooks(self) -> WebhookDirectory:
        """Inbound webhooks."""
        from adops_pipeline.services.webhooks.directory import WebhookDirectory

        return WebhookDirectory(lambda: self.store, self.clock, self.webhook_keys)

    @cached_property
    def webhook_ingress(self) -> WebhookIngress:
        """Takes deliveries of inbound webhooks."""
        from adops_pipeline.services.webhooks.ingress import WebhookIngress

        own = self.settings.api
        return WebhookIngress(
            lambda: self.store,
            self.clock,
            self.webhook_keys,
            self.executions,
            own.webhook_calls_per_minute,
            own.webhook_keep_days,
        )

    @cached_property
    def webhook_trial(self) -> WebhookTrial:
        """Sends deliveries to inbound webhooks, to try them out."""
        from adops_pipeline.services.webhooks.trial import WebhookTrial

        return WebhookTrial(lambda: self.store, self.clock, self.webhook_keys)

    @cached_property
    def webhook_keys(self) -> WebhookKeys:
        """Keys of inbound webhooks."""
        from adops_pipeline.services.webhooks.keys import WebhookKeys

        return WebhookKeys(lambda: self.secret_box, bool(self.settings.secret_keys), named_secret)

    @cached_property
    def silences(self) -> Silences:
        """Silences of alerts."""
        return Silences(lambda: self.store, self.clock)

    @cached_property
    def pipeline(self) -> Pipeline:
        """Unifies raw files, and maintains them."""
        from adops_pipeline.services.pipeline import Pipeline, RateSource

        own = self.settings
        return Pipeline(
            warehouse=self.warehouse,
            landing=self.landing,
            options=self.normalize_options,
            rates=RateSource(own.fx_csv, own.reporting_currency, own.fx_max_age_days),
            clock=self.clock,
            publish=self.publish,
        )

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
    def importer(self) -> Importer:
        """Imports the JSON files of an older store."""
        from adops_pipeline.services.importing import Importer

        return Importer(lambda: self.store, self.clock, self.settings.data_dir)

    def _active_receivers(self, con: Connection) -> Sequence[Receiver]:
        """Asked for when something is sent: a run sends nothing."""
        return self.receivers.active(con)

    def _publish_with_alerts(self) -> Published:
        self.store_copy.refresh()
        return self.publish()

    def publish(self) -> Published:
        """Replace the snapshot with the warehouse's current contents."""
        return self.publishing.publish()

    @cached_property
    def publishing(self) -> Publishing:
        """Publishes the snapshot and announces it."""
        from adops_pipeline.services.publishing import Publishing

        return Publishing(self.warehouse, lambda: self.store, self.clock, self.snapshot_path)

    @property
    def snapshot_path(self) -> Path:
        """Path of the published snapshot."""
        return self.settings.data_dir / SNAPSHOT_NAME

    @property
    def test_definitions(self) -> tuple[TestDefinition, ...]:
        """Every A/B test to evaluate: those of settings (or of the simulated market) and those defined at run time."""
        return self.tests_since(self.sync.history_start)

    def tests_since(self, first_day: date) -> tuple[TestDefinition, ...]:
        """As ``test_definitions``, with those of the simulated market from ``first_day`` to now."""
        return self.ab_tests.to_evaluate(self._tests_of_settings(first_day))

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

    def _tests_of_settings(self, first_day: date) -> tuple[TestDefinition, ...]:
        """The A/B tests of settings; if there are none, those of the simulated market from ``first_day`` to now."""
        from adops_pipeline.services.platforms import planted_tests

        if self.settings.ab_tests:
            return tuple(test.definition() for test in self.settings.ab_tests)
        today = self.clock().date()
        return planted_tests(self.settings, DateRange(min(first_day, today), today))

    @property
    def max_age(self) -> timedelta:
        """Maximum age of an account's newest pull."""
        return timedelta(hours=self.settings.freshness_hours)


def build_services(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    days: int | None = None,
    progress: ProgressSink = lambda _: None,
    journal: RunJournal | None = None,
) -> Services:
    """Build everything from settings; opens nothing yet. ``days`` of history override the setting."""
    from adops_pipeline.services.run_outcome import RunJournal
    from adops_pipeline.warehouse.raw_landing import RawLanding

    journal = journal or RunJournal()
    warehouse = Warehouse(settings.data_dir / settings.warehouse_target, keep_seconds=WAREHOUSE_KEEP_SECONDS)
    landing = RawLanding(settings.data_dir / "raw")
    return Services(settings, clock, warehouse, landing, journal, days, progress)


def past_world(services: Services) -> PastWorld | None:
    """The world of the clock's day, where anything was pulled later; None if the clock shows the newest moment."""
    from adops_pipeline.services.past import PastWorld
    from adops_pipeline.warehouse.publish import publish
    from adops_pipeline.warehouse.queries.past import find_past
    from adops_pipeline.warehouse.raw_landing import RawLanding

    with services.warehouse.reading() as con:
        past = find_past(con, services.clock())
    if past is None:
        return None
    folder = services.settings.past_folder(past.day)

    def clock() -> datetime:

        return past.instant

    warehouse = Warehouse(folder / services.settings.warehouse_target, keep_seconds=WAREHOUSE_KEEP_SECONDS)
    return PastWorld(
        past=past,
        folder=folder,
        present=services.warehouse,
        pipeline=replace(
            services.pipeline,
            warehouse=warehouse,
            landing=RawLanding(services.landing.root, through=past.pulled_through),
            clock=clock,
            publish=lambda: publish(warehouse, folder / SNAPSHOT_NAME),
        ),
        analysis=replace(services.analysis, warehouse=warehouse, clock=clock),
        alerting=replace(services.alerting, warehouse=warehouse, clock=clock),
        store_copy=replace(services.store_copy, warehouse=warehouse, clock=clock, only_until_now=True),
        definitions=lambda: services.tests_since(past.first_day),
    )


def import_everything() -> None:
    """Import what is otherwise imported at first use: a process that others are forked from does it for them."""
    for name in AT_FIRST_USE:
        import_module(name)


def end_library_threads() -> None:
    """End threads that libraries start at import: a process that forks others must have none."""
    close_default_connection()


def close_warehouse_files() -> None:
    """Close the warehouse files that this process keeps open: for processes that end without exit handlers."""
    close_all()


def analysis_rules(settings: Settings) -> Rules:
    """The rules of the analyses, from settings."""
    from adops_pipeline.domain.allocation import AllocationRules
    from adops_pipeline.domain.benchmarks import BenchmarkRules
    from adops_pipeline.domain.calendar.days import CalendarRules
    from adops_pipeline.domain.pacing import MonthlyTarget, PacingRules
    from adops_pipeline.services.analysis import Rules

    pacing, allocation = settings.pacing, settings.allocation
    return Rules(
        pacing=PacingRules(**pacing.model_dump(), max_step_change=allocation.max_step_change),
        targets=tuple(MonthlyTarget(t.name, t.amount, t.currency, t.campaigns) for t in settings.targets),
        allocation=AllocationRules(**allocation.model_dump()),
        benchmarks=BenchmarkRules(**settings.benchmarks.model_dump()),
        severity=settings.severity.rules(),
        calendar=CalendarRules(
            settings.calendar.country,
            settings.calendar.countries,
            settings.calendar.public_holidays,
            settings.calendar.retail_events,
            tuple(event.event() for event in settings.events),
        ),
    )


def normalize_options(settings: Settings) -> NormalizeOptions:
    """Which of a platform's clicks and conversions count."""
    from adops_pipeline.warehouse.normalize import NormalizeOptions

    return NormalizeOptions(
        meta_purchase_priority=settings.meta_ads.purchase_priority,
        meta_clicks=settings.meta_ads.click_metric,
        pinterest_traffic=settings.pinterest.traffic,
    )


def _history_start(settings: Settings, clock: Clock, days: int | None) -> date:
    if days is None and settings.start_date is not None:
        return settings.start_date
    return clock().date() - timedelta(days=(days or settings.history_days) - 1)
