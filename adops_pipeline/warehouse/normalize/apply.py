"""Applies landed pulls to the unified tables, one transaction for each batch. Applying a pull again changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.ledger import mark_applied
from adops_pipeline.warehouse.normalize.batches import Batch, plan_batches
from adops_pipeline.warehouse.normalize.changes import stage_changes, write_changes
from adops_pipeline.warehouse.normalize.daily import stage_daily, write_daily
from adops_pipeline.warehouse.normalize.derived import apply_fx, refresh_campaign_metrics
from adops_pipeline.warehouse.normalize.entities import stage_entities, write_entities
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.outcome import Outcome, has_rejects
from adops_pipeline.warehouse.normalize.repeats import apply_repeats
from adops_pipeline.warehouse.normalize.statements import create_macros, create_own_tables, sql
from adops_pipeline.warehouse.normalize.totals import stage_totals, write_totals
from adops_pipeline.warehouse.raw_landing import Pull
from adops_pipeline.warehouse.transaction import transaction

__all__ = ["Applied", "apply_fx", "apply_pulls", "refresh_campaign_metrics"]


@dataclass(frozen=True, slots=True)
class Applied:
    """Result of one pull: rows written, rejected, restated, and withdrawn by the platform."""

    pull_id: str
    rows: int
    rejects: int
    revisions: int
    removed: int


_WRITERS = {
    Report.CHANGES: write_changes,
    Report.CAMPAIGN_TOTALS: write_totals,
    Report.CAMPAIGN_DAILY: write_daily,
    Report.AD_GROUP_DAILY: write_daily,
}


def apply_pulls(
    con: duckdb.DuckDBPyConnection, pulls: Sequence[Pull], raw_root: Path, options: NormalizeOptions
) -> list[Applied]:
    """Apply ``pulls`` of any platform and report, in whatever order they come, and mark them applied in the ledger.

    For each account and day the newest pull wins (pulled_at, then pull_id), also over one that is applied later.
    Pulls must be in the ledger. Raises duckdb.Error when a file cannot be read; batches before it stay applied.
    """
    create_own_tables(con)
    if not pulls:
        return []
    create_macros(con, "numbers", "entity_words")
    repeated = apply_repeats(con, pulls)
    applied = [Applied(pull_id, rows, 0, 0, 0) for pull_id, rows in repeated.items()]
    for batch in plan_batches([pull for pull in pulls if pull.pull_id not in repeated]):
        applied += _apply(con, batch, raw_root, options)
    return applied


def _apply(con: duckdb.DuckDBPyConnection, batch: Batch, raw_root: Path, options: NormalizeOptions) -> list[Applied]:
    # Reading may fail and fall back to a slower query, and an error within a transaction aborts it: so read first.
    _read_batch(con, batch, raw_root, options)
    if batch.report is Report.CAMPAIGN_TOTALS and has_rejects(con):
        # A pull's rejects replace those of older pulls that it overlaps.
        generations = batch.generations()
        if len(generations) > 1:
            return [applied for part in generations for applied in _apply(con, part, raw_root, options)]
    with transaction(con):
        outcome = _WRITERS.get(batch.report, write_entities)(con, batch)
        mark_applied(con, [pull.pull_id for pull in batch.pulls])
    return _report(con, outcome)


def _read_batch(con: duckdb.DuckDBPyConnection, batch: Batch, raw_root: Path, options: NormalizeOptions) -> None:
    """Fill the temporary tables `batch_pulls` and `staged`."""
    ids = [pull.pull_id for pull in batch.pulls]
    con.execute(sql("batch_pulls"), {"raw_root": str(raw_root), "pull_ids": ids})
    if batch.report.is_daily:
        create_macros(con, "sums", "keys")
        stage_daily(con, batch, options)
    elif batch.report is Report.CHANGES:
        stage_changes(con, batch)
    elif batch.report is Report.CAMPAIGN_TOTALS:
        stage_totals(con, batch)
    else:
        stage_entities(con, batch)


def _report(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> list[Applied]:
    numbered = con.execute("SELECT pull_no, pull_id FROM batch_pulls ORDER BY pull_no").fetchall()
    return [
        Applied(pull_id, outcome.rows[no], outcome.rejects[no], outcome.revisions[no], outcome.removed[no])
        for no, pull_id in numbered
    ]
