"""Deletes what is old of everything that grows: raw files, rows of the operational store, files that were left behind.

Dagster's records are the business of its own storage, which is handed in. Each kind is complete in itself: a pruning
that is cut short leaves nothing half-deleted, and the next one deletes the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adops_pipeline.clock import Clock
from adops_pipeline.domain.retention import Ages, Pruned, before
from adops_pipeline.operations import retention as rows
from adops_pipeline.operations.sqlite_file import shrink
from adops_pipeline.operations.store import Store
from adops_pipeline.services.old_files import OldFile, delete_files, old_files, size_of
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.prune import old_partials, prune
from adops_pipeline.warehouse.raw_landing import RawLanding

DagsterPruning = Callable[[datetime, Sequence[str], bool], Sequence[Pruned]]
"""Deletes Dagster's records from before a time, those of some runs excepted; the last argument is ``dry_run``."""


@dataclass(frozen=True)
class Retention:
    """What one installation keeps, and for how long."""

    warehouse: Warehouse
    landing: RawLanding
    store: Callable[[], Store]
    data_dir: Path
    ages: Ages
    clock: Clock

    def prune(self, dagster: DagsterPruning, *, dry_run: bool) -> list[Pruned]:
        """Delete what is older than its age, of every kind; what was deleted, or would be."""
        found = [*self._raw(dry_run), *self._rows(dry_run), *self._of_dagster(dagster, dry_run), *self._files(dry_run)]
        if not dry_run and (file := self.store().file) is not None:
            shrink(file)
        return found

    def prune_raw(self, keep_days: int, *, dry_run: bool) -> list[Pruned]:
        """Delete superseded raw files, and unfinished ones, that are older than ``keep_days``."""
        return [self._superseded(keep_days, dry_run), self._partials(keep_days, dry_run)]

    def _raw(self, dry_run: bool) -> list[Pruned]:
        return [self._superseded(self.ages.raw, dry_run), self._partials(self.ages.leftovers, dry_run)]

    def _superseded(self, days: int, dry_run: bool) -> Pruned:
        with self.warehouse.reading() if dry_run else self.warehouse.writing() as con:
            gone = prune(con, self.landing, keep_days=days, now=self.clock(), dry_run=dry_run)
        return Pruned("superseded raw files", len(gone), sum(item.bytes for item in gone), days)

    def _partials(self, days: int, dry_run: bool) -> Pruned:
        left = old_partials(self.landing, keep_days=days, now=self.clock())
        return delete_files("unfinished raw files", days, (OldFile(one, size_of(one)) for one in left), dry_run=dry_run)

    def _rows(self, dry_run: bool) -> Iterator[Pruned]:
        store, ages, now = self.store(), self.ages, self.clock()
        gone, behind = rows.prune_events(store, before(now, ages.events), dry_run=dry_run)
        held = f"not read yet by {', '.join(behind)}" if behind else None
        yield Pruned("events", gone.count, gone.bytes, ages.events, held)
        for kind, days, delete in (
            ("activity entries", ages.activity, rows.prune_activity),
            ("sent messages", ages.deliveries, rows.prune_deliveries),
            ("inbound deliveries", ages.inbound_deliveries, rows.prune_inbound_deliveries),
        ):
            gone = delete(store, before(now, days), dry_run=dry_run)
            yield Pruned(kind, gone.count, gone.bytes, days)

    def _of_dagster(self, dagster: DagsterPruning, dry_run: bool) -> Sequence[Pruned]:
        with self.store().reading() as con:
            needed = rows.runs_of_open_executions(con)
        return dagster(before(self.clock(), self.ages.dagster), needed, dry_run)

    def _files(self, dry_run: bool) -> Iterator[Pruned]:
        for kind, (days, found) in old_files(self.data_dir, self.ages, self.clock()).items():
            yield delete_files(kind, days, found, dry_run=dry_run)
