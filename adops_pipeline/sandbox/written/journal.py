"""Append-only journal of the changes that clients made on the emulated platforms: one JSON object a line.

Processes share the file: appends happen under a file lock, and readers read on where the file has grown. Without a
path the journal is kept in memory.
"""

import fcntl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import BudgetKind, Objective


class MarketValues(TypedDict, total=False):
    """What a write sets of a campaign or ad group in the market's own terms; absent: unchanged.

    ``budget`` is in major units of the account's currency, per day or for the whole flight as ``budget_kind`` says.
    """

    name: str
    status: CampaignStatus
    objective: Objective
    budget_kind: BudgetKind
    budget: Decimal | None
    shared_budget_id: str | None
    start_date: date
    end_date: date | None


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One write to one object. ``parent_id``: the campaign of an ad group, the ad group of an ad."""

    at: datetime
    platform: Platform
    account_id: str
    kind: str
    object_id: str
    is_created: bool = False
    parent_id: str = ""
    market: MarketValues = {}
    body: dict[str, Any] = {}


_DECODER = msgspec.json.Decoder(Entry)


class Journal:
    """All entries, in the order in which they were written. Safe for threads and processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._entries: list[Entry] = []
        self._read_to = 0
        self._file_id: tuple[int, int] | None = None
        self._lock = threading.RLock()
        self.generation = 0
        """Changes when the file was replaced or deleted, so that what was derived from the entries is invalid."""

    def entries(self) -> Sequence[Entry]:
        """Every entry so far. The sequence only grows within one ``generation``."""
        if self._path is not None:
            with self._lock:
                self._read_on(self._path)
        return self._entries

    @contextmanager
    def turn(self) -> Iterator[list[Entry]]:
        """Hold the journal alone; what the block appended to the list is written at its end, all or nothing."""
        new: list[Entry] = []
        with self._lock:
            if self._path is None:
                yield new
                self._entries += new
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._read_on(self._path)
                yield new
                if new:
                    # A process that died while writing left half a line, which nobody has read.
                    file.truncate(self._read_to)
                    file.write(b"".join(msgspec.json.encode(entry) + b"\n" for entry in new))
                    file.flush()
                    self._read_on(self._path)

    def _read_on(self, path: Path) -> None:
        try:
            stat = path.stat()
        except FileNotFoundError:
            self._forget()
            return
        file_id = (stat.st_dev, stat.st_ino)
        if file_id != self._file_id or stat.st_size < self._read_to:
            self._forget()
            self._file_id = file_id
        if stat.st_size == self._read_to:
            return
        with path.open("rb") as file:
            file.seek(self._read_to)
            complete, newline, _ = file.read().rpartition(b"\n")
        self._entries += [_DECODER.decode(line) for line in complete.splitlines()]
        self._read_to += len(complete) + len(newline)

    def _forget(self) -> None:
        if self._file_id is not None:
            self._entries, self._read_to, self._file_id = [], 0, None
            self.generation += 1
