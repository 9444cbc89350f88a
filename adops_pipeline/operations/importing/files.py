"""Reads a folder of JSON files into records with their positions. Their meaning: `records`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from adops_pipeline.operations.errors import StoreError


class FileKind(StrEnum):
    """A file of the older store, in the order of import: referenced records come first."""

    PROJECTS = "projects"
    WORKFLOWS = "workflows"
    EXECUTIONS = "executions"
    EVENTS = "events"
    CAMPAIGNS = "campaigns"
    ACTIVITY = "activity"

    @property
    def file_name(self) -> str:
        """``projects.json``."""
        return f"{self.value}.json"


class BadRecordError(StoreError):
    """A file or a record in it cannot be imported. ``index`` counts from 0; None if the whole file is wrong."""

    def __init__(self, file: str, index: int | None, reason: str, key: str | None = None) -> None:
        named = f" ({key!r})" if key is not None else ""
        super().__init__(f"{file}{'' if index is None else f'[{index}]'}{named}: {reason}")
        self.file = file
        self.index = index
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record of a file; ``key`` if the file is a map by id. Numbers with a point are Decimal."""

    kind: FileKind
    index: int
    key: str | None
    fields: Mapping[str, object]

    def error(self, reason: str) -> BadRecordError:
        """An error about this record, with its position."""
        named = self.key if self.key is not None else self.fields.get("id")
        return BadRecordError(self.kind.file_name, self.index, reason, None if named is None else str(named))


@dataclass(frozen=True, slots=True)
class Folder:
    """All that a folder holds: the records by file, and files that are none of the six."""

    records: Mapping[FileKind, tuple[RawRecord, ...]]
    others: tuple[str, ...]
    digest: str


def read_folder(path: Path) -> Folder:
    """Read every file of the six that is there; at least one must be. BadRecordError names what cannot be read."""
    present = [kind for kind in FileKind if (path / kind.file_name).is_file()]
    if not present:
        raise StoreError(f"{path} has none of {', '.join(kind.file_name for kind in FileKind)}")
    digest = hashlib.sha256()
    records = {}
    for kind in present:
        content = (path / kind.file_name).read_bytes()
        digest.update(f"{kind.file_name}:{len(content)}:".encode() + content)
        records[kind] = tuple(_records(kind, content))
    known = {kind.file_name for kind in present}
    others = tuple(sorted(entry.name for entry in path.iterdir() if entry.name not in known))
    return Folder(records, others, digest.hexdigest())


def _records(kind: FileKind, content: bytes) -> Iterator[RawRecord]:
    document = _parsed(kind.file_name, content)
    if isinstance(document, Mapping):
        entries: list[tuple[str | None, object]] = [(str(key), value) for key, value in document.items()]
    elif isinstance(document, list):
        entries = [(None, value) for value in document]
    else:
        raise BadRecordError(kind.file_name, None, "must be a list of records or a map of records by id")
    for index, (key, value) in enumerate(entries):
        if not isinstance(value, Mapping):
            raise BadRecordError(kind.file_name, index, f"must be a record, not {_kind_of(value)}", key)
        record = RawRecord(kind, index, key, value)
        _keepable(record)
        yield record


def _parsed(file: str, content: bytes) -> object:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecordError(file, None, f"is not UTF-8 text (byte {error.start})") from None
    try:
        parsed: object = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_double
        )  # fmt: skip
    except RecursionError:
        raise BadRecordError(file, None, "is nested too deeply") from None
    except ValueError as error:
        raise BadRecordError(file, None, f"is not valid JSON: {error}") from None
    return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _no_double(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; the same key twice would lose one of two records in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(key for key, _ in pairs)
        double = next(key for key, count in times.items() if count > 1)
        raise ValueError(f"the key {double!r} is there twice")
    return found


def _keepable(record: RawRecord) -> None:
    """Refuse text that no database keeps: NUL, and halves of characters."""
    try:
        text = json.dumps(record.fields, ensure_ascii=False, default=str)
        text.encode()
    except UnicodeEncodeError:
        raise record.error("has text with half a character (a lone surrogate)") from None
    if "\\u0000" in text.replace("\\\\", ""):
        raise record.error("has text with a NUL character")


def _kind_of(value: object) -> str:
    return "null" if value is None else {"list": "a list", "str": "text", "bool": "true or false"}.get(
        type(value).__name__, "a number"
    )  # fmt: skip
