"""The world as it was known on a day in the past, computed into a snapshot of its own from what was pulled until then.

The present tables, alerts and records are only read: a look at the past changes none of them, pulls nothing and
notifies nobody.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.tables.operations import ALERTS
from adops_pipeline.operations.alerts import alert_row
from adops_pipeline.services.alerts import TABLE_SOURCES, Alerting, FiringSummary, summarise
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.outcomes import Outcomes
from adops_pipeline.services.pipeline import Pipeline
from adops_pipeline.services.store_copy import StoreCopy
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.frames import replace_rows
from adops_pipeline.warehouse.operations import replace_copy
from adops_pipeline.warehouse.queries.headlines import Headline, headlines
from adops_pipeline.warehouse.queries.past import HISTORY, PastDay, forget_days_after, rows_known_on
from adops_pipeline.warehouse.queries.summary import SummaryRow, run_summary

_SOURCES = tuple(source for source in TABLE_SOURCES if source != "sync")
"""Failed pulls are recorded in the store, which has only the newest."""


@dataclass(frozen=True, slots=True)
class PastSummary:
    """What was published, for the summary of a run. ``unrecorded``: why the store's tables are missing, if they are."""

    rows: list[SummaryRow]
    headlines: list[Headline]
    alerts: FiringSummary
    snapshot: Path
    unrecorded: str | None


@dataclass(frozen=True)
class PastWorld:
    """The world of one day. Every service but ``present`` works on the day's own warehouse, at the day's instant."""

    past: PastDay
    folder: Path
    present: Warehouse
    pipeline: Pipeline
    analysis: Analysis
    outcomes: Outcomes
    alerting: Alerting
    store_copy: StoreCopy
    definitions: Callable[[], Sequence[TestDefinition]]

    @property
    def notes(self) -> list[str]:
        """What a reader of the summary must know."""
        unchanged = "Nothing was pulled or notified; the present tables, alerts and records are unchanged."
        said = f"{self.past.day} is past: this shows what was known then, by the pulls made until that day. {unchanged}"
        if self.past.is_restated:
            said = (
                f"{self.past.day} is past, and nothing had been pulled by then: values, budgets and states are those "
                f"of the first pull, {self.past.pulled_through}. {unchanged}"
            )
        if not self.past.pruned:
            return [said]
        return [said, f"{self.past.pruned:,} raw files of that time were pruned: their values are missing."]

    def publish(self) -> PastSummary:
        """Compute everything as of that day and publish it in the day's folder, in place of an earlier look."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._unify()
        self.analysis.everything(self.definitions())
        alerts, unrecorded = self._evaluate_alerts()
        self.outcomes.measure()  # of proposals, too, which are copied with the store's tables
        with self.analysis.warehouse.reading() as con:
            rows, said = run_summary(con), headlines(con)
        self.pipeline.publish()
        self.analysis.warehouse.path.unlink()
        return PastSummary(rows, said, alerts, self.folder / "adops.duckdb", unrecorded)

    def _unify(self) -> None:
        with self.present.reading() as con:
            known = {table: rows_known_on(con, table, self.past.day) for table in HISTORY}
        with self.analysis.warehouse.writing() as con:
            for table, rows in known.items():
                replace_rows(con, table, rows)
        self.pipeline.register_pulls()
        self.pipeline.load_rates()
        self.pipeline.unify_entities()
        self.pipeline.unify_daily()
        if self.past.is_restated:
            with self.analysis.warehouse.writing() as con:
                forget_days_after(con, self.past.day)

    def _evaluate_alerts(self) -> tuple[FiringSummary, str | None]:
        """Copy the store's tables, and publish as alerts what the rules find on that day; nothing is stored."""
        unrecorded = None
        try:
            self.store_copy.refresh()
        except StoreError as error:
            unrecorded = str(error)
        records = self.alerting.found_now(_SOURCES)
        with self.analysis.warehouse.writing() as con:
            replace_copy(con, ALERTS.name, [alert_row(record) for record in records])
        return summarise(records), unrecorded
