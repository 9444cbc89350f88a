"""The raw landing: one compressed NDJSON file per pull, rows exactly as the platform sent them. Files, no database.

A pull exists once its sidecar does: data and sidecar are written beside, synced and renamed, the sidecar last. Files
are never changed; everything downstream can be rebuilt from them.
Layout: ``<platform>/<report>/<pulled day>/<pull_id>…``.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

DATA_SUFFIX = ".ndjson.zst"
SIDECAR_SUFFIX = ".json"
_LEVEL = 1  # DuckDB reads every level alike; level 1 writes three times as fast as 3 and is a tenth larger


@dataclass(frozen=True, slots=True)
class PullSpec:
    """What is asked for: ``pulled_at`` is an aware UTC instant; ``dates`` only for the daily reports."""

    platform: Platform
    report: Report
    account_id: str
    dates: DateRange | None
    pulled_at: datetime
    currency: str
    timezone: str

    @property
    def pull_id(self) -> str:
        """The same pull always has the same name: ``pinterest.campaign_daily.12.20261001-20261030.20261101T120000``."""
        days = f".{self.dates.start:%Y%m%d}-{self.dates.end:%Y%m%d}" if self.dates else ""
        instant = self.pulled_at.astimezone(UTC)
        return f"{self.platform}.{self.report}.{self.account_id}{days}.{instant:%Y%m%dT%H%M%S}{instant.microsecond:06d}"


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """A landed pull: a row of the ledger, and what the sidecar holds. ``path`` is relative to the raw folder."""

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
    state: str = "landed"
    error: str | None = None


@dataclass
class PullWriter:
    """Takes the rows of one pull; ``pull`` is there once the landing was left without an exception."""

    _file: IO[bytes]
    rows: int = 0
    _pull: Pull | None = field(default=None)

    def write(self, rows: Iterable[bytes]) -> None:
        """Append rows, each one line of JSON."""
        for row in rows:
            if b"\n" in row:
                raise ValueError("a raw row must stand on one line")
            self._file.write(row)
            self._file.write(b"\n")
            self.rows += 1

    @property
    def pull(self) -> Pull:
        """The landed pull."""
        if self._pull is None:
            raise RuntimeError("the pull has not landed")
        return self._pull


class RawLanding:
    """The folder of raw files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def open(self, spec: PullSpec) -> Iterator[PullWriter]:
        """Land one pull: nothing exists of it until the block is left, and nothing if it is left by an exception."""
        folder = self.root / spec.platform / spec.report / f"{spec.pulled_at.astimezone(UTC):%Y-%m-%d}"
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{spec.pull_id}.{os.getpid()}.partial"
        try:
            with partial.open("wb") as raw:
                with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(raw, closefd=False) as packed:
                    writer = PullWriter(packed)
                    yield writer
                raw.flush()
                os.fsync(raw.fileno())
            writer._pull = self._commit(spec, partial, writer.rows)  # noqa: SLF001 - the landing fills it in
        finally:
            partial.unlink(missing_ok=True)

    def _commit(self, spec: PullSpec, partial: Path, rows: int) -> Pull:
        digest = _sha256(partial)
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
        _write_durably(partial.parent / f"{name}{SIDECAR_SUFFIX}", msgspec.json.format(msgspec.json.encode(pull)))
        return pull

    def _free_name(self, folder: Path, pull_id: str, digest: str) -> str:
        """The pull's own name; with a suffix when other content landed under it at the same instant."""
        attempt, name = 1, pull_id
        while (folder / f"{name}{SIDECAR_SUFFIX}").exists() and (known := self.read_sidecar(folder / f"{name}.json")):
            if known.sha256 == digest:
                break
            attempt += 1
            name = f"{pull_id}.{attempt}"
        return name

    def sidecars(self, *, since: date | None = None) -> Iterator[Path]:
        """Sidecars of every landed pull, or of those pulled on ``since`` or later, in no particular order."""
        for day in self.root.glob("*/*/*"):
            if since is None or day.name >= since.isoformat():
                yield from day.glob(f"*{SIDECAR_SUFFIX}")

    def read_sidecar(self, path: Path) -> Pull:
        """What a sidecar says; msgspec.DecodeError or ValidationError when it is damaged."""
        return msgspec.json.decode(path.read_bytes(), type=Pull)

    def damage(self, pull: Pull) -> str | None:
        """What is wrong with a pull's data file, if anything."""
        path = self.root / pull.path
        if not path.exists():
            return "the raw file is missing"
        if path.stat().st_size != pull.bytes:
            return f"the raw file has {path.stat().st_size} bytes, not {pull.bytes}"
        return None if _sha256(path) == pull.sha256 else "the raw file's checksum differs"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_durably(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
