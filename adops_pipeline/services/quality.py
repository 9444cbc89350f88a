"""Checks of the warehouse: what every table promises, and what is missing from the whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adops_pipeline.clock import Clock, local_date
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.ledger import first_unpublished_day, lost_pulls, pulls_on_file, unpublished_pulls
from adops_pipeline.warehouse.normalize.options import PinterestTraffic
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.reconcile import reconcile_spend
from adops_pipeline.warehouse.violations import Violation

__all__ = ["RESTORE", "MissingData", "Quality", "TableViolations", "Violation"]

RESTORE = (
    "restore the raw file from a backup. The tables still have its rows, but without it they cannot be built again: "
    "`adops raw rebuild` then needs --without-damaged"
)
"""What to do where a raw file rotted or was deleted after it was applied."""


@dataclass(frozen=True, slots=True)
class TableViolations:
    """What breaks a table's promises: rows that share a key, and values that no column may hold."""

    table: str
    key: Sequence[Violation]
    columns: Sequence[Violation]


@dataclass(frozen=True, slots=True)
class MissingData:
    """What should be there and is not."""

    days: Sequence[Violation]
    rates: Sequence[Violation]
    files: Sequence[Violation]
    fresh_pulls: Sequence[Violation]


@dataclass(frozen=True)
class Quality:
    """The checks of one installation."""

    warehouse: Warehouse
    landing: RawLanding
    clock: Clock
    snapshot_path: Path
    max_age: timedelta
    pinterest_traffic: PinterestTraffic

    def tables(self, names: Sequence[str]) -> Iterator[TableViolations]:
        """Check keys and columns of tables.

        Days of unified tables that the snapshot has already are skipped. Analyses are checked whole: a setting or
        the restatement of another day changes them without a pull.
        """
        tables = [TABLES[name] for name in names]
        unified = {table.name for table in tables if table.concept == "metrics"}
        with self.warehouse.reading() as con:
            unpublished = first_unpublished_day(con, self.snapshot_path) if unified else None
            for table in tables:
                since = unpublished if table.name in unified else None
                yield TableViolations(
                    table.name, checks.key_violations(con, table, since), checks.column_violations(con, table, since)
                )

    def spend(self) -> list[Violation]:
        """Days of accounts whose spend in the raw files differs from that in the table."""
        with self.warehouse.reading() as con:
            pulls = unpublished_pulls(con, self.snapshot_path)
            return reconcile_spend(con, self.landing, pulls, self.pinterest_traffic)

    def raw_files(self) -> list[Violation]:
        """Raw files that are not as they landed, as every one of them is read to find out.

        The warehouse is not held meanwhile; what is pruned meanwhile is not missing.
        """
        with self.warehouse.reading() as con:
            known = pulls_on_file(con)
        lost = [found.partition(": ") for found in lost_pulls(known, self.landing)]
        if not lost:
            return []
        with self.warehouse.reading() as con:
            pruned = known - pulls_on_file(con)
        promise = "the raw file is as it landed"
        return [Violation("raw_pulls", promise, 1, f"{name}: {why}") for name, _, why in lost if name not in pruned]

    def missing(self) -> MissingData:
        """Days, exchange rates, raw files and recent pulls that are missing."""
        now = self.clock()
        with self.warehouse.reading() as con:
            return MissingData(
                days=checks.uncovered_days(con, lambda zone: local_date(now, zone)),
                rates=checks.fx_gaps(con),
                files=checks.damaged_pulls(con),
                fresh_pulls=checks.freshness(con, now, self.max_age),
            )
