"""The import itself: validate all, insert all in one transaction, count, and only then rename the folder.

A crash between the commit and the rename leaves imported records and the folder as it was: the ledger of imports knows
its content, so the next import adds nothing and makes up for the rename.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Table, func, insert, select

from adops_pipeline.operations import events, schema
from adops_pipeline.operations.errors import InvalidError, StoreError
from adops_pipeline.operations.importing.files import FileKind, Folder, RawRecord, read_folder
from adops_pipeline.operations.importing.records import (
    ActivityRecord,
    CampaignRecord,
    EventRecord,
    ExecutionRecord,
    ProjectRecord,
    Record,
    Row,
    WorkflowRecord,
)
from adops_pipeline.operations.projects import by_hand
from adops_pipeline.operations.statements import insert_or_ignore
from adops_pipeline.operations.store import Store

_MODELS: Mapping[FileKind, tuple[type[Record], Table]] = {
    FileKind.PROJECTS: (ProjectRecord, schema.projects),
    FileKind.WORKFLOWS: (WorkflowRecord, schema.saved_workflows),
    FileKind.EXECUTIONS: (ExecutionRecord, schema.workflow_executions),
    FileKind.EVENTS: (EventRecord, schema.events),
    FileKind.CAMPAIGNS: (CampaignRecord, schema.imported_campaigns),
    FileKind.ACTIVITY: (ActivityRecord, schema.activity),
}
_MAY_LACK_AN_ID = frozenset({FileKind.EVENTS, FileKind.ACTIVITY})
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file: how many records it has, and how many of them are rows of ``table`` now."""

    name: str
    table: str
    records: int
    stored: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``backup`` is where the folder is now; None after a dry run, which changed nothing."""

    files: tuple[ImportedFile, ...]
    others: tuple[str, ...]
    backup: Path | None
    was_there: bool


@dataclass(frozen=True, slots=True)
class _Checked:
    """A record that is fine, with its row."""

    raw: RawRecord
    record: Record
    row: Row


def import_folder(
    store: Store, path: Path, now: datetime, *, dry_run: bool = False, in_use: Sequence[Path] = ()
) -> Imported:
    """Import the six files of ``path`` (each optional) and rename it to ``<name>-backup``.

    A folder that holds the store or one of the places ``in_use`` is refused: renaming it would take them away.

    Raises BadRecordError for the first record that is not acceptable and StoreError for anything else that is in the
    way; then nothing was changed. A dry run does the same up to the end and takes it back.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - a link stays a link
    for place in (*in_use, *([store.file] if store.file else [])):
        if place.resolve().is_relative_to(path.resolve()):
            raise StoreError(
                f"{path} is in use: {place} is there; move the JSON files into a folder of their own first"
            )
    backup = path.with_name(f"{path.name}-backup")
    if backup.exists() or backup.is_symlink():
        raise StoreError(f"{backup} is there already: an older backup is never overwritten; move it away first")
    folder = read_folder(path)
    checked = {kind: _checked(raws, folder.digest, now) for kind, raws in folder.records.items()}
    with store.writing() as con:
        trial = con.begin_nested()
        was_there = not insert_or_ignore(con, schema.imports, _ledger_row(folder, now))
        files = tuple(_counted(con, kind, rows, insert_them=not was_there) for kind, rows in checked.items())
        if not was_there:
            _assign_campaigns(con, checked, now)
            _tell(con, path.name, files, now)
        if dry_run:
            trial.rollback()
    if dry_run:
        return Imported(files, folder.others, None, was_there)
    _rename(path, backup)
    return Imported(files, folder.others, backup, was_there)


def _checked(raws: Sequence[RawRecord], digest: str, now: datetime) -> list[_Checked]:
    """Every record of a file, validated and with a unique id. Raises an error for the first that is not."""
    seen: set[str] = set()
    checked = []
    for raw in raws:
        record = _valid(raw, digest)
        if record.id in seen:
            raise raw.error(f"the id {record.id!r} is there twice")
        seen.add(record.id)
        try:
            row = record.row(now)
        except InvalidError as error:
            raise raw.error(str(error)) from None
        checked.append(_Checked(raw, record, row))
    return checked


def _valid(raw: RawRecord, digest: str) -> Record:
    fields = dict(raw.fields)
    if raw.key is not None and str(fields.setdefault("id", raw.key)) != raw.key:
        raise raw.error(f"id: is {fields['id']!r}, but the record stands under {raw.key!r}")
    if raw.kind in _MAY_LACK_AN_ID:
        fields.setdefault("id", f"import-{digest[:12]}-{raw.index}")
    model, _ = _MODELS[raw.kind]
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        given = first.get("input")
        shown = f", got {given!r:.60}" if isinstance(given, str | int | bool) and first["type"] != "missing" else ""
        raise raw.error(f"{place}: {reason}{shown}") from None


