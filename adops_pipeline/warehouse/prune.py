"""Deletes superseded raw files according to the ledger; the newest for each account and day is always kept.

Rows that failed pulls left aside are in no ledger and go by their age alone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from adops_pipeline.domain.retention import before
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.sql import statement


@dataclass(frozen=True, slots=True)
class SupersededFile:
    """A raw file that was, or would be, deleted. ``path`` is relative to the raw folder."""

    pull_id: str
    path: str
    bytes: int


def prune(
    con: duckdb.DuckDBPyConnection, landing: RawLanding, *, keep_days: int, now: datetime, dry_run: bool = False
) -> list[SupersededFile]:
    """Delete files of pulls older than ``keep_days`` at ``now`` (aware) that newer applied pulls cover completely.

    Completely: every account-day, or for entities the account. One stays whose rows stand because a newer pull's could
    not be read. The ledger keeps their rows as ``pruned``; the restatement history keeps their values.
    """
    oldest = before(now.astimezone(UTC), keep_days)
    found = [
        SupersededFile(*row)
        for row in con.execute(statement("superseded_pulls"), {"before": oldest.replace(tzinfo=None)}).fetchall()
    ]
    if dry_run:
        return found
    for item in found:
        landing.delete(item.path)
    # After the files: if this is interrupted, the next call updates the rows.
    con.execute(
        "UPDATE raw_pulls SET state = 'pruned' WHERE pull_id IN (SELECT unnest($ids::VARCHAR[]))",
        {"ids": [item.pull_id for item in found]},
    )
    landing.remove_empty_days(before(now.astimezone(UTC), 1).date())
    return found


def old_partials(landing: RawLanding, *, keep_days: int, now: datetime) -> list[Path]:
    """Files that failed or killed pulls left more than ``keep_days`` ago."""
    oldest = before(now, keep_days).timestamp()
    return sorted(left for left in landing.partials() if left.stat().st_mtime < oldest)
