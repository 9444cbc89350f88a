"""The raw landing: one compressed NDJSON file per pull, rows exactly as the platform sent them. Files, no database.

A pull exists once its sidecar does: data and sidecar are written to temporary names, synced and renamed, the sidecar
last. Files are never changed; everything downstream can be rebuilt from them.
Layout: ``<platform>/<report>/<pulled day>/<pull_id>…``.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from adops_pipeline.domain.tables.pulls import PullState
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.files import replace_durably, sha256, sync_file, sync_folder

DATA_SUFFIX = ".ndjson.zst"
SIDECAR_SUFFIX = ".json"
PARTIAL_SUFFIX = ".partial"
# Of 83 MB of Google rows, level 1 made 11 MB in 0.4 s; gzip's levels 1 and 6 made 15 and 12 MB in 1.7 and 3.4 s, and
# DuckDB reads those more slowly.
_LEVEL = 1
# What editors and file managers leave in the folder is no sidecar.
_SIDECAR = re.compile(
    rf"({'|'.join(Platform)})\.({'|'.join(Report)})\.[\w-]+\.[^/]+{re.escape(SIDECAR_SUFFIX)}", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ACCOUNT_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PullSpec:
    """A pull to make: ``pulled_at`` is an aware datetime; reports that cover days, and only they, have ``dates``."""

    platform: Platform
    report: Report
    account_id: str
    dates: DateRange | None
    pulled_at: datetime
    currency: str
    timezone: str

    def __post_init__(self) -> None:
        if self.pulled_at.tzinfo is None:
            raise ValueError("pulled_at must have a time zone")
        if self.report.has_dates != (self.dates is not None):
            raise ValueError(f"{self.report} {'needs' if self.report.has_dates else 'has no'} dates")
        if not _ACCOUNT_ID.fullmatch(self.account_id):
            raise ValueError(f"account id {self.account_id!r} cannot be part of a file name")

    @property
    def pull_id(self) -> str:
        """The same pull always has the same name: ``pinterest.campaign_daily.12.20261001-20261030.20261101T120000``."""
        days = f".{self.dates.start:%Y%m%d}-{self.dates.end:%Y%m%d}" if self.dates else ""
        instant = self.pulled_at.astimezone(UTC)
        return f"{self.platform}.{self.report}.{self.account_id}{days}.{instant:%Y%m%dT%H%M%S}{instant.microsecond:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A landed pull: a row of the ledger, and the content of the sidecar. ``path`` is relative to the raw folder.

    ``pulled_at`` is aware, in UTC; ``bytes`` and ``sha256`` are the data file's.
    """

    pull_id: str
    platform: Platform
    report: Report
    account_id: str
    range_start: date | None
    range_end: date | None
    pulled_at: datetime
    currency: str
    timezone: str
    path: str
    rows: int
    bytes: int
    sha256: str
    state: PullState = "landed"
    error: str | None = None


