"""Deletes raw files that nothing needs any more. What is superseded is the ledger's word; the newest always stays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.sql import statement


@dataclass(frozen=True, slots=True)
class Pruned:
    """A raw file that went, or would go. ``path`` is relative to the raw folder."""

    pull_id: str
    path: str
    bytes: int


def prune(
    con: duckdb.DuckDBPyConnection, landing: RawLanding, *, keep_days: int, now: datetime, dry_run: bool = False
) -> list[Pruned]:
    """Delete files of pulls older than ``keep_days`` at ``now`` (aware) that newer applied pulls cover wholly.

    Wholly: every account-day, or for entities the account. The ledger keeps their rows as ``pruned``; what their values
    were stands in the restatement history. Rows that failed pulls left aside go too, when they are that old.
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
    # After the files: a row that still says `applied` of a deleted file only means that the next call finishes this.
    con.execute(
        "UPDATE raw_pulls SET state = 'pruned' WHERE pull_id IN (SELECT unnest($ids::VARCHAR[]))",
        {"ids": [item.pull_id for item in found]},
    )
    for left in landing.partials():
        if left.stat().st_mtime < oldest.timestamp():
            left.unlink(missing_ok=True)
    return found
