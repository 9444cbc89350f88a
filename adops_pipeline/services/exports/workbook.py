"""Excel workbooks: sheets with typed cells and a fixed header. They are made in a temporary folder, row by row."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_workbook(sheet: Sheet, batches: Iterable[Any]) -> Iterator[bytes]:
    """The bytes of the workbook; nothing before it is complete. Raises InvalidError for what no cell can hold."""
    with TemporaryDirectory(prefix="adops-export-") as folder:
        path = Path(folder) / "export.xlsx"
        workbook = Workbook(str(path), {**OPTIONS, "tmpdir": folder})
        try:
            page = workbook.add_worksheet(sheet.table)
            for _ in fill_sheet(page, sheet, batches, CellFormats.of(workbook)):
                yield b""
            workbook.close()
        except FileSizeError:
            raise InvalidError("format", "the workbook is larger than 4 GB; choose fewer columns or days") from None
        finally:
            for page in workbook.worksheets():
                page._opt_close()  # noqa: SLF001 - its temporary file; closing the workbook would complete it first
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


@dataclass(frozen=True, slots=True)
class CellFormats:
    """Formats of cells; a workbook has them once."""

    by_type: Mapping[str, Any]
    bold: Any

    @classmethod
    def of(cls, workbook: Workbook) -> "CellFormats":
        """Add the formats to a workbook."""
        by_type = {
            "DATE": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "TIMESTAMP": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        return cls(by_type, workbook.add_format({"bold": True}))


def fill_sheet(
    page: Worksheet, sheet: Sheet, batches: Iterable[Any], formats: CellFormats, *, cuts_texts: bool = False
) -> Iterator[int]:
    """Write the header and the rows; after each batch, the number of texts that were cut.

    A text that no cell can hold is cut if ``cuts_texts``; otherwise InvalidError is raised.
    """
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(12, len(column.name) + 2), formats.by_type.get(column.type))
        page.write_string(0, place, column.name, formats.bold)
    number = cut = 0
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            for place, value in enumerate(row):
                if value is None or _write_cell(page, number, place, value, formats.by_type):
                    continue
                text = str(value)
                if not cuts_texts:
                    raise _too_long(sheet.columns[place].name, number, text)
                page.write_string(number, place, text[: _LONGEST_TEXT - 1] + "…")
                cut += 1
        yield cut


def _write_cell(page: Worksheet, row: int, place: int, value: object, formats: Mapping[str, Any]) -> bool:
    """Whether a cell can hold the value, which is then written."""
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
            return not page.write_string(row, place, str(value))
    return True


def _too_long(column: str, row: int, text: str) -> InvalidError:
    return InvalidError(
        "columns",
        f"{column} has a text of {len(text):,} characters in row {row:,}, and a cell of XLSX holds"
        f" {_LONGEST_TEXT:,}; leave {column} out, or take another format",
    )