class PullWriter:
    """Writes the rows of one pull; ``pull`` is set once the block has ended without an exception."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._pull: Pull | None = None
        self.rows = 0

    def write(self, rows: Iterable[bytes]) -> None:
        """Append rows, each one line of JSON."""
        for row in rows:
            if b"\n" in row:
                raise ValueError("a raw row must be one line")
            self._file.write(row)
            self._file.write(b"\n")
            self.rows += 1

    @property
    def pull(self) -> Pull:
        """The landed pull."""
        if self._pull is None:
            raise RuntimeError("the pull has not landed")
        return self._pull

    def landed_as(self, pull: Pull) -> None:
        """Record the landed pull."""
        self._pull = pull


class RawLanding:
    """The folder of raw files; with ``through``, as it was at the end of that UTC day."""

    def __init__(self, root: Path, through: date | None = None) -> None:
        self.root = root
        self._through = through

    @contextmanager
    def open(self, spec: PullSpec) -> Iterator[PullWriter]:
        """Land one pull. It exists only once the block has ended without an exception.

        Rows received before an exception stay in a ``.partial`` file for inspection; no program reads it.
        """
        folder = self.root / spec.platform / spec.report / f"{spec.pulled_at.astimezone(UTC):%Y-%m-%d}"
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{spec.pull_id}.{os.getpid()}{PARTIAL_SUFFIX}"
        rows = 0
        try:
            with partial.open("wb") as raw:
                with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(raw, closefd=False) as packed:
                    writer = PullWriter(packed)
                    try:
                        yield writer
                    finally:
                        rows = writer.rows
                sync_file(raw)
            writer.landed_as(self._commit(spec, partial, rows))
        finally:
            if rows == 0:
                partial.unlink(missing_ok=True)

    def _commit(self, spec: PullSpec, partial: Path, rows: int) -> Pull:
        """Rename the data into place, then the sidecar, after which the pull exists."""
        digest = sha256(partial)
        name = self._free_name(partial.parent, spec.pull_id, digest)
        data = partial.parent / f"{name}{DATA_SUFFIX}"
        pull = Pull(
            pull_id=name,
            platform=spec.platform,
            report=spec.report,
            account_id=spec.account_id,
            range_start=spec.dates.start if spec.dates else None,
            range_end=spec.dates.end if spec.dates else None,
            pulled_at=spec.pulled_at.astimezone(UTC),
            currency=spec.currency,
            timezone=spec.timezone,
            path=data.relative_to(self.root).as_posix(),
            rows=rows,
            bytes=partial.stat().st_size,
            sha256=digest,
        )
        partial.replace(data)
        # One sync of the folder makes both names durable. If a power failure keeps only the sidecar's, the pull counts
        # as damaged and its days are pulled again.
        sidecar = data.with_name(f"{name}{SIDECAR_SUFFIX}")
        replace_durably(sidecar, msgspec.json.format(msgspec.json.encode(pull)))
        sync_folder(data.parent)
        return pull

    def _free_name(self, folder: Path, pull_id: str, digest: str) -> str:
        """The pull's own name; with a number when other content landed under it at the same instant."""
        attempt, name = 1, pull_id
        while (sidecar := folder / f"{name}{SIDECAR_SUFFIX}").exists() and _digest(sidecar) != digest:
            attempt += 1
            name = f"{pull_id}.{attempt}"
        return name

    def sidecars(self) -> Iterator[Path]:
        """Sidecars of every landed pull, in no particular order; file names are pull ids."""
        for day in self.root.glob("*/*/*"):
            # File managers leave files among the folders of days, and people copies of folders.
            if not _DAY.fullmatch(day.name) or not day.is_dir():
                continue
            if self._through is not None and day.name > self._through.isoformat():
                continue
            with os.scandir(day) as entries:
                yield from (Path(entry.path) for entry in entries if _SIDECAR.fullmatch(entry.name))

    def read_sidecar(self, path: Path) -> Pull:
        """Read a sidecar. Raises msgspec.MsgspecError if it is damaged or names a file that is not beside it."""
        pull = msgspec.json.decode(path.read_bytes(), type=Pull)
        if (self.root / pull.path).parent != path.parent or ".." in pull.path:
            raise msgspec.ValidationError(f"it names a file of another folder: {pull.path!r}")
        return pull

    def damage(self, pull: Pull) -> str | None:
        """What is wrong with a pull's data file; None if it is intact."""
        path = self.root / pull.path
        if not path.exists():
            return "the raw file is missing"
        if path.stat().st_size != pull.bytes:
            return f"the raw file has {path.stat().st_size} bytes, not {pull.bytes}"
        return None if sha256(path) == pull.sha256 else "the raw file's checksum differs"

    def unreadable(self, sidecar: Path, error: str) -> Pull:
        """A pull with a damaged sidecar, as far as its path and file name tell."""
        platform, report, account_id = sidecar.stem.split(".")[:3]
        data = sidecar.with_name(f"{sidecar.stem}{DATA_SUFFIX}")
        return Pull(
            pull_id=sidecar.stem,
            platform=Platform(platform),
            report=Report(report),
            account_id=account_id,
            range_start=None,
            range_end=None,
            pulled_at=datetime.fromisoformat(sidecar.parent.name).replace(tzinfo=UTC),
            currency="",
            timezone="UTC",
            path=data.relative_to(self.root).as_posix(),
            rows=0,
            bytes=data.stat().st_size if data.exists() else 0,
            sha256="",
            state="damaged",
            error=error,
        )

    def delete(self, path: str) -> None:
        """Delete a pull's files, the sidecar first, because data without one does not count as landed."""
        data = self.root / path
        data.with_name(data.name.removesuffix(DATA_SUFFIX) + SIDECAR_SUFFIX).unlink(missing_ok=True)
        data.unlink(missing_ok=True)

    def remove_empty_days(self, until: date) -> None:
        """Remove the folders of days through ``until`` in which nothing is left: pulls write to that of the present."""
        for day in self.root.glob("*/*/*"):
            if day.name <= until.isoformat():
                with suppress(OSError):  # not empty, or no folder
                    day.rmdir()

    def partials(self) -> Iterator[Path]:
        """Files that failed or killed pulls left behind."""
        return self.root.glob(f"*/*/*/.*{PARTIAL_SUFFIX}")


def _digest(sidecar: Path) -> str | None:
    """Checksum in a sidecar; None if it cannot be read."""
    try:
        return msgspec.json.decode(sidecar.read_bytes(), type=Pull).sha256
    except msgspec.MsgspecError:
        return None
