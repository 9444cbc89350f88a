"""Deletes superseded raw files according to the ledger; the newest for each account and day is always kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.sql import statement


@dataclass(frozen=True, slots=True)
class Pruned:
    """A raw file that was, or would be, deleted. ``path`` is relative to the raw folder."""

    pull_id: str
    path: str
    bytes: int


def prune(
    con: duckdb.DuckDBPyConnection, landing: RawLanding, *, keep_days: int, now: datetime, dry_run: bool = False
) -> list[Pruned]:
    """Delete files of pulls older than ``keep_days`` at ``now`` (aware) that newer applied pulls cover completely.

    Completely: every account-day, or for entities the account. The ledger keeps their rows as ``pruned``; the
    restatement history keeps their values. Files of failed pulls are deleted too, if they are that old.
    """
    oldest = now.astimezone(UTC) - timedelta(days=keep_days)
    found = [
        Pruned(*row)
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
    for left in landing.partials():
        if left.stat().st_mtime < oldest.timestamp():
            left.unlink(missing_ok=True)
    return found
