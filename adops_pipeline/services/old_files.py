"""Files of the data folder that nobody needs once they are old: unfinished ones, reports of crashes, past days.

Each kind is found by its name and its age alone; a file that a process is writing is younger than the least age.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline.domain.retention import Ages, Pruned, before

_STAMP = re.compile(r"\.damaged-(\d{8}T\d{6})$|^crash-(\d{8}T\d{6})-\d+\.txt$", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LEFTOVERS = (
    # Publications, rebuilds, files that replace others, and what queries of the snapshot have put on the disk.
    ".*.partial", ".*.partial.wal", ".*.rebuilt", ".*.rebuilt.wal", ".*.tmp",
    "as_of/*/.*.partial", "as_of/*/.*.partial.wal", "as_of/*/.*.tmp",
    "exports/.*.partial", "exports/*/.*.partial", "computed/.*.partial",
    "sandbox/.*.partial", "dagster/home/.dagster.yaml.*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file or folder to delete, and the bytes that it takes."""

    path: Path
    bytes: int


def old_files(data_dir: Path, ages: Ages, now: datetime) -> Mapping[str, tuple[int, list[OldFile]]]:
    """What is old, by kind, with the age in days that it has passed."""

    def older(paths: Iterable[Path], days: int, at: Callable[[Path], datetime | None]) -> tuple[int, list[OldFile]]:
        return days, list(_older(paths, before(now, days), at))

    past = (path for path in data_dir.glob("as_of/*") if _DAY.fullmatch(path.name))
    damaged = [*data_dir.glob("*.damaged-*"), *data_dir.glob("dagster/*.damaged-*")]
    leftovers = [path for pattern in _LEFTOVERS for path in data_dir.glob(pattern)]
    return {
        "snapshots of past days": older(past, ages.as_of, _newest_write),
        "damaged files kept aside": older(damaged, ages.damaged, _stamp),
        "reports of crashes": older(data_dir.glob("logs/crash-*.txt"), ages.logs, _stamp),
        "unfinished files": older(leftovers, ages.leftovers, _newest_write),
    }


def delete_files(kind: str, days: int, found: Iterable[OldFile], *, dry_run: bool) -> Pruned:
    """Delete the files and folders, one that is gone already included; what was deleted, or would be."""
    files = list(found)
    if not dry_run:
        for one in files:
            if one.path.is_dir() and not one.path.is_symlink():
                shutil.rmtree(one.path, ignore_errors=not one.path.exists())
            else:
                one.path.unlink(missing_ok=True)
    return Pruned(kind, len(files), sum(one.bytes for one in files), days)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder; 0 for one that is gone."""
    return sum(status[0] for status in _states(path))


def _older(paths: Iterable[Path], oldest: datetime, at: Callable[[Path], datetime | None]) -> Iterator[OldFile]:
    for path in sorted(paths):
        moment = at(path)
        if moment is not None and moment < oldest:
            yield OldFile(path, size_of(path))


def _stamp(path: Path) -> datetime | None:
    """The time in the name: when a file is renamed it keeps the time of its last write."""
    found = _STAMP.search(path.name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1] or found[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # digits that are no time: not a name that the product gives
        return None


def _newest_write(path: Path) -> datetime | None:
    """The last write to the file, or to any file of the folder."""
    newest = max((status[1] for status in _states(path)), default=None)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)


def _states(path: Path) -> Iterator[tuple[int, float]]:
    """Size and last write of a file, or of a folder (which takes no bytes itself) and everything in it."""
    for one in (path, *path.rglob("*")):
        try:
            found = one.lstat()
        except FileNotFoundError:
            continue
        yield (0 if one.is_dir() else found.st_size), found.st_mtime
