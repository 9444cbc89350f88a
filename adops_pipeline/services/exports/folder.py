"""All published tables and views in one format, of one snapshot, with a manifest that says what the files hold."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.services.exports.exports import Download, Exports
from adops_pipeline.services.exports.formats import KINDS
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.services.exports.staging import Staging, as_json, replacing_files
from adops_pipeline.warehouse.files import sha256, sync_file
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

MANIFEST = "manifest.json"
WORKBOOK = "adops.xlsx"
PUBLISHED: tuple[Table, ...] = (*TABLES.values(), *VIEWS.values())
"""What is exported: every public table and view, in the order of the data dictionary."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a table before it is written, the number of tables done, and of all."""


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table in a file; ``note`` says what the file does not hold of it."""

    file: str
    table: Table
    rows: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written to a folder."""

    folder: Path
    tables: tuple[ExportedTable, ...]
    bytes: int

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables)


def no_progress(table: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class TableFiles:
    """Writes all published tables of one installation to folders."""

    exports: Exports
    clock: Clock

    def write(self, kind: Format, folder: Path, progress: Progress = no_progress) -> Exported:
        """Replace the files of that format in ``folder``.

        Raises WarehouseError if the snapshot cannot be read, OSError if the folder cannot be written.
        """
        with replacing_files(folder, MANIFEST) as staging, self.exports.snapshots.reading() as snapshot:
            if kind is Format.XLSX:
                tables = self._write_workbook(staging, snapshot, progress)
            else:
                tables = tuple(self._write_files(kind, staging, snapshot, progress))
            files = [_described(name, staging.staged(name), kind, tables) for name in list(staging.names)]
            document = {
                "format": str(kind),
                "snapshotVersion": snapshot.version,
                "snapshotPublishedAt": snapshot.published_at.isoformat(),
                "writtenAt": self.clock().isoformat(),
                "files": files,
            }
            staging.write(MANIFEST, as_json(document))
            return Exported(folder, tables, sum(file["bytes"] for file in files))

    def _write_files(
        self, kind: Format, staging: Staging, snapshot: Snapshot, progress: Progress
    ) -> Iterator[ExportedTable]:
        for done, table in enumerate(PUBLISHED):
            progress(table.name, done, len(PUBLISHED))
            name = f"{table.name}.{KINDS[kind].suffix}"
            with closing(self.exports.open(ExportRequest(table.name, kind), snapshot)) as download:
                _copy(download, staging.path(name))
                yield ExportedTable(name, table, download.rows)

    def _write_workbook(self, staging: Staging, snapshot: Snapshot, progress: Progress) -> tuple[ExportedTable, ...]:
        # Imported here because the writer of workbooks takes time that other formats save.
        from adops_pipeline.services.exports.workbook_of_tables import write_tables

        path = staging.path(WORKBOOK)
        sheets = write_tables(path, snapshot, PUBLISHED, progress)
        with path.open("rb+") as file:
            sync_file(file)
        return tuple(ExportedTable(WORKBOOK, sheet.table, sheet.rows, sheet.note) for sheet in sheets)


def exported_type(column: Column, kind: Format) -> str:
    """The type of a column in the files of that format."""
    if column.type in ("JSON", "VARCHAR[]"):
        return column.type if kind is Format.JSON else "VARCHAR"
    if kind is Format.XLSX and column.type.startswith("DECIMAL"):
        return "DOUBLE"
    return column.type


def _copy(download: Download, path: Path) -> None:
    with path.open("wb") as file:
        while (chunk := download.next_chunk()) is not None:
            file.write(chunk)
        sync_file(file)


def _described(name: str, path: Path, kind: Format, tables: Sequence[ExportedTable]) -> dict[str, Any]:
    """The file's entry in the manifest. A workbook holds several tables, any other file one."""
    held = [_table_entry(one, kind) for one in tables if one.file == name]
    entry: dict[str, Any] = {"name": name, "bytes": path.stat().st_size, "sha256": sha256(path)}
    return entry | ({"sheets": held} if kind is Format.XLSX else held[0])


def _table_entry(one: ExportedTable, kind: Format) -> dict[str, Any]:
    columns = [{"name": column.name, "type": exported_type(column, kind)} for column in one.table.columns]
    entry: dict[str, Any] = {"table": one.table.name, "rows": one.rows, "columns": columns}
    return entry | ({"note": one.note} if one.note else {})