def _counted(con: Connection, kind: FileKind, rows: Sequence[_Checked], *, insert_them: bool) -> ImportedFile:
    """Insert a file's rows and count: the table must have grown by just as many, and hold each of them."""
    _, table = _MODELS[kind]
    before = _count(con, table)
    if insert_them:
        _refuse_known(con, table, rows)
        numbered = _numbered(con, rows) if kind is FileKind.EVENTS else [checked.row for checked in rows]
        for chunk in _chunks(numbered):
            con.execute(insert(table), chunk)
    stored = len(_known(con, table, rows))
    grown = _count(con, table) - before
    expected = len(rows) if insert_them else 0
    if stored != len(rows) or grown != expected:
        raise StoreError(
            f"{kind.file_name}: {len(rows)} records, but {stored} of them are rows of {table.name}, which grew by "
            f"{grown}: nothing was imported"
        )
    return ImportedFile(kind.file_name, table.name, len(rows), stored)


def _numbered(con: Connection, rows: Sequence[_Checked]) -> list[Row]:
    """Events get numbers below all others, in the order of their time: history that no consumer takes for news."""
    lowest = con.execute(select(func.min(schema.events.c.seq))).scalar()
    first = min(0, int(lowest or 0)) - len(rows)
    in_time = sorted((checked.row for checked in rows), key=lambda row: row["at"])
    return [{**row, "seq": first + n} for n, row in enumerate(in_time)]


def _refuse_known(con: Connection, table: Table, rows: Sequence[_Checked]) -> None:
    known = _known(con, table, rows)
    for checked in rows:
        if checked.record.id in known:
            raise checked.raw.error(f"the id {checked.record.id!r} is in the store already")


def _known(con: Connection, table: Table, rows: Sequence[_Checked]) -> set[str]:
    """Ids that the table has."""
    ids = [checked.record.id for checked in rows]
    return {
        key for chunk in _chunks(ids) for key in con.execute(select(table.c.id).where(table.c.id.in_(chunk))).scalars()
    }


def _assign_campaigns(con: Connection, checked: Mapping[FileKind, Sequence[_Checked]], now: datetime) -> None:
    """Campaigns that named their project, and projects that named their campaigns: assigned as by hand."""
    projects = set(con.execute(select(schema.projects.c.id)).scalars())
    chosen = by_hand(con)
    for raw, campaign_id, project_id in _claims(checked):
        if project_id not in projects:
            raise raw.error(f"projectId: there is no project {project_id!r}")
        if chosen.setdefault(campaign_id, project_id) != project_id:
            raise raw.error(f"campaign {campaign_id!r} is in project {chosen[campaign_id]!r} and {project_id!r}")
        row = {"campaign_id": campaign_id, "project_id": project_id, "assigned_at": now}
        insert_or_ignore(con, schema.project_campaigns, row)


def _claims(checked: Mapping[FileKind, Sequence[_Checked]]) -> Iterator[tuple[RawRecord, str, str]]:
    """Record, campaign and project of every claim."""
    own_id: dict[str, str] = {}
    for one in checked.get(FileKind.CAMPAIGNS, ()):
        assert isinstance(one.record, CampaignRecord)
        own_id[one.record.id] = one.record.campaign_id
        if one.record.project_id is not None:
            yield one.raw, one.record.campaign_id, one.record.project_id
    for one in checked.get(FileKind.PROJECTS, ()):
        assert isinstance(one.record, ProjectRecord)
        for campaign_id in one.record.campaign_ids:
            yield one.raw, own_id.get(campaign_id, campaign_id), one.record.id


def _ledger_row(folder: Folder, now: datetime) -> Row:
    counts = {kind.file_name: len(records) for kind, records in folder.records.items()}
    return {"digest": folder.digest, "counts": counts, "imported_at": now}


def _tell(con: Connection, name: str, files: Sequence[ImportedFile], now: datetime) -> None:
    summary = ", ".join(f"{file.records} from {file.name}" for file in files)
    events.append(con, "activity.new", at=now, data={"title": f"Imported {name}", "summary": summary})


def _rename(path: Path, backup: Path) -> None:
    try:
        path.rename(backup)
    except OSError as error:
        raise StoreError(
            f"everything was imported, but {path} could not be renamed to {backup.name} ({error.strerror}): run the "
            "same command again when it can be; nothing will be imported twice"
        ) from None


def _count(con: Connection, table: Table) -> int:
    return int(con.execute(select(func.count()).select_from(table)).scalar_one())


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(items[n : n + _CHUNK]) for n in range(0, len(items), _CHUNK))
