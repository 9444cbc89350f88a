"""Excel workbooks: one sheet with typed cells and a fixed header. They are made in a temporary folder, row by row."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileSizeError
from xlsxwriter.worksheet import Worksheet

from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.services.exports.formats import Sheet

_CHUNK_BYTES = 1 << 18
_LONGEST_TEXT = 32_767
_FIRST_YEAR = 1900
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_workbook(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """The bytes of the workbook; nothing before it is complete. Raises InvalidError for what no cell can hold."""
    with TemporaryDirectory(prefix="adops-export-") as folder:
        path = Path(folder) / "export.xlsx"
        workbook = Workbook(str(path), {**_OPTIONS, "tmpdir": folder})
        try:
            yield from _fill(workbook, sheet, batches)
            workbook.close()
        except FileSizeError:
            raise InvalidError("format", "the workbook is larger than 4 GB; choose fewer columns or days") from None
        finally:
            for page in workbook.worksheets():
                page._opt_close()  # noqa: SLF001 - its temporary file; closing the workbook would complete it first
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _fill(workbook: Workbook, sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    page = workbook.add_worksheet(sheet.table)
    formats = {
        "DATE": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "TIMESTAMP": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    bold = workbook.add_format({"bold": True})
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(12, len(column.name) + 2), formats.get(column.type))
        page.write_string(0, place, column.name, bold)
    number = 0
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            for place, value in enumerate(row):
                if value is not None:
                    _write_cell(page, number, place, value, sheet, formats)
        yield b""


def _write_cell(page: Worksheet, row: int, place: int, value: object, sheet: Sheet, formats: dict[str, Any]) -> None:
    match value:
        case bool():
            page.write_boolean(row, place, value)
        case int() | float():
            page.write_number(row, place, value)
        case datetime() if value.year >= _FIRST_YEAR:
            page.write_datetime(row, place, value, formats["TIMESTAMP"])
        case date() if value.year >= _FIRST_YEAR:
            page.write_datetime(row, place, value, formats["DATE"])
        case _:
            text = str(value)
            if page.write_string(row, place, text):
                column = sheet.columns[place].name
                raise InvalidError(
                    "columns",
                    f"{column} has a text of {len(text):,} characters in row {row:,}, and a cell of XLSX holds"
                    f" {_LONGEST_TEXT:,}; leave {column} out, or take another format",
                )
