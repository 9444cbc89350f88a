"""What a pruning deleted, as JSON and in words."""

from collections.abc import Iterable
from typing import Any

from adops_pipeline.domain.retention import Pruned, total


def prune_document(found: Iterable[Pruned], *, dry_run: bool) -> dict[str, Any]:
    """The kinds and their total; bytes are those of the files and texts."""
    kinds = list(found)
    count, size = total(kinds)
    rows = [
        {"kind": one.kind, "count": one.count, "bytes": one.bytes, "olderThanDays": one.days, "held": one.held}
        for one in kinds
    ]
    return {"dryRun": dry_run, "count": count, "bytes": size, "kinds": rows}


def prune_lines(found: Iterable[Pruned], *, dry_run: bool) -> list[str]:
    """A line for each kind, and one for all of them."""
    kinds = list(found)
    lines = [
        f"{one.kind:<26}{one.count:>9,}{_megabytes(one.bytes):>14}   older than {one.days} days"
        + (f"; some stay: {one.held}" if one.held else "")
        for one in kinds
    ]
    count, size = total(kinds)
    return [*lines, f"{'would be deleted' if dry_run else 'deleted':<26}{count:>9,}{_megabytes(size):>14}"]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.3f} MB"
