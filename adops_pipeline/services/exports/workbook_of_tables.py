"""One workbook with a sheet for each table, after a sheet of contents that says what the others hold."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables.column import Table
from adops_pipeline.services.exports.formats import KINDS, Sheet
from adops_pipeline.services.exports.workbook import OPTIONS, CellFormats, fill_sheet
from adops_pipeline.warehouse.queries.export import Selection, batches, count_rows, open_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

_KIND = KINDS[Format.XLSX]
_CONTENTS = (("table", 34), ("rows", 12), ("note", 60), ("description", 100))


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A table's sheet: the rows that it holds, and what it does not hold."""

    table: Table
    rows: int
    note: str


def write_tables(
    path: Path, snapshot: Snapshot, tables: Sequence[Table], progress: Callable[[str, int, int], None]
) -> tuple[WrittenSheet, ...]:
    """Write the workbook. Raises WarehouseError where the snapshot cannot be read."""
    with TemporaryDirectory(prefix="adops-export-") as folder:
        workbook = Workbook(str(path), {**OPTIONS, "tmpdir": folder})
        workbook.use_zip64()
        formats = CellFormats.of(workbook)
        contents = workbook.add_worksheet("contents")
        try:
            written = []
            for done, table in enumerate(tables):
                progress(table.name, done, len(tables))
                written.append(_write_sheet(workbook.add_worksheet(table.name), snapshot, table, formats))
            _write_contents(contents, written, formats)
            workbook.close()
        finally:
            for page in workbook.worksheets():
                page._opt_close()  # noqa: SLF001 - its temporary file; closing the workbook would complete it first
    return tuple(written)


def _write_sheet(page: Worksheet, snapshot: Snapshot, table: Table, formats: CellFormats) -> WrittenSheet:
    selection = Selection(table.name, table.column_names)
    rows, most = count_rows(snapshot.con, selection), _KIND.most_rows or 0
    if rows > most:
        note = (
            f"{table.name} has {rows:,} rows and a sheet holds {most:,}: take the Parquet or CSV file, or"
            f" fewer days with `adops export {table.name} --format xlsx --from …`"
        )
        page.write_string(0, 0, note, formats.bold)
        return WrittenSheet(table, 0, note)
    reader = open_rows(snapshot.con, selection, _KIND.form, rows=rows, rows_per_batch=_KIND.rows_per_batch)
    sheet = Sheet(table.name, table.columns, reader.schema)
    with closing(batches(reader)) as found:
        cut = max(fill_sheet(page, sheet, found, formats, cuts_texts=True), default=0)
    page.autofilter(0, 0, rows, len(table.columns) - 1)
    return WrittenSheet(table, rows, f"{cut:,} texts end with … because a cell holds no more" if cut else "")


def _write_contents(page: Worksheet, written: Sequence[WrittenSheet], formats: CellFormats) -> None:
    page.freeze_panes(1, 0)
    for place, (title, width) in enumerate(_CONTENTS):
        page.set_column(place, place, width)
        page.write_string(0, place, title, formats.bold)
    for row, sheet in enumerate(written, start=1):
        page.write_url(row, 0, f"internal:'{sheet.table.name}'!A1", string=sheet.table.name)
        page.write_number(row, 1, sheet.rows)
        page.write_string(row, 2, sheet.note)
        page.write_string(row, 3, sheet.table.description)
