"""The main job without an orchestrator: sync, unify, analyse, publish; and building the tables again from raw files.

`adops run` does the same as a Dagster run over the assets. Here is the order for callers that need no Dagster.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.services.sync import Sync
from adops_pipeline.warehouse import ledger
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.fx import load_fx
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.publish import Published
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.unify import unify_all


@dataclass(frozen=True, slots=True)
class RateSource:
    """The file of exchange rates, and how they are used."""

    path: Path
    reporting_currency: str
    max_age_days: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What building the tables again brought, in numbers."""

    pulls: int
    rows: int
    rejects: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """Superseded raw files that were deleted, or would be."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Pipeline:
    """The pipeline of one installation."""

    sync: Sync
    warehouse: Warehouse
    landing: RawLanding
    options: NormalizeOptions
    rates: RateSource
    analysis: Analysis
    test_definitions: Callable[[], Sequence[TestDefinition]]
    publish: Callable[[], Published]

    def run(self) -> Published:
        """Pull every platform, unify, analyse and publish. An account that fails does not stop the others."""
        for platform in Platform:
            self.sync.entities(platform)
            self.sync.catch_up(platform)
        self.unify()
        self.analyse()
        return self.publish()

    def unify(self) -> None:
        """Bring the unified tables up to date with the raw files that have landed."""
        with self.warehouse.writing() as con:
            ledger.register_pulls(con, self.landing)
            load_fx(con, self.rates.path, self.rates.reporting_currency, self.rates.max_age_days)
            unify_all(con, self.landing, self.options)

    def analyse(self) -> None:
        """Run every analysis; maturity comes first, because the others read it."""
        self.analysis.maturity()
        self.analysis.pacing()
        self.analysis.benchmarks()
        self.analysis.anomalies()
        self.analysis.forecasts()
        self.analysis.recommendations()
        self.analysis.experiments(self.test_definitions())

    def rebuild(self) -> Rebuilt:
        """Empty the unified tables, build them from the raw files, and publish."""
        with self.warehouse.writing() as con:
            ledger.rebuild(con, self.landing)
            unified = unify_all(con, self.landing, self.options)
        published = self.publish()
        return Rebuilt(unified.pulls, sum(published.tables.values()), unified.rejects)

    def prune(self, keep_days: int, *, dry_run: bool) -> Pruned:
        """Delete raw files older than ``keep_days`` that newer pulls have superseded completely."""
        with self.warehouse.writing() as con:
            gone = ledger.prune(con, self.landing, keep_days=keep_days, now=self.sync.clock(), dry_run=dry_run)
        return Pruned(len(gone), sum(item.bytes for item in gone))
